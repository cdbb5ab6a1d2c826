"""Core: messages as plain text, for the text part of an email and for receivers that show nothing else."""

from notifier.render.notice import Notice
from notifier.render.templates import BUILT_IN, Templates


def plain(notice: Notice, templates: Templates = BUILT_IN) -> str:
    """The whole message without its title."""
    return templates.render("txt", notice).strip()
