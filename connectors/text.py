"""Core: the words of a headline or item, freed of markup and of anything that could run, hide or repaint.

The text that comes out is the article's text: every span that understanding finds counts its code points.
"""

import html
import re
import unicodedata

from selectolax.lexbor import LexborHTMLParser

TITLE_LENGTH_MAX = 1_000
BODY_LENGTH_MAX = 200_000
"""Code points. A longer text is cut at the limit: no news item is as long."""
HTML_LENGTH_MAX = 2_000_000
TAGS_MAX = 4_000
"""A tree of more is not built: walking one takes time by the square of its depth."""

DROPPED = (
    "script", "style", "noscript", "template", "iframe", "object", "embed", "svg", "math", "canvas", "head", "form",
    "select", "button", "nav", "figure > figcaption ~ figcaption",
)  # fmt: skip
"""What holds no words of the article."""

BLOCKS = (
    "address|article|aside|blockquote|br|caption|dd|div|dl|dt|fieldset|figcaption|figure|footer|h[1-6]|header|hr|li|"
    "main|ol|p|pre|section|table|tbody|td|th|thead|tr|ul"
)
_BLOCK_TAG = re.compile(rf"<(?=/?(?:{BLOCKS})\b)", re.IGNORECASE)
_BREAK = "\x1e"
_SCRIPTS = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|$)", re.IGNORECASE | re.DOTALL)
_TAGS = re.compile(r"<[^<>]*>?")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG = re.compile(r"</?[A-Za-z][^<>]*>|<!--|<!\[CDATA\[")
_TERMINAL = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]{0,200}(?:\x07|\x1b\\)?|[@-Z\\-_])|\x9b[0-?]*[ -/]*[@-~]"
)
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufdd0-\ufdef\ufffe\uffff\U000e0000-\U000e007f\ud800-\udfff]"
)
"""Control, bidirectional, zero-width, tag and surrogate code points; the joiners of Indic and Persian script stay."""
_MOJIBAKE = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]{1,3}"
)


def plain_text(markup: str) -> str:
    r"""The words of an HTML fragment, a line for each block.

    >>> plain_text('<p>AT&amp;T buys <b>R</b>&amp;D</p><script>alert(1)</script><p>Again')
    'AT&T buys R&D\nAgain'
    """
    markup = markup[:HTML_LENGTH_MAX].replace("<![CDATA[", "").replace("]]>", "")
    if "<" not in markup:
        return _lines(html.unescape(markup).replace(_BREAK, " ").replace("\n", " "))
    if markup.count("<") > TAGS_MAX:
        return _lines(html.unescape(_TAGS.sub("", _BLOCK_TAG.sub(_BREAK + "<", _SCRIPTS.sub("", markup)))))
    tree = LexborHTMLParser(_BLOCK_TAG.sub(_BREAK + "<", markup.replace(_BREAK, " ")))
    tree.strip_tags(list(DROPPED[:-1]))
    words = tree.body.text(deep=True, separator="") if tree.body else ""
    return _lines(words)


def is_markup(text: str) -> bool:
    """Whether the text holds tags or entities, though it may be declared plain."""
    return bool(_TAG.search(text) or _ENTITY.search(text))


def clean(text: str) -> str:
    """The text without code points that hide or repaint, in NFC, with what was decoded twice over put right."""
    if text.isascii() and text.isprintable():
        return text
    text = _TERMINAL.sub("", text)
    text = _UNSEEN.sub("", text)
    return unicodedata.normalize("NFC", _unmangled(text))


def clean_title(raw: str, *, markup: bool) -> str:
    """A headline on one line. `markup` says that it is HTML; double-escaped entities are read as such either way."""
    text = plain_text(raw) if markup else raw
    if is_markup(text):
        text = plain_text(text)
    return " ".join(clean(text.replace("\n", " ")).split())[:TITLE_LENGTH_MAX].rstrip()


def clean_body(raw: str, *, markup: bool) -> str:
    """An item's text, a line for each block."""
    text = plain_text(raw) if markup else _lines(raw.replace("\n", _BREAK))
    return clean(text)[:BODY_LENGTH_MAX].rstrip()


def _lines(text: str) -> str:
    lines = (" ".join(line.split()) for line in text.split(_BREAK))
    return "\n".join(line for line in lines if line)


def _unmangled(text: str) -> str:
    """UTF-8 that was read as Windows-1252 ("â€™") put right, run by run, and only where every byte fits."""
    if not _MOJIBAKE.search(text):
        return text
    return _MOJIBAKE.sub(_reread, text)


def _reread(match: re.Match[str]) -> str:
    try:
        return match[0].encode("cp1252").decode("utf-8")
    except UnicodeError:
        return match[0]
