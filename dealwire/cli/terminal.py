"""Shell: what every command shares: how it prints, how it fails, how it shows progress, what it exits with.

Results go to standard output, everything else to standard error, so that a pipe carries results only.
"""

import enum
import sys
from collections.abc import Iterable, Iterator
from typing import Any, NoReturn, TypeVar

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

T = TypeVar("T")

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


class Exit(enum.IntEnum):
    """What a command exits with."""

    OK = 0
    FAILED = 1
    """The command ran and found something wrong: a bad line, a failing rule test, a rejected file."""
    USAGE = 2
    """The command could not run as asked: unknown option, missing file."""
    INTERRUPTED = 130
    """Ctrl-C."""


def print_json(value: Any) -> None:
    """One JSON value on a line of its own, on standard output."""
    sys.stdout.write(orjson.dumps(value, default=str).decode() + "\n")


def fail(message: object, code: Exit = Exit.FAILED) -> NoReturn:
    """End the command with a message on standard error."""
    err.print(f"dealwire: {message}", style="red", markup=False)
    raise typer.Exit(code)


def track(items: Iterable[T], what: str, total: int | None = None) -> Iterator[T]:
    """The items, with a progress bar on standard error while a person watches."""
    if not err.is_terminal:
        yield from items
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        yield from progress.track(items, total=total, description=what)
