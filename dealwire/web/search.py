"""Core: what a person types into the search box, as filters: "everything on Cerebras over $100M since Friday".

Companies, sums, times and categories are understood where they stand; what is left over is looked for as words.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from dealwire.model import Category
from dealwire.reference.companies import Companies
from dealwire.reference.money import find_sums
from dealwire.reference.names import fold_name

WORDS_MAX = 12
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
          "december")  # fmt: skip
PASSED_OVER = frozenset(
    {
        *("a", "about", "all", "an", "and", "anything", "are", "at", "by", "deal", "deals", "did", "do", "every"),
        *("everything", "find", "for", "from", "give", "i", "in", "is", "it", "latest", "me", "my", "news", "of"),
        *("on", "or", "our", "show", "since", "stories", "story", "tell", "that", "the", "to", "was", "what"),
        *("which", "who", "with"),
    }
)
CATEGORIES: dict[str, Category] = {
    "funding": "funding", "fundings": "funding", "rounds": "funding", "mna": "mna", "m&a": "mna", "mergers": "mna",
    "acquisitions": "mna", "takeovers": "mna", "hardware": "hardware", "chips": "hardware",
}  # fmt: skip
ABOVE = r"(?:over|above|more than|at least|from|>=?|≥)"
BELOW = r"(?:under|below|less than|at most|up to|<=?|≤)"
WORD = re.compile(r"[\w&.'-]+")
UNITS = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
LAST = re.compile(
    r"\b(?:in |over )?(?:the )?(?:last|past) (?:(\d{1,3}) )?(day|week|month|quarter|year)s?\b", re.IGNORECASE
)
SINCE = re.compile(r"\b(since|after|from|until|before|on|in)\s+(\d{4}-\d{2}-\d{2}|[A-Za-z]+)\b", re.IGNORECASE)
BARE = re.compile(r"\b(?:(since|from|after)\s+)?(today|yesterday)\b", re.IGNORECASE)
PHRASE = re.compile(r'"([^"]*\w[^"]*)"')


@dataclass(frozen=True, slots=True)
class Query:
    """The filters that a text asks for; `said` is how they were understood, for the reader to check."""

    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    """What stood in quotation marks: looked for as it is, one word after the other."""
    companies: tuple[tuple[str, str], ...] = ()
    """Each one's key and name."""
    category: str = ""
    usd_min: float = 0.0
    usd_max: float = 0.0
    since: datetime | None = None
    until: datetime | None = None
    said: tuple[str, ...] = ()

    @property
    def expression(self) -> str:
        """The words and phrases as FTS5 takes them: all of them, each word as the beginning of one.

        The first company is not among them: it is a filter of its own.
        """
        names = [f'"{_quoted(name)}"' for _, name in self.companies[1:]]
        phrases = [f'"{phrase}"' for phrase in self.phrases]
        return " AND ".join([*names, *phrases, *(f'"{_quoted(word)}"*' for word in self.words)])


def _quoted(text: str) -> str:
    return text.replace('"', '""')


def understand(text: str, now: datetime, companies: Companies, known: Callable[[str], str] = lambda _: "") -> Query:
    """The text as filters. `known` says under which key a name stands in the catalogue, and answers "" for none.

    >>> from dealwire.reference.companies import bundled_companies
    >>> friday = datetime(2026, 3, 6, 12, tzinfo=UTC)
    >>> found = understand("everything on Cerebras over $100M since Monday", friday, bundled_companies())
    >>> found.companies, found.usd_min, f"{found.since:%a %d}", found.words
    ((('cerebras', 'Cerebras'),), 100000000.0, 'Mon 02', ())
    """
    phrases = tuple(dict.fromkeys(phrase.strip() for phrase in PHRASE.findall(text)))[:WORDS_MAX]
    rest, query = _take_times(PHRASE.sub(" ", text), Query(phrases=phrases), now)
    rest, query = _take_sums(rest, query)
    rest, query = _take_companies(rest, query, companies)
    words = [word for word in WORD.findall(rest) if word.casefold() not in PASSED_OVER]
    for word in words[:WORDS_MAX]:
        query = _take_word(word.strip(".'-&"), query, known)
    return query


def _take_word(word: str, query: Query, known: Callable[[str], str]) -> Query:
    category = CATEGORIES.get(word.casefold())
    if category and not query.category:
        return replace(query, category=category, said=(*query.said, f"category {word.casefold()}"))
    key = known(fold_name(word)) if len(word) > 2 and not query.companies else ""
    if key:
        return replace(query, companies=((key, word),), said=(*query.said, f"company {word}"))
    return replace(query, words=(*query.words, word)) if any(c.isalnum() for c in word) else query


def _take_companies(text: str, query: Query, companies: Companies) -> tuple[str, Query]:
    for found in sorted(companies.find(text), key=lambda one: -one.start):
        text = f"{text[: found.start]} {text[found.end :]}"
        held = (found.company.id, found.company.name)
        if held not in query.companies:
            query = replace(query, companies=(held, *query.companies), said=(f"company {held[1]}", *query.said))
    return text, query


def _take_sums(text: str, query: Query) -> tuple[str, Query]:
    for found in sorted(find_sums(text), key=lambda one: -one.start):
        usd = found.money.usd
        if not usd:
            continue
        before = text[: found.start]
        high = re.search(BELOW + r"\s*$", before, re.IGNORECASE)
        low = re.search(ABOVE + r"\s*$", before, re.IGNORECASE)
        start = (high or low).start() if high or low else found.start  # type: ignore[union-attr]  # one of them is there
        written = text[found.start : found.end]
        if high:
            query = replace(query, usd_max=float(usd), said=(*query.said, f"up to {written}"))
        else:
            query = replace(query, usd_min=float(usd), said=(*query.said, f"{written} or more"))
        text = f"{text[:start]} {text[found.end :]}"
    return text, query


def _take_times(text: str, query: Query, now: datetime) -> tuple[str, Query]:
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    for match in LAST.finditer(text):
        since = now - timedelta(days=int(match[1] or 1) * UNITS[match[2].lower()])
        query = replace(query, since=since, said=(*query.said, f"since {since:%-d %b %Y}"))
    text = LAST.sub(" ", text)
    for match in BARE.finditer(text):
        is_past = match[2].lower() == "yesterday"
        until = midnight if is_past and not match[1] else None
        said = f"since {match[2].lower()}" if match[1] else match[2].lower()
        query = replace(query, since=midnight - timedelta(days=is_past), until=until, said=(*query.said, said))
    text = BARE.sub(" ", text)

    def take(match: re.Match[str]) -> str:
        nonlocal query
        span = _day(match[2].lower(), midnight)
        if span is None:
            return match[0]
        since, until = span
        preposition = match[1].lower()
        if preposition in {"since", "from", "after"}:
            if since == midnight and match[2].lower() in DAYS:  # "since Friday", said on a Friday
                since -= timedelta(days=7)
            query = replace(query, since=since, said=(*query.said, f"since {since:%-d %b %Y}"))
        elif preposition in {"until", "before"}:
            query = replace(query, until=since, said=(*query.said, f"before {since:%-d %b %Y}"))
        else:
            said = f"{since:%-d %b %Y} to {until - timedelta(days=1):%-d %b %Y}"
            query = replace(query, since=since, until=until, said=(*query.said, said))
        return " "

    return SINCE.sub(take, text), query


def _day(word: str, midnight: datetime) -> tuple[datetime, datetime] | None:
    """The span that a word names, the latest that has begun: a day, a month, a date."""
    day = timedelta(days=1)
    if word in DAYS:
        since = midnight - timedelta(days=(midnight.weekday() - DAYS.index(word)) % 7)
        return since, since + day
    if word in MONTHS:
        number = MONTHS.index(word) + 1
        since = midnight.replace(year=midnight.year - (number > midnight.month), month=number, day=1)
        return since, (since + 31 * day).replace(day=1)
    try:
        since = datetime.strptime(word, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        return None
    return since, since + day
