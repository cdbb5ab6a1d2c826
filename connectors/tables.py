"""Shell: archives as tables: CSV, and Parquet where pyarrow is installed (`pip install dealwire[parquet]`)."""

import csv
import io
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import IO, Any

from dealwire.errors import SourceError

FIELD_LENGTH_MAX = 2_000_000
PARQUET_ROWS_AT_ONCE = 1_000


def csv_rows(lines: IO[bytes], name: str) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each row by its header's names, in lower case, with the number of its last line."""
    csv.field_size_limit(FIELD_LENGTH_MAX)
    text = io.TextIOWrapper(lines, encoding="utf-8-sig", errors="replace", newline="")
    reader = csv.reader(text)
    try:
        header = [column.strip().lower() for column in next(reader, [])]
        for row in reader:
            if row:
                yield reader.line_num, {column: value for column, value in zip(header, row, strict=False) if value}
    except csv.Error as error:
        raise SourceError(f"{name}:{reader.line_num}: broken CSV: {error}") from error
    finally:
        text.detach()  # whoever opened the lines closes them


def parquet_rows(path: Path) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each row by its column's names, a row group's part at a time."""
    try:
        parquet = import_module("pyarrow.parquet")
    except ImportError as error:
        raise SourceError(f"{path}: Parquet needs pyarrow; install dealwire[parquet]", permanent=True) from error
    number = 0
    try:
        with parquet.ParquetFile(path) as file:
            for part in file.iter_batches(batch_size=PARQUET_ROWS_AT_ONCE):
                for row in part.to_pylist():
                    number += 1
                    yield number, {key.lower(): _plain(value) for key, value in row.items() if value is not None}
    except (OSError, ValueError) as error:  # ArrowInvalid is a ValueError
        raise SourceError(f"{path}: cannot be read as Parquet: {error}") from error


def _plain(value: Any) -> Any:
    """Timestamps as ISO 8601, which is what a row of JSON Lines would have held."""
    return value.isoformat() if hasattr(value, "isoformat") else value
