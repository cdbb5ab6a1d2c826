"""Core: messages as Markdown, for the services that show it."""

from notifier.render.notice import Notice
from notifier.render.templates import BUILT_IN, Templates


def markdown(notice: Notice, templates: Templates = BUILT_IN) -> str:
    """The whole message without its title."""
    return templates.render("md", notice).strip()
