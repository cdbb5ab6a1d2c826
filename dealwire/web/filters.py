"""Shell: the filters of a list of stories: the same names in a page's address and in the API's."""

import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from dealwire.errors import UsageError
from dealwire.model import CATEGORIES
from dealwire.reference.companies import Companies
from dealwire.reference.names import fold_name
from dealwire.store import browse
from dealwire.store.browse import Wanted
from dealwire.web.search import Query, understand

TEXT_LENGTH_MAX = 300
LIMIT = 30
LIMIT_MAX = 500
NOBODY = "-"
"""The key of a company that no story names."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters as the address has them; each empty where it is not asked for."""

    q: str = ""
    """Free text: companies, sums, times, words."""
    category: str = ""
    company: str = ""
    min_usd: str = ""
    region: str = ""
    rule: str = ""
    confidence: str = ""
    """At least so much, from 0 to 1."""
    days: str = ""
    """The last so many."""
    since: str = ""
    """An ISO 8601 date or moment."""
    changed: str = ""
    """`1`: only what came since the last visit."""
    cursor: str = ""
    limit: str = ""

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Asked":
        """What the address asks; UsageError where a value cannot be meant."""
        asked = cls(**{field.name: query.get(field.name, "").strip()[:TEXT_LENGTH_MAX] for field in fields(cls)})
        if asked.category and asked.category not in CATEGORIES:
            raise UsageError(f"category: unknown {asked.category!r}; one of {', '.join(CATEGORIES)}")
        for name in ("min_usd", "confidence", "days", "limit"):
            _number(name, getattr(asked, name))
        _moment("since", asked.since)
        return asked

    def address(self, **more: str) -> str:
        """The page with these filters."""
        asked = {field.name: getattr(self, field.name) for field in fields(self)} | {"cursor": ""} | more
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"/?{query}" if query else "/"

    @property
    def query(self) -> str:
        """The filters as the query of an address, with its question mark; empty where there are none."""
        return self.address()[1:]


def _number(name: str, text: str) -> float:
    try:
        number = float(text or 0)
    except ValueError:
        number = -1.0
    if not 0 <= number < 1e18:  # also where it is no number at all
        raise UsageError(f"{name}: {text!r} is not a number from 0 up")
    return number


def _moment(name: str, text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{name}: {text!r} is no ISO 8601 date, as 2026-03-02") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def wanted_of(
    connection: sqlite3.Connection, asked: Asked, companies: Companies, now: datetime, mark: datetime | None = None
) -> tuple[Query, Wanted]:
    """How the free text was understood, and the store's query for all of it. `mark` is the reader's last visit."""

    def known(folded: str) -> str:
        return browse.company_key(connection, folded)

    query = understand(asked.q, now, companies, known) if asked.q else Query()
    starts = [query.since, _moment("since", asked.since)]
    if asked.days:
        starts.append(now - timedelta(days=min(float(asked.days), 36_500)))
    wanted = Wanted(
        words=query.expression,
        category=asked.category or query.category,
        company=_company(asked.company, companies, known) or (query.companies[0][0] if query.companies else ""),
        region=asked.region.upper(),
        rule=asked.rule,
        usd_min=max(_number("min_usd", asked.min_usd), query.usd_min),
        usd_max=query.usd_max,
        confidence_min=_number("confidence", asked.confidence),
        since=max((start for start in starts if start), default=None),
        until=query.until,
        changed_since=mark if asked.changed else None,
        cursor=asked.cursor,
        limit=min(int(_number("limit", asked.limit)) or LIMIT, LIMIT_MAX),
    )
    return query, wanted


def _company(name: str, companies: Companies, known: Callable[[str], str]) -> str:
    """The key of a company named by hand."""
    if not name:
        return ""
    found = companies.find(name)
    folded = fold_name(name)
    return known(folded) or (found[0].company.id if found else NOBODY)
