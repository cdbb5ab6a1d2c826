"""Core: messages as Markdown, for the services that show it."""

from collections.abc import Iterator

from notifier.render.escape import markdown as escaped
from notifier.render.notice import Notice
from notifier.render.view import View, view


def markdown(notice: Notice) -> str:
    """The whole message without its title."""
    if notice.form == "notice":
        return "\n\n".join(escaped(line) for line in notice.lines)
    return "\n\n".join("\n".join(_lines(view(alert, notice.story_url))) for alert in notice.alerts)


def _lines(shown: View) -> Iterator[str]:
    yield f"**{escaped(shown.headline)}**"
    yield ""
    for change in shown.changes:
        yield f"- changed: {escaped(change)}"
    for label, value in shown.facts:
        yield f"- {escaped(label)}: {escaped(value)}"
    if shown.quote:
        yield ""
        yield f"> {escaped(shown.quote)}" + (f" — {escaped(shown.quote_source)}" if shown.quote_source else "")
        yield ""
    yield f"Why: {escaped(shown.rule)}" + (f" ({escaped('; '.join(shown.why))})" if shown.why else "")
    links = [_link(source.name, source.url) for source in shown.sources]
    if shown.link:
        links.append(_link("story", shown.link))
    yield " · ".join(links) + (f" and {shown.sources_more} more" if shown.sources_more else "")


def _link(label: str, url: str) -> str:
    return f"[{escaped(label)}](<{url}>)" if url else escaped(label)
