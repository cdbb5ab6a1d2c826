"""Core: messages as plain text, for the terminal, the text part of an email, and receivers that show nothing else."""

from collections.abc import Iterator

from notifier.render.notice import Notice
from notifier.render.view import View, title, view


def plain(notice: Notice) -> str:
    """The whole message without its title."""
    if notice.form == "notice":
        return "\n".join(notice.lines)
    return "\n\n".join("\n".join(_lines(view(alert, notice.story_url))) for alert in notice.alerts)


def plain_title(notice: Notice) -> str:
    return title(notice)


def _lines(shown: View) -> Iterator[str]:
    yield shown.headline
    for change in shown.changes:
        yield f"  Changed — {change}"
    for label, value in shown.facts:
        yield f"  {label}: {value}"
    if shown.quote:
        yield f"  “{shown.quote}”" + (f" — {shown.quote_source}" if shown.quote_source else "")
    yield f"  Why: {shown.rule}" + (f" ({'; '.join(shown.why)})" if shown.why else "")
    for source in shown.sources:
        yield f"  {source.name}: {source.url or source.title}"
    if shown.sources_more:
        yield f"  and {shown.sources_more} more sources"
    if shown.link:
        yield f"  Story: {shown.link}"
