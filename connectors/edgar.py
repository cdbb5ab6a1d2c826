"""Shell: filings at the SEC (EDGAR) as articles, with what each form states: 8-K by item, Form D, S-4, 425, SC TO.

The SEC asks every client for a contact in its User-Agent and for at most ten requests a second
(https://www.sec.gov/os/accessing-edgar-data); a source without a contact is refused here rather than there.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

import orjson

from connectors.dates import parse_moment
from connectors.document import Entry, NotAFeedError
from connectors.edgar_forms import Filing, filing_of, is_wanted, told
from connectors.fetch import Fetched, Fetcher, shown
from connectors.loose import read_loosely
from connectors.politeness import retry_at
from connectors.source import Batch, UnavailableError
from dealwire.errors import SourceError
from dealwire.model import Article

SITE = "https://www.sec.gov"
FORMS = ("8-K", "D", "S-4", "425", "SC TO-T", "SC TO-I")
ITEMS = ("1.01", "1.02", "2.01", "3.02", "5.01", "8.01")
"""Agreements entered and ended, acquisitions completed, shares sold, control changed, other events."""
FILINGS_PER_VISIT_MAX = 40
SEEN_KEPT = 2_000
PAUSE_SECONDS = 0.12
"""Keeps one process, however many of its sources ask, under the ten requests a second that the SEC allows."""
SUBMISSION_BYTES_MAX = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class EdgarSource:
    """The latest filings of some forms, of all companies or of those named by CIK or ticker."""

    name: str
    fetcher: Fetcher
    contact: str
    forms: Sequence[str] = FORMS
    items: Sequence[str] = ITEMS
    companies: Sequence[str] = ()
    site: str = SITE
    allow_private: bool = False
    pause: Callable[[float], Awaitable[None]] = field(default=asyncio.sleep)

    async def fetch(self, state: bytes | None, now: datetime) -> Batch:
        """Filings not seen before, each read in full; at most FILINGS_PER_VISIT_MAX, the rest at once afterwards."""
        if "@" not in self.contact:
            raise SourceError(f"{self.name}: the SEC wants a contact; give `contact: you@example.com`", permanent=True)
        kept = orjson.loads(state) if state else {"seen": [], "ciks": {}}
        seen, ciks = dict.fromkeys(kept["seen"]), kept["ciks"]
        if self.companies and not ciks:
            ciks = await self._ciks(now)
        notes: list[str] = []
        found = [filing for entry in await self._listed(ciks, notes, now) if (filing := filing_of(entry))]
        fresh = {f.accession: f for f in found if f.accession not in seen and is_wanted(f, self.forms, self.items)}
        articles = []
        for filing in list(fresh.values())[:FILINGS_PER_VISIT_MAX]:
            articles.append(await self._article(filing, notes, now))
            seen[filing.accession] = None
        state = orjson.dumps({"seen": list(seen)[-SEEN_KEPT:], "ciks": ciks})
        return Batch(tuple(articles), state, notes=tuple(notes), more=len(fresh) > FILINGS_PER_VISIT_MAX)

    async def _listed(self, ciks: Mapping[str, str], notes: list[str], now: datetime) -> list[Entry]:
        entries: list[Entry] = []
        for form in self.forms:
            common = {"type": form, "count": "100", "output": "atom"}
            queries = [{"action": "getcompany", "CIK": cik, **common} for cik in ciks.values()]
            for query in queries or [{"action": "getcurrent", "owner": "exclude", **common}]:
                answer = await self._get(f"{self.site}/cgi-bin/browse-edgar?{urlencode(query)}", now)
                try:
                    entries += read_loosely(answer.body).entries
                except NotAFeedError as error:
                    notes.append(f"list of {form}: {error}")
        return entries

    async def _article(self, filing: Filing, notes: list[str], now: datetime) -> Article:
        body = ""
        try:
            submission = await self._get(filing.submission_url, now)
            body = told(filing, submission.body.decode("utf-8", "replace"))
        except UnavailableError as error:
            notes.append(f"{filing.accession}: {error}; taken without its text")
        return Article.create(
            id="",
            title=filing.title,
            body=body,
            url=filing.url,
            source="SEC EDGAR",
            feed=self.name,
            language="en",
            published=parse_moment(filing.filed),
            fetched=now,
        )

    async def _ciks(self, now: datetime) -> dict[str, str]:
        """The CIK of each company named, by what it was named as."""
        wanted = {name.upper(): name for name in self.companies}
        ciks = {
            name: digits.zfill(10)
            for name in self.companies
            if (digits := re.sub(r"\D", "", name)) and name[-1].isdigit()
        }
        if len(ciks) < len(wanted):
            table = orjson.loads((await self._get(f"{self.site}/files/company_tickers.json", now)).body)
            for row in table.values():
                if (name := wanted.get(str(row["ticker"]).upper())) is not None:
                    ciks.setdefault(name, f"{row['cik_str']:0>10}")
        if missing := [name for name in self.companies if name not in ciks]:
            raise SourceError(f"{self.name}: the SEC knows no company {missing[0]!r}", permanent=True)
        return ciks

    async def _get(self, url: str, now: datetime) -> Fetched:
        await self.pause(self.fetcher.manners.turn(SITE, PAUSE_SECONDS, time.monotonic()))
        headers = {"User-Agent": f"dealwire {self.contact}"}
        answer = await self.fetcher.get(url, headers, allow_private=self.allow_private, body_max=SUBMISSION_BYTES_MAX)
        if answer.status != 200:
            raise UnavailableError(f"{shown(url)}: answered {answer.status}", retry_at=retry_at(answer.headers, now))
        return answer
