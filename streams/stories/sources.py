"""Core: who says it: the outlet behind an article, and how much its word weighs against another's."""

from functools import cache, lru_cache
from importlib.resources import files
from urllib.parse import urlsplit

from dealwire.identity import fold_text
from streams.stories.words import credited

PRIMARY, RECORD, RETELLING, PASSED_ON = 3, 2, 1, 0


@cache
def _listed() -> tuple[tuple[str, int], ...]:
    text = files("streams.stories").joinpath("data/sources.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return tuple((name, int(weight)) for weight, name in rows)


def outlet(title: str, source: str, url: str) -> str:
    """The outlet that first said it, folded: the one credited at the title's end, else the source, else the host.

    >>> outlet("Acme raised $5M (Ann Bee/Daily News)", "Some Aggregator", "")
    'dailynews'
    """
    credit = credited(title) if authority_of(source, url) == PASSED_ON else ""
    return _folded(credit or source) or (urlsplit(url).hostname or "").removeprefix("www.")


@lru_cache(1 << 14)
def _folded(name: str) -> str:
    return fold_text(name).replace(" ", "")


def authority(title: str, source: str, url: str, subject: str) -> int:
    """How much the article's word weighs: the subject's own site and releases most, those who pass things on least."""
    host = (urlsplit(url).hostname or "").replace("-", "") if subject and url else ""
    if len(subject) > 3 and host and subject in host:
        return PRIMARY
    own = authority_of(source, url)
    if own == PASSED_ON and (credit := credited(title)):
        return authority_of(credit, "")
    return own


def authority_of(source: str, url: str) -> int:
    """The weight of an outlet by its name; of one without a name, by its host."""
    return _weight(_folded(source) or urlsplit(url).hostname or "")


@lru_cache(1 << 14)
def _weight(name: str) -> int:
    return next((weight for listed, weight in _listed() if listed in name), RETELLING)
