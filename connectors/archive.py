"""Shell: history as a source: articles in JSON Lines, CSV or Parquet, .gz or .zst, in a file or on standard input.

`read` gives them in the order of the file, `read_ordered` in order of (event time, id) within bounded memory. A bad
line is reported with its number and the rest goes on. The time at which an archive is read means nothing: an article's
`fetched` is the line's own, else its `published`, else that of the last dated line before it.
"""

import gzip
import heapq
import io
import re
import sys
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, cast

import orjson
import zstandard
from pydantic import ValidationError

from connectors.dates import parse_moment
from connectors.tables import csv_rows, parquet_rows
from dealwire.errors import RecordError, SourceError
from dealwire.model import Article

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""The time of articles that no dated line precedes."""

LINE_BYTES_MAX = 16 * 1024 * 1024
ARTICLES_IN_MEMORY_MAX = 20_000
TEXT_LENGTH_MAX = 2_000_000

CSV_NAME = re.compile(r"\.csv(?:\.gz|\.zst)?$", re.IGNORECASE)

Report = Callable[[str], None]

FIELDS: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "guid": ("guid",),
    "title": ("title", "headline"),
    "body": ("body", "text", "content", "summary", "description"),
    "url": ("url", "link"),
    "source": ("source", "outlet", "publisher"),
    "feed": ("feed",),
    "language": ("language", "lang"),
    "published": ("published", "date", "published_at", "pubdate"),
    "updated": ("updated", "updated_at", "modified"),
    "fetched": ("fetched",),
}
"""Our names for a row's fields, and what else archives call them; the first that is there counts."""


def read(path: Path | str, report: Report) -> Iterator[Article]:
    """The articles of the archive in the order of its lines; "-" is standard input."""
    last = UNDATED
    for place, row in rows(path, report):
        try:
            article = article_of(row, undated=last)
        except RecordError as error:
            report(f"{place}: {error}")
            continue
        last = article.fetched
        yield article


def read_ordered(path: Path | str, report: Report, in_memory_max: int = ARTICLES_IN_MEMORY_MAX) -> Iterator[Article]:
    """The articles of the archive in order, within bounded memory: see in_order."""
    return in_order(read(path, report), in_memory_max)


def in_order(articles: Iterable[Article], in_memory_max: int = ARTICLES_IN_MEMORY_MAX) -> Iterator[Article]:
    """The articles in order of (event time, id), revisions of one in theirs.

    At most `in_memory_max` articles are held at once: sorted runs of that many go through temporary files.
    """
    with ExitStack() as held:
        runs: list[Iterable[Article]] = []
        part: list[Article] = []
        for article in articles:
            part.append(article)
            if len(part) >= in_memory_max:
                runs.append(_spill(sorted(part, key=_place), held))
                part = []
        runs.append(sorted(part, key=_place))
        yield from heapq.merge(*runs, key=_place)


def _place(article: Article) -> tuple[datetime, str, tuple[datetime, datetime]]:
    return article.at, article.id, article.order


def _spill(articles: list[Article], held: ExitStack) -> Iterator[Article]:
    file = held.enter_context(tempfile.TemporaryFile())  # noqa: SIM115 - the stack closes it
    packed = zstandard.ZstdCompressor(level=1).stream_writer(file, closefd=False)
    for article in articles:
        packed.write(article.to_bytes() + b"\n")
    packed.flush(zstandard.FLUSH_FRAME)
    file.seek(0)
    return _unspill(file)


def _unspill(file: IO[bytes]) -> Iterator[Article]:
    with zstandard.ZstdDecompressor().stream_reader(file) as unpacked:
        for line in io.BufferedReader(unpacked):
            yield Article.from_bytes(line)


def rows(path: Path | str, report: Report) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each row of the archive and its place, as in "news.jsonl:17"; SourceError where the archive cannot be read."""
    name = "standard input" if str(path) == "-" else str(path)
    if name.endswith(".parquet"):
        yield from ((f"{name}:{number}", row) for number, row in parquet_rows(Path(path)))
        return
    if CSV_NAME.search(name):
        with _opened(path, name) as lines:
            yield from ((f"{name}:{number}", row) for number, row in csv_rows(lines, name))
        return
    with _opened(path, name) as lines:
        for number, line in _numbered(lines, name):
            if not line.strip():
                continue
            place = f"{name}:{number}"
            if len(line) > LINE_BYTES_MAX:
                report(f"{place}: longer than {LINE_BYTES_MAX:,} bytes")
                continue
            try:
                row = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
            except orjson.JSONDecodeError as error:
                report(f"{place}: broken JSON: {error}")
                continue
            if not isinstance(row, dict):
                report(f"{place}: a JSON object was expected, not {type(row).__name__}")
                continue
            yield place, row


def _numbered(lines: IO[bytes], name: str) -> Iterator[tuple[int, bytes]]:
    """Lines of at most a little over the limit; the rest of a longer one is passed over."""
    number = 0
    try:
        while line := lines.readline(LINE_BYTES_MAX + 1):
            number += 1
            rest = line
            while len(rest) > LINE_BYTES_MAX and not rest.endswith(b"\n"):
                rest = lines.readline(LINE_BYTES_MAX + 1)
            yield number, line
    except (OSError, EOFError, zstandard.ZstdError, zlib.error) as error:
        raise SourceError(f"{name}:{number + 1}: broken compression or file: {error}") from error


@contextmanager
def _opened(path: Path | str, name: str) -> Iterator[IO[bytes]]:
    with ExitStack() as held:
        try:
            raw = sys.stdin.buffer if str(path) == "-" else held.enter_context(Path(path).open("rb"))
        except OSError as error:
            raise SourceError(f"{name}: {(error.strerror or str(error)).lower()}") from error
        buffered = io.BufferedReader(cast("io.RawIOBase", raw))  # so that a pipe too may be peeked at
        magic = buffered.peek(4)[:4]
        if magic.startswith(b"\x1f\x8b"):
            yield cast("IO[bytes]", held.enter_context(gzip.GzipFile(fileobj=buffered)))
        elif magic == b"\x28\xb5\x2f\xfd":
            opened = zstandard.ZstdDecompressor().stream_reader(buffered, read_across_frames=True, closefd=False)
            yield io.BufferedReader(held.enter_context(opened))
        else:
            yield buffered


def article_of(row: Mapping[str, Any], *, undated: datetime = UNDATED) -> Article:
    """The article that a row describes; RecordError where it is none. Its texts stay as given, to the code point."""
    values = {name: _value(row, names) for name, names in FIELDS.items()}
    title, body = values["title"], values["body"]
    if not title.strip() and not body.strip():
        raise RecordError("neither a title nor a body")
    if len(title) + len(body) > TEXT_LENGTH_MAX:
        raise RecordError(f"longer than {TEXT_LENGTH_MAX:,} characters")
    published, updated, fetched = (parse_moment(values[name]) for name in ("published", "updated", "fetched"))
    try:
        return Article.create(
            title=title,
            body=body,
            id=values["id"],
            guid=values["guid"],
            url=values["url"],
            source=values["source"],
            feed=values["feed"],
            language=values["language"],
            published=published,
            updated=updated,
            fetched=fetched or published or undated,
        )
    except ValidationError as error:
        raise RecordError(str(error.errors(include_url=False, include_input=False)[0]["msg"]).lower()) from error


def _value(row: Mapping[str, Any], names: tuple[str, ...]) -> str:
    for name in names:
        value = row.get(name)
        if value is None:
            continue
        if isinstance(value, str):
            return value
        if isinstance(value, int | float) and not isinstance(value, bool):
            return str(value)
        raise RecordError(f"{name}: text was expected, not {type(value).__name__}")
    return ""
