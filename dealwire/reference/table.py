"""Core: the package's data files, read once. They count as constants: text, one row a line, `#` for comments."""

import functools
from importlib.resources import files

ALTERNATIVES = "|"
"""What separates several values in one column."""


@functools.cache
def read_lines(name: str) -> tuple[str, ...]:
    """The lines of data/`name` that are neither empty nor comments, without the line end."""
    text = (files("dealwire.reference") / "data" / name).read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line.strip() and not line.startswith("#"))


@functools.cache
def read_note(name: str, label: str) -> str:
    """What the comments at the head of data/`name` say after `label:`, as in "Date"."""
    text = (files("dealwire.reference") / "data" / name).read_text(encoding="utf-8")
    for line in text.splitlines():
        said, found, value = line.lstrip("# ").partition(f"{label}:")
        if found and not said:
            return value.strip()
    raise LookupError(f"data/{name} does not say its {label}")


def parse_rows(lines: tuple[str, ...]) -> tuple[dict[str, str], ...]:
    """Tab-separated rows under a header; columns left off at a line's end are empty."""
    header = lines[0].split("\t")
    rows = []
    for line in lines[1:]:
        cells = line.split("\t")
        cells += [""] * (len(header) - len(cells))
        rows.append(dict(zip(header, map(str.strip, cells), strict=True)))
    return tuple(rows)


@functools.cache
def read_rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of the tab-separated data/`name`, by column."""
    return parse_rows(read_lines(name))


def split_values(cell: str) -> tuple[str, ...]:
    """The values of one cell.

    >>> split_values("C$| CA$")
    ('C$', 'CA$')
    """
    return tuple(value.strip() for value in cell.split(ALTERNATIVES) if value.strip())
