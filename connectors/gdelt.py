"""Shell: GDELT's quarter-hourly files: the headlines of a great part of the world's online news.

`lastupdate.txt` names the newest Global Knowledge Graph file (GKG 2.1 codebook: tab-separated, 27 columns); a headline
stands in the last column, as `<PAGE_TITLE>`. Each file is read once; those of a gap of up to a day are caught up with.
"""

import asyncio
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from connectors.fetch import Fetched, Fetcher, shown
from connectors.links import page_url
from connectors.politeness import retry_at
from connectors.source import Batch, UnavailableError
from connectors.text import clean_title
from dealwire.errors import SourceError
from dealwire.identity import fold_text
from dealwire.model import Article

SITE = "http://data.gdeltproject.org"
QUARTER_HOUR = timedelta(minutes=15)
CATCH_UP_MAX = timedelta(days=1)
PACKED_BYTES_MAX = 40 * 1024 * 1024
UNPACKED_BYTES_MAX = 200 * 1024 * 1024
COLUMNS = 27
_NEWEST = re.compile(r"/gdeltv2/(\d{14})\.gkg\.csv\.zip")
_TITLE = re.compile(r"<PAGE_TITLE>(.*?)</PAGE_TITLE>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class GdeltSource:
    """Headlines that hold any of `phrases`, or all where none is given."""

    name: str
    fetcher: Fetcher
    phrases: Sequence[str] = ()
    site: str = SITE
    allow_private: bool = False

    async def fetch(self, state: bytes | None, now: datetime) -> Batch:
        """The next file behind the one read last; `more` while there are others."""
        listed = await self._get(f"{self.site}/gdeltv2/lastupdate.txt", now)
        found = _NEWEST.search(listed.body.decode("ascii", "replace"))
        if not found:
            raise SourceError(f"{self.site}/gdeltv2/lastupdate.txt: names no GKG file")
        newest = _moment(found[1])
        last = max(_moment(state.decode()), newest - CATCH_UP_MAX) if state else newest - QUARTER_HOUR
        if last >= newest:
            return Batch(state=state)
        stamp = f"{last + QUARTER_HOUR:%Y%m%d%H%M%S}"
        url, notes = f"{self.site}/gdeltv2/{stamp}.gkg.csv.zip", []
        try:
            answer = await self._get(url, now)
            articles = await asyncio.to_thread(lambda: tuple(self._articles(answer.body, now)))
        except UnavailableError as error:
            if "answered 404" not in str(error):
                raise
            articles = ()  # GDELT now and then skips a quarter of an hour
            notes.append(f"there is no file of {stamp}")
        except (zipfile.BadZipFile, zlib.error, EOFError, IndexError, RuntimeError) as error:  # the last: encrypted
            raise SourceError(f"{url}: not the zip file it should be: {error}") from error
        return Batch(articles, stamp.encode(), notes=tuple(notes), more=last + QUARTER_HOUR < newest)

    def _articles(self, packed: bytes, now: datetime) -> Iterator[Article]:
        wanted = [fold_text(phrase) for phrase in self.phrases]
        with zipfile.ZipFile(io.BytesIO(packed)) as archive, archive.open(archive.namelist()[0]) as lines:
            raw = lines.read(UNPACKED_BYTES_MAX + 1)
        if len(raw) > UNPACKED_BYTES_MAX:
            raise SourceError(f"{self.name}: a file of more than {UNPACKED_BYTES_MAX:,} bytes", permanent=True)
        for line in raw.splitlines():
            columns = line.decode("utf-8", "replace").split("\t")
            titled = _TITLE.search(columns[-1]) if len(columns) == COLUMNS else None
            if not titled or not columns[1].isdigit() or len(columns[1]) != 14:
                continue
            title, link = clean_title(titled[1], markup=True), page_url(columns[4])
            if link and title and (not wanted or any(phrase in fold_text(title) for phrase in wanted)):
                yield Article.create(
                    title=title, url=link, source=columns[3], feed=self.name, published=_moment(columns[1]), fetched=now
                )

    async def _get(self, url: str, now: datetime) -> Fetched:
        answer = await self.fetcher.get(url, allow_private=self.allow_private, body_max=PACKED_BYTES_MAX)
        if answer.status != 200:
            raise UnavailableError(f"{shown(url)}: answered {answer.status}", retry_at=retry_at(answer.headers, now))
        return answer


def _moment(stamp: str) -> datetime:
    return datetime.strptime(stamp, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
