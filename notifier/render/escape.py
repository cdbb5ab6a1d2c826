r"""Core: text from feeds made harmless for the medium that shows it.

| medium | what could be forged | what is done |
|---|---|---|
| any | line breaks, control and bidi characters, terminal escapes | taken out, white space single (`one_line`) |
| Slack | `<!channel>`, `<@U…>`, `<https://evil\|click>`, `*bold*` | `&`, `<`, `>` as entities; `|` kept out of links |
| HTML | tags, attributes | escaped by the templates (autoescape) |
| email headers | CR and LF, and so further headers | `one_line`, then the stdlib's own check |
| Markdown | links, images, emphasis, HTML | the characters that mean something are escaped |
"""

import re
import unicodedata

UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories that are not shown, but act: controls, formats such as bidi overrides, separators of lines."""
JOINERS = frozenset("\u200c\u200d")
"""Formats that spelling (Persian, Hindi) and emoji need."""
ANSI = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z\\-_])")
MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+!|~-])")
SLACK = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
SLACK_URL = str.maketrans({"<": "%3C", ">": "%3E", "|": "%7C", '"': "%22", " ": "%20", "&": "&amp;"})


def one_line(text: str) -> str:
    r"""The text on one line, without anything that is not seen.

    >>> one_line("Deal\r\nBcc: all@example.com \x1b[31mred\x1b[0m")
    'Deal Bcc: all@example.com red'
    """
    plain = ANSI.sub("", text)
    visible = (
        " " if c.isspace() else c for c in plain if c.isspace() or c in JOINERS or unicodedata.category(c) not in UNSEEN
    )
    return " ".join("".join(visible).split())


def slack(text: str) -> str:
    """The text as Slack's mrkdwn shows it verbatim; it cannot mention, link or notify.

    >>> slack("<!channel> AT&T")
    '&lt;!channel&gt; AT&amp;T'
    """
    return one_line(text).translate(SLACK)


def slack_link(url: str, label: str) -> str:
    """A link whose address cannot end early and whose label forges no other; the label alone without an address."""
    shown = slack(label).replace("|", "¦")
    return f"<{url.translate(SLACK_URL)}|{shown}>" if url else shown


def markdown(text: str) -> str:
    """The text as Markdown shows it verbatim."""
    return MARKDOWN.sub(r"\\\1", one_line(text))


def cut(text: str, limit: int) -> str:
    """The text within `limit` characters, `…` in place of what went.

    >>> cut("abcdef", 4)
    'abc…'
    """
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
