"""Core: messages as HTML for email."""

from markupsafe import Markup, escape

from notifier.render.notice import Notice
from notifier.render.plain import plain
from notifier.render.view import title


def html(notice: Notice) -> str:
    """The message as one HTML page; every text in it is escaped."""
    return str(Markup("<!doctype html><title>{}</title><pre>{}</pre>").format(title(notice), escape(plain(notice))))
