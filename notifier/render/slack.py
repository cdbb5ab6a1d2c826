"""Core: Slack's Block Kit, within Slack's limits (docs.slack.dev/reference/block-kit/blocks)."""

from typing import Any

from notifier.render.escape import cut, slack, slack_link
from notifier.render.notice import Notice
from notifier.render.view import View, title, view

HEADER_LENGTH_MAX = 150
SECTION_LENGTH_MAX = 3000
FIELD_LENGTH_MAX = 2000
FIELDS_MAX = 10
BLOCKS_MAX = 50
TEXT_LENGTH_MAX = 3000

Block = dict[str, Any]


def blocks(notice: Notice) -> list[Block]:
    """The message's blocks; what does not fit is counted in the last one."""
    if notice.form == "notice":
        lines = "\n".join(slack(line) for line in notice.lines)
        return [_header(title(notice)), *([_section(lines)] if lines else [])]
    if len(notice.alerts) == 1:
        return _alert(view(notice.alerts[0], notice.story_url), title(notice))
    shown: list[Block] = [_header(title(notice))]
    for done, alert in enumerate(notice.alerts):
        more = _in_group(view(alert, notice.story_url))
        if len(shown) + len(more) >= BLOCKS_MAX:
            return [*shown, _context(f"and {len(notice.alerts) - done} more")]
        shown.extend(more)
    return shown


def fallback_text(notice: Notice) -> str:
    """What notifications and screen readers say."""
    return cut(slack(title(notice)), TEXT_LENGTH_MAX)


def _alert(shown: View, heading: str) -> list[Block]:
    made = [_header(heading)]
    if shown.changes:
        made.append(_section("\n".join(f":arrows_counterclockwise: {slack(change)}" for change in shown.changes)))
    if shown.facts:
        fields = [
            {"type": "mrkdwn", "text": cut(f"*{slack(label)}*\n{slack(value)}", FIELD_LENGTH_MAX)}
            for label, value in shown.facts[:FIELDS_MAX]
        ]
        made.append({"type": "section", "fields": fields})
    if shown.quote:
        by = f"\n— {slack(shown.quote_source)}" if shown.quote_source else ""
        made.append(_section(f"> {slack(shown.quote)}{by}"))
    if shown.sources:
        links = " · ".join(slack_link(s.url, s.name) for s in shown.sources)
        made.append(_section(links + (f" and {shown.sources_more} more" if shown.sources_more else "")))
    made.append(_context(_why(shown)))
    return made


def _in_group(shown: View) -> list[Block]:
    changes = "".join(f"\n:arrows_counterclockwise: {slack(change)}" for change in shown.changes)
    links = " · ".join(slack_link(s.url, s.name) for s in shown.sources)
    quote = f"\n> {slack(shown.quote)}" if shown.quote else ""
    return [_section(f"*{slack(shown.headline)}*{changes}{quote}\n{links}"), _context(_why(shown))]


def _why(shown: View) -> str:
    said = f"Why: *{slack(shown.rule)}*" + (f" — {slack('; '.join(shown.why))}" if shown.why else "")
    sure = f" · confidence {shown.confidence}" if shown.confidence else ""
    link = f" · {slack_link(shown.link, 'story')}" if shown.link else ""
    return said + sure + link


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": cut(text, HEADER_LENGTH_MAX), "emoji": False}}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": cut(text, SECTION_LENGTH_MAX)}}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": cut(text, SECTION_LENGTH_MAX)}]}
