"""Shell: `dealwire feeds …`: find, list, try, add and remove the sources of the configuration, and see how they do."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from dealwire.cli.terminal import Exit, err, out, print_json
from dealwire.errors import DealwireError, UsageError

if TYPE_CHECKING:
    from connectors.health import FeedRecord
    from connectors.registry import FeedSpec
    from connectors.source import Batch
    from connectors.websub import Subscription

HELP = "The sources of news: add, list, try and remove them, and see how they do."
Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DEFAULT = Path("dealwire.yaml")


def register(app: typer.Typer) -> None:
    group = typer.Typer(help=HELP, no_args_is_help=True)
    for name, command in (
        ("add", add), ("list", show_list), ("test", try_out), ("remove", remove), ("health", health),
        ("presets", show_presets), ("import", import_opml), ("export", export_opml),
    ):  # fmt: skip
        group.command(name)(command)
    app.add_typer(group, name="feeds")


def add(
    address: Annotated[str, typer.Argument(help="A feed, a site whose feed is to be found, or a file.")] = "",
    name: Annotated[str, typer.Option("--name", help="What to call it; its own title if left out.")] = "",
    every: Annotated[str, typer.Option("--every", help="How often to visit it, as in 15m.")] = "",
    preset: Annotated[str, typer.Option("--preset", help="A set of known feeds; see `dealwire feeds presets`.")] = "",
    allow_private: Annotated[bool, typer.Option("--allow-private", help="Let it lead to private addresses.")] = False,
    config: Config = DEFAULT,
) -> None:
    """Find the feed at an address and add it to the configuration, or add the feeds of a preset.

    dealwire feeds add example.com --every 15m
    dealwire feeds add --preset chips
    """
    from connectors.listing import Listing
    from connectors.presets import presets

    if bool(address) == bool(preset):
        raise UsageError("give either an address or --preset")
    if preset and preset not in presets():
        raise UsageError(f"there is no preset {preset!r}; there are {', '.join(presets())}")
    listing = Listing(config)
    specs = presets()[preset].feeds if preset else [_found_spec(address, name, every, allow_private=allow_private)]
    added = listing.add(specs)
    if added:
        listing.save()
    for spec in added:
        out.print(f"added {spec.title}: {spec.location or spec.kind}", markup=False)
    if len(added) < len(specs):
        err.print(f"{len(specs) - len(added)} already there", markup=False)


def _found_spec(address: str, name: str, every: str, *, allow_private: bool) -> "FeedSpec":
    from connectors.discovery import Found, discover
    from connectors.fetch import Fetcher
    from connectors.registry import FeedSpec

    options: dict[str, Any] = {"every": every or None, "allow_private": allow_private}
    if Path(address).exists() or address.startswith("file://"):
        return FeedSpec(name=name, url=address, **options)

    async def search() -> list[Found]:
        async with Fetcher() as fetcher:
            return await discover(address, fetcher, allow_private=allow_private)

    found = asyncio.run(search())
    for other in found[1:]:
        err.print(f"also there: {other.url} ({other.title})", markup=False)
    return FeedSpec(name=name or found[0].title, url=found[0].url, **options)


def show_list(config: Config = DEFAULT, as_json: Json = False) -> None:
    """List the sources of the configuration.

    dealwire feeds list --json
    """
    from connectors.listing import Listing

    specs = Listing(config).specs
    if as_json:
        for spec in specs:
            print_json({"name": spec.title, **spec.model_dump(mode="json", exclude_defaults=True)})
        return
    table = Table("name", "kind", "every", "from", box=None)
    for spec in specs:
        every = spec.model_dump(mode="json")["every"] or "default"
        table.add_row(spec.title, spec.kind, every, spec.location or "its own service")
    out.print(table)


def try_out(
    names: Annotated[list[str] | None, typer.Argument(help="Which; all if left out.")] = None,
    config: Config = DEFAULT,
    as_json: Json = False,
) -> None:
    """Visit sources once and say what they bring, without keeping anything.

    dealwire feeds test "Term Sheet Daily"
    """
    from connectors.listing import Listing

    specs = [spec for spec in Listing(config).specs if not names or spec.title in names]
    if missing := set(names or ()) - {spec.title for spec in specs}:
        raise UsageError(f"{config}: there is no feed {min(missing)!r}")
    answers = asyncio.run(_visit_all(specs, config.parent))
    for spec, answer in zip(specs, answers, strict=True):
        _show_visit(spec, answer, as_json=as_json)
    if any(isinstance(answer, DealwireError) for answer in answers):
        raise typer.Exit(Exit.FAILED)


async def _visit_all(specs: list["FeedSpec"], root: Path) -> list["Batch | DealwireError"]:
    from connectors.fetch import Fetcher
    from connectors.registry import build_source
    from dealwire.bootstrap.feeds import filled_in

    async with Fetcher() as fetcher:

        async def visit(spec: "FeedSpec") -> "Batch | DealwireError":
            try:
                return await build_source(filled_in(spec), fetcher, root).fetch(None, datetime.now(UTC))
            except DealwireError as error:
                return error

        return list(await asyncio.gather(*(visit(spec) for spec in specs)))


def _show_visit(spec: "FeedSpec", answer: "Batch | DealwireError", *, as_json: bool) -> None:
    if isinstance(answer, DealwireError):
        if as_json:
            print_json({"name": spec.title, "error": str(answer)})
        else:
            out.print(f"{spec.title}: {answer}", style="red", markup=False)
        return
    newest = max(answer.articles, key=lambda article: article.at, default=None)
    if as_json:
        told = {"name": spec.title, "articles": len(answer.articles), "notes": answer.notes}
        print_json({**told, "newest": newest.at.isoformat() if newest else None})
        return
    latest = f"; the latest of {newest.at:%Y-%m-%d %H:%M}: {newest.title}" if newest else ""
    out.print(f"{spec.title}: {len(answer.articles)} articles{latest}", style="green", markup=False)
    for note in answer.notes:
        out.print(f"  {note}", style="dim", markup=False)


def remove(
    name: Annotated[str, typer.Argument(help="Its name or address.")],
    config: Config = DEFAULT,
) -> None:
    """Take a source out of the configuration. What it brought stays.

    dealwire feeds remove "Term Sheet Daily"
    """
    from connectors.listing import Listing

    listing = Listing(config)
    removed = listing.remove(name)
    listing.save()
    out.print(f"removed {removed.title}", markup=False)


def health(config: Config = DEFAULT, as_json: Json = False) -> None:
    """Show how each source does: last success and change, usual interval, errors, what it brought, silence, hubs.

    dealwire feeds health --json
    """
    from connectors.health import FeedRecord
    from dealwire.config import load_settings
    from dealwire.store import feeds
    from dealwire.store.database import Store
    from dealwire.store.subscriptions import KeptSubscriptions

    settings = load_settings(config)
    now = datetime.now(UTC)
    with Store.open(settings.place(settings.store)) as store:
        kept = feeds.load(store.connection)
        hubs = KeptSubscriptions(store).load()
    records = [kept.get(spec.title, FeedRecord(spec.title)) for spec in settings.feeds]
    if as_json:
        for record in records:
            print_json({**_health(record, now), "hub": _hub(hubs.get(record.name))})
    else:
        table = Table("name", "is", "last success", "last change", "usually", "errors", "items", "events", box=None)
        for record in records:
            hub = hubs.get(record.name)
            table.add_row(*_health_row(record, now, pushed=bool(hub and hub.is_active(now))))
        out.print(table)
        for record in records:
            if record.error:
                out.print(f"{record.name}: {record.error}", style="red", markup=False)
    if any(record.condition(now) in {"failing", "gone", "silent"} for record in records):
        raise typer.Exit(Exit.FAILED)


def _health(record: "FeedRecord", now: datetime) -> dict[str, Any]:
    limit = record.silence_limit()
    return {
        "name": record.name,
        "condition": record.condition(now),
        "last_success": record.last_success,
        "last_change": record.last_change,
        "usual_gap_seconds": record.usual_gap.total_seconds() if record.usual_gap else None,
        "silent_after_seconds": limit.total_seconds() if limit else None,
        "errors_in_a_row": record.errors_in_a_row,
        "error": record.error,
        "items": record.items,
        "events": record.events,
        "due": record.due,
    }


def _hub(subscription: "Subscription | None") -> dict[str, Any] | None:
    if subscription is None:
        return None
    return {"state": subscription.state, "until": subscription.until, "said": subscription.said}


def _health_row(record: "FeedRecord", now: datetime, *, pushed: bool) -> list[str]:
    styles = {"well": "green", "failing": "red", "gone": "red", "silent": "yellow"}
    condition = record.condition(now)
    style = styles.get(condition)
    return [
        record.name,
        (f"[{style}]{condition}[/]" if style else condition) + (", pushed" if pushed else ""),
        _ago(record.last_success, now),
        _ago(record.last_change, now),
        f"every {_span(record.usual_gap)}" if record.usual_gap else "",
        str(record.errors_in_a_row or ""),
        str(record.items),
        str(record.events),
    ]


def _ago(moment: datetime | None, now: datetime) -> str:
    return f"{_span(now - moment)} ago" if moment else "never"


def _span(wait: timedelta) -> str:
    """A wait as a person says it.

    >>> _span(timedelta(minutes=95)), _span(timedelta(days=3))
    ('2 h', '3 d')
    """
    seconds = max(wait.total_seconds(), 0)
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{round(seconds / size)} {unit}"
    return f"{seconds:.0f} s"


def show_presets(
    name: Annotated[str, typer.Argument(help="Show the feeds of this one.")] = "", as_json: Json = False
) -> None:
    """List the sets of known feeds, or the feeds of one.

    dealwire feeds presets chips
    """
    from connectors.presets import presets

    if name and name not in presets():
        raise UsageError(f"there is no preset {name!r}; there are {', '.join(presets())}")
    chosen = [presets()[name]] if name else list(presets().values())
    for preset in chosen:
        feeds = [{"name": s.title, **s.model_dump(mode="json", exclude_defaults=True)} for s in preset.feeds]
        if as_json:
            print_json({"preset": preset.name, "title": preset.title, "feeds": feeds})
        elif not name:
            out.print(f"{preset.name:12} {len(feeds):2} feeds  {preset.title}", markup=False)
        else:
            for spec in preset.feeds:
                out.print(f"{spec.title}: {spec.location or spec.kind}", markup=False)


def import_opml(
    file: Annotated[str, typer.Argument(help="An OPML file, or - for standard input.")], config: Config = DEFAULT
) -> None:
    """Add the feeds of an OPML file, as every feed reader exports it.

    dealwire feeds import subscriptions.opml
    """
    from connectors.listing import Listing
    from connectors.opml import read_opml
    from connectors.registry import FeedSpec

    try:
        body = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    except OSError as error:
        raise UsageError(f"{file}: {(error.strerror or str(error)).lower()}") from error
    feeds = read_opml(body, file)
    listing = Listing(config)
    added = listing.add(FeedSpec(name=name, url=url) for name, url in feeds)
    if added:
        listing.save()
    out.print(f"added {len(added)} of {len(feeds)} feeds", markup=False)


def export_opml(config: Config = DEFAULT) -> None:
    """Write the configuration's http(s) feeds as OPML to standard output.

    dealwire feeds export > subscriptions.opml
    """
    from connectors.listing import Listing
    from connectors.opml import write_opml

    sys.stdout.write(write_opml((spec.title, spec.location) for spec in Listing(config).specs if spec.remote))
