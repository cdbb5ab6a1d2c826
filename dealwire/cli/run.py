"""Shell: `dealwire run`: the whole way in one process: feeds in, alerts out."""

import asyncio
import signal
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from dealwire.cli.terminal import Exit, err, out, print_json
from dealwire.errors import UsageError
from dealwire.log import LogFormat, configure
from dealwire.model import MarketEvent, Reading
from rules.duration import parse_duration

if TYPE_CHECKING:
    from dealwire.bootstrap.embedded import Service

HELP = """Visit the feeds, understand what they bring, and send the alerts of the rules.

One process on one SQLite file; started again, it sends nothing twice. Ctrl-C stops it.

    dealwire run --config examples/dealwire.yaml
    dealwire run --once --json > events.jsonl
"""
CATEGORY_STYLES = {"funding": "green", "mna": "magenta", "hardware": "cyan"}


def register(app: typer.Typer) -> None:
    app.command("run", help=HELP)(run)


def run(
    config: Annotated[Path, typer.Option("--config", "-c", help="The configuration.")] = Path("dealwire.yaml"),
    once: Annotated[bool, typer.Option("--once", help="Visit every feed once, send what is due, exit.")] = False,
    store: Annotated[Path | None, typer.Option("--store", help="Another SQLite file than the configuration's.")] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Show alerts only, not what was understood.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Show what was understood as JSON Lines.")] = False,
    catch_up: Annotated[
        str, typer.Option(help="Also let new or changed rules alert on stories of the last while, as in 7d.")
    ] = "",
    log_format: Annotated[
        LogFormat, typer.Option("--log-format", help="How lines about the work itself look.")
    ] = "text",
    log_level: Annotated[str, typer.Option("--log-level", help="debug, info, warning or error.")] = "warning",
) -> None:
    from connectors.poll import Visit
    from dealwire.bootstrap.embedded import Service
    from dealwire.bootstrap.feeds import feed_secrets
    from dealwire.bootstrap.rules import Rules
    from dealwire.config import load_settings
    from streams.core import Step

    settings = load_settings(config)
    if store:
        settings = settings.model_copy(update={"store": store.absolute()})
    rules = Rules.read([settings.place(path) for path in settings.rules])
    configure(log_format, log_level, [*rules.secrets, *feed_secrets(settings)])

    def show(visit: Visit, steps: tuple[Step, ...]) -> None:
        told = [step.reading for step in steps if any(not event.background for event in step.reading.events)]
        if as_json:
            for reading in told:
                print_json(reading.model_dump(mode="json", exclude_none=True))
        elif not quiet and steps:
            out.print(Text(f"{visit.record.name}: {len(steps)} new, {len(told)} tell of a deal or a chip", style="dim"))
            for reading in told:
                _show_reading(reading)

    def served(address: str) -> None:
        if address and not as_json:
            err.print(f"dealwire: the page is at {address}", style="dim", markup=False)

    service = Service(settings, rules, show, catch_up=_duration(catch_up), served=served)
    if not as_json:
        count = f"{len(settings.feeds)} feeds, {len(rules.core.book.rules)} rules, {settings.place(settings.store)}"
        err.print(f"dealwire: {count}" + ("" if once else "; Ctrl-C stops"), style="dim")
    stopped = asyncio.run(_until_stopped(service, once=once))
    if stopped and once:
        raise typer.Exit(Exit.INTERRUPTED)
    if stopped:
        err.print("dealwire: stopped; nothing is lost, and `dealwire run` goes on from here", style="dim")


def _duration(said: str) -> timedelta | None:
    try:
        return parse_duration(said) if said else None
    except ValueError as error:
        raise UsageError(f"--catch-up: {error}") from error


async def _until_stopped(service: "Service", *, once: bool) -> bool:
    """Run the service; whether a signal ended it."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, stop.set)
    await service.run(stop, once=once)
    return stop.is_set()


def _show_reading(reading: Reading) -> None:
    for event in reading.events:
        if not event.background:
            out.print(_line(event))


def _line(event: MarketEvent) -> Text:
    """One event on a line: category, type, status, who, how much.

    >>> _line(MarketEvent(id="1", category="mna", type="acquisition", status="announced", subject="Vercept")).plain
    '  mna       acquisition          announced    Vercept'
    """
    from dealwire.reference.money import format_money
    from dealwire.reference.quantities import format_quantity

    head = Text(f"  {event.category:<10}", style=CATEGORY_STYLES[event.category])
    who = event.subject or event.descriptor or "unnamed"
    others = [p.name for p in event.participants if p.name != event.subject]
    facts = [format_money(event.amount)] if event.amount else []
    facts += [format_quantity(quantity) for quantity in event.quantities]
    line = head + Text(f"{event.type:<20} {event.status:<12} ", style="dim") + Text(who, style="bold")
    line += Text(f"  {' · '.join(facts)}" if facts else "")
    return line + Text(f"  ({', '.join(others)})" if others else "", style="dim")
