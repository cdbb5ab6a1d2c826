"""Core: messages as HTML for email: one column, inline styles, no script, nothing loaded from elsewhere."""

from notifier.render.notice import Notice
from notifier.render.templates import BUILT_IN, Templates


def html(notice: Notice, templates: Templates = BUILT_IN, *, unsubscribe: str = "") -> str:
    """The message as one page; every text in it is escaped."""
    return templates.render("html", notice, unsubscribe=unsubscribe)
