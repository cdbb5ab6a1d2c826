"""Core: Block Kit drawn as HTML, near enough to how Slack shows it to judge a template by.

Only what dealwire sends is drawn: header, section with text or fields, context, divider; mrkdwn's links, bold, italics
and quotes.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from markupsafe import Markup

LINK = re.compile(r"&lt;(https?://[^|&]*(?:&amp;[^|&]*)*)\|(.*?)&gt;")
ENTITIES = {"&amp;lt;": "&lt;", "&amp;gt;": "&gt;", "&amp;amp;": "&amp;"}
EMOJI = {":arrows_counterclockwise:": "↻"}
PAGE = Markup(
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Slack</title><style>'
    "body{{margin:0;padding:20px;background:#fff;font:15px/1.46 Lato,'DejaVu Sans',Arial,sans-serif;color:#1d1c1d;"
    "overflow-wrap:anywhere}}"
    "main{{display:flex;gap:8px;max-width:680px}}main>div:last-child{{min-width:0}}"
    ".face{{width:36px;height:36px;border-radius:4px;background:#1f5fc4;"
    "color:#fff;display:grid;place-items:center;font-weight:700}}.name{{font-weight:900}}.app{{font-size:10px;"
    "background:#e8e8e8;color:#616061;border-radius:2px;padding:1px 3px}}h3{{margin:6px 0;font-size:18px}}"
    "p{{margin:8px 0}}.fields{{display:grid;grid-template-columns:1fr 1fr;gap:6px 16px}}"
    "blockquote{{margin:4px 0;padding-left:12px;border-left:4px solid #ddd}}small{{color:#616061;font-size:12px}}"
    "a{{color:#1264a3;text-decoration:none}}</style><main><div class=face>d</div><div>"
    "<span class=name>dealwire</span> <span class=app>APP</span>{}</div></main></html>"
)


def draw(blocks: Sequence[dict[str, Any]]) -> str:
    """The blocks as one page."""
    return str(PAGE.format(Markup("").join(part for block in blocks for part in _block(block))))


def _block(block: dict[str, Any]) -> Iterator[Markup]:
    match block["type"]:
        case "header":
            yield Markup("<h3>{}</h3>").format(block["text"]["text"])
        case "divider":
            yield Markup("<hr>")
        case "context":
            for element in block["elements"]:
                yield Markup("<p><small>{}</small></p>").format(_mrkdwn(element["text"]))
        case _:
            if "fields" in block:
                cells = Markup("").join(Markup("<div>{}</div>").format(_mrkdwn(f["text"])) for f in block["fields"])
                yield Markup("<div class=fields>{}</div>").format(cells)
            else:
                yield Markup("<p>{}</p>").format(_mrkdwn(block["text"]["text"]))


def _mrkdwn(text: str) -> Markup:
    return Markup("").join(_line(line) for line in text.split("\n"))


def _line(line: str) -> Markup:
    quoted = line.startswith("> ")
    shown = str(Markup.escape(line.removeprefix("> ")))
    for entity, meant in ENTITIES.items():
        shown = shown.replace(entity, meant) if entity == "&amp;amp;" else shown.replace(entity, f"\0{meant}\0")
    shown = LINK.sub(r'<a href="\1">\2</a>', shown).replace("\0", "")
    shown = re.sub(r"\*([^*\n]+)\*", r"<b>\1</b>", shown)
    shown = re.sub(r"(?<!\w)_([^_\n]+)_(?!\w)", r"<i>\1</i>", shown)
    for code, sign in EMOJI.items():
        shown = shown.replace(code, sign)
    drawn = Markup(shown)  # noqa: S704 - escaped above; what was put in since is ours
    return Markup("<blockquote>{}</blockquote>").format(drawn) if quoted else drawn + Markup("<br>")
