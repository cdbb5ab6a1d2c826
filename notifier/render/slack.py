"""Core: Slack's Block Kit, within Slack's limits (docs.slack.dev/reference/block-kit/blocks).

The template writes mrkdwn; a line that begins with `#` opens a block there. Values cannot hold line breaks, so none of
them can open one.
"""

from collections.abc import Iterator
from typing import Any

from notifier.render.escape import cut, slack
from notifier.render.notice import Notice
from notifier.render.templates import BUILT_IN, Templates
from notifier.render.view import title

HEADER_LENGTH_MAX = 150
SECTION_LENGTH_MAX = 3000
FIELD_LENGTH_MAX = 2000
FIELDS_MAX = 10
BLOCKS_MAX = 50
TEXT_LENGTH_MAX = 3000
HALF_ENTITY_LENGTH_MAX = 5

Block = dict[str, Any]


def blocks(notice: Notice, templates: Templates = BUILT_IN, *, brief: bool = False) -> list[Block]:
    """The message's blocks; how many did not fit is said in the last one. A follow-up is `brief`."""
    heading = {"type": "plain_text", "text": cut(title(notice), HEADER_LENGTH_MAX), "emoji": False}
    made: list[Block] = [{"type": "header", "text": heading}, *_blocks(templates.render("slack", notice, brief=brief))]
    if len(made) > BLOCKS_MAX:
        more = len(made) - BLOCKS_MAX + 1
        return [*made[: BLOCKS_MAX - 1], _context(f"{more} more parts of this message are not shown")]
    return made


def fallback_text(notice: Notice) -> str:
    """What notifications and screen readers say."""
    return _cut(slack(title(notice)), TEXT_LENGTH_MAX)


def _blocks(text: str) -> Iterator[Block]:
    kind, lines = "", list[str]()
    for line in [*text.splitlines(), "#end"]:
        if not line.startswith("#"):
            lines.append(line)
            continue
        body = "\n".join(lines).strip()
        if kind == "divider":
            yield {"type": "divider"}
        elif body and kind == "fields":
            yield {"type": "section", "fields": [_field(said) for said in body.splitlines()[:FIELDS_MAX]]}
        elif body:
            yield _context(body) if kind == "context" else _section(body)
        kind, lines = line[1:].strip(), []


def _field(line: str) -> Block:
    label, _, value = line.partition(" | ")
    return {"type": "mrkdwn", "text": _cut(f"*{label.strip()}*\n{value.strip()}", FIELD_LENGTH_MAX)}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": _cut(text, SECTION_LENGTH_MAX)}}


def _context(text: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": _cut(text, SECTION_LENGTH_MAX)}]}


def _cut(text: str, limit: int) -> str:
    """Cut without leaving half a link or half an entity, which would show or forge something else."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    if kept.rfind("<") > kept.rfind(">"):
        kept = kept[: kept.rfind("<")]
    entity = kept.rfind("&")
    if entity >= 0 and ";" not in kept[entity:] and len(kept) - entity <= HALF_ENTITY_LENGTH_MAX:
        kept = kept[:entity]
    return kept.rstrip() + "…"
