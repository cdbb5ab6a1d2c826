"""Shell: what the commands about alerts share: the configuration's store and rules, and how people write moments."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dealwire.errors import UsageError

if TYPE_CHECKING:
    from dealwire.bootstrap.rules import Rules
    from dealwire.store.database import Store

Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration.")]
StorePath = Annotated[Path | None, typer.Option("--store", help="Another SQLite file than the configuration's.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON Lines.")]
CONFIG = Path("dealwire.yaml")


def read_rules(config: Path) -> "Rules":
    """The rules, receivers and routes of the configuration."""
    from dealwire.bootstrap.rules import Rules
    from dealwire.config import load_settings

    settings = load_settings(config)
    return Rules.read([settings.place(path) for path in settings.rules])


@contextmanager
def open_store(config: Path, store: Path | None) -> Iterator["Store"]:
    """The store that was named, else the configuration's; UsageError where there is none yet."""
    from dealwire.config import load_settings
    from dealwire.store.database import Store

    if store is None:
        settings = load_settings(config)
        store = settings.place(settings.store)
    if not store.exists():
        raise UsageError(f"{store}: there is no store yet; `dealwire run` makes it")
    with Store.open(store) as opened:
        yield opened


def read_moment(text: str, now: datetime) -> datetime:
    """The moment that a person writes: ISO 8601 (UTC where it names no zone), or a length of time like `2h` before now.

    >>> read_moment("2h", datetime(2026, 3, 2, 12, tzinfo=UTC)).isoformat()
    '2026-03-02T10:00:00+00:00'
    """
    from notifier.decide.durations import parse_duration

    try:
        return now - parse_duration(text)
    except ValueError:
        pass  # then it is a moment
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is no moment; write it like 2026-03-02T09:00 or 2h (ago)") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
