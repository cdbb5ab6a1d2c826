"""Shell: archives written: JSON Lines (.gz, .zst too) or Parquet, which connectors.archive reads back as they were.

A file appears whole or not at all.
"""

import gzip
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from typing import IO, Any

import orjson
import zstandard

from dealwire.errors import SourceError
from dealwire.model import Article

ROWS_AT_ONCE = 1_000
ZSTD_LEVEL = 9
COLUMNS = ("id", "title", "body", "source", "feed", "url", "language", "published", "updated", "fetched")

Write = Callable[[Article], None]


@contextmanager
def writing(path: Path | str) -> Iterator[Write]:
    """What takes the articles of a new archive at `path`, whose name says its form; "-" is standard output."""
    if str(path) == "-":
        yield _to_lines(sys.stdout.buffer)
        return
    path = Path(path)
    part = path.with_name(f".{path.name}.part")
    try:
        with _opened(part, path.suffix) as write:
            yield write
        part.replace(path)
    except OSError as error:
        raise SourceError(f"{path}: {(error.strerror or str(error)).lower()}") from error
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path, suffix: str) -> Iterator[Write]:
    if suffix == ".parquet":
        with _to_parquet(path) as write:
            yield write
        return
    with path.open("wb") as raw:
        if suffix == ".gz":
            with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, filename="") as packed:
                yield _to_lines(packed)
        elif suffix == ".zst":
            with zstandard.ZstdCompressor(level=ZSTD_LEVEL).stream_writer(raw) as packed:
                yield _to_lines(packed)
        else:
            yield _to_lines(raw)


def _to_lines(file: IO[bytes] | Any) -> Write:
    def write(article: Article) -> None:
        file.write(orjson.dumps(row_of(article)) + b"\n")

    return write


@contextmanager
def _to_parquet(path: Path) -> Iterator[Write]:
    try:
        pyarrow, parquet = import_module("pyarrow"), import_module("pyarrow.parquet")
    except ImportError as error:
        raise SourceError(f"{path}: Parquet needs pyarrow; install dealwire[parquet]", permanent=True) from error
    schema = pyarrow.schema([(name, pyarrow.string()) for name in COLUMNS])
    rows: list[dict[str, str]] = []
    with parquet.ParquetWriter(path, schema, compression="zstd") as file:

        def write(article: Article) -> None:
            rows.append(row_of(article))
            if len(rows) == ROWS_AT_ONCE:
                flush()

        def flush() -> None:
            file.write_table(pyarrow.Table.from_pylist(rows, schema))
            rows.clear()

        yield write
        if rows:
            flush()


def row_of(article: Article) -> dict[str, str]:
    """The article as a row of an archive: what is empty is left out, and what follows from the rest."""
    values = article.model_dump(mode="json", include=set(COLUMNS), exclude_none=True)
    return {name: values[name] for name in COLUMNS if values.get(name)}
