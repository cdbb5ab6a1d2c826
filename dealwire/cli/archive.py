"""Shell: `dealwire archive …`: the articles as they were read, kept within retention, and read again by better eyes."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dealwire.cli.desk import CONFIG, AsJson, Config, StorePath, open_store, read_moment, read_rules
from dealwire.cli.terminal import err, out, print_json, track
from dealwire.errors import UsageError

if TYPE_CHECKING:
    from dealwire.bootstrap.reextraction import Reread
    from dealwire.model import Article
    from dealwire.store.database import Store

HELP = "The articles that were read: list, export and prune them, and read them again."
LIST_HELP = """List the kept articles, the oldest first, and how many deals or launches each was found to tell.

    dealwire archive list --from 7d --feed "Term Sheet Daily"
    dealwire archive list --from 2026-03-01 --to 2026-04-01 --json
"""
EXPORT_HELP = """Write the kept articles to a file that `replay`, `backtest` and `push` read: .jsonl, .jsonl.gz,
.jsonl.zst or .parquet; `-` is standard output.

    dealwire archive export march.jsonl.zst --from 2026-03-01 --to 2026-04-01
"""
PRUNE_HELP = """Drop the articles that are older than the configuration's `retention: {articles: 180d}`, or than --keep.

dealwire does so by itself every hour; stories and alerts keep the sentences that they quote.

    dealwire archive prune --keep 90d --dry-run
"""
REEXTRACT_HELP = """Read the kept articles again with this version's understanding, and say what it reads otherwise.

With --apply the stories take the new readings, quietly: nobody is alerted of what is no news.

    dealwire archive re-extract --from 30d
    dealwire archive re-extract --from 30d --apply
"""
Since = Annotated[str, typer.Option("--from", help="Only of this moment or later, as in 2026-03-01 or 7d (ago).")]
Until = Annotated[str, typer.Option("--to", help="Only before this moment.")]
Feed = Annotated[str, typer.Option("--feed", help="Only of this feed.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help=LIST_HELP)(show_list)
    group.command("export", help=EXPORT_HELP)(export)
    group.command("prune", help=PRUNE_HELP)(prune)
    group.command("re-extract", help=REEXTRACT_HELP)(re_extract)
    app.add_typer(group, name="archive", help=HELP)


def show_list(
    since: Since = "",
    until: Until = "",
    feed: Feed = "",
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    as_json: AsJson = False,
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from dealwire.store import articles

    first, last = _moments(since, until)
    with open_store(config, store) as opened:
        found = ((a, events) for a, events in articles.counted(opened.connection, first, last) if feed in {"", a.feed})
        shown = 0
        for article, events in islice(found, limit):
            shown += 1
            if as_json:
                print_json({**article.model_dump(mode="json", exclude_none=True, exclude={"v"}), "events": events})
            else:
                told = f"{events} told" if events else ""
                out.print(f"{article.at:%Y-%m-%d %H:%M}  {told:<7} {article.feed}: {article.title}", markup=False)
        count, oldest, newest, size = articles.tallied(opened.connection)
    if oldest and newest:
        kept = f"{count:,} kept, of {oldest:%Y-%m-%d} to {newest:%Y-%m-%d}, {size / 1e6:,.1f} MB"
        err.print(f"{shown:,} shown; {kept}", style="dim", markup=False)
    else:
        err.print("nothing is kept yet", style="dim")


def export(
    file: Annotated[str, typer.Argument(help="Where to; its name says the form.")],
    since: Since = "",
    until: Until = "",
    feed: Feed = "",
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from connectors.archive_writer import writing

    written = 0
    first, last = _moments(since, until)
    with open_store(config, store) as opened, writing(file) as write:
        for article in track(_of_feed(opened, first, last, feed), "exporting"):
            write(article)
            written += 1
    err.print(f"{written:,} articles written", style="dim")


def prune(
    keep: Annotated[str, typer.Option("--keep", help="How much to keep, as in 90d; else what is configured.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many would go.")] = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from dealwire.store import articles

    with open_store(config, store) as opened:
        newest = articles.newest(opened.connection)
        if newest is None:
            gone, before = 0, None
        else:
            # Counted back from the newest article, as the hourly pruning does: an archive may be of any year.
            before = newest - _kept_for(keep, config)
            if dry_run:
                gone = articles.older(opened.connection, before)
            else:
                with opened.transaction() as connection:
                    gone = articles.prune(connection, before)
    if as_json:
        print_json({"articles": gone, "before": before, "dry_run": dry_run})
    else:
        since = f" from before {before:%Y-%m-%d %H:%M}" if before else ""
        out.print(f"{gone:,} articles{since} {'would go' if dry_run else 'are gone'}", markup=False)


def re_extract(
    since: Since = "",
    until: Until = "",
    apply: Annotated[bool, typer.Option("--apply", help="Let the stories take the new readings.")] = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from dealwire.bootstrap.reextraction import Reread, reread, take_again

    rules = read_rules(config)
    first, last = _moments(since, until)
    counts: Counter[str] = Counter()
    with open_store(config, store) as opened:
        for found in track(reread(rules, opened, first, last), "reading"):
            counts["articles"] += 1
            if isinstance(found, Reread):
                counts["otherwise"] += 1
                _show_reread(found, as_json=as_json)
        if apply:
            for taken in track(take_again(rules, opened, first, last), "folding"):
                counts["taken"] += taken
    said = f"{counts['articles']:,} articles read again, {counts['otherwise']:,} otherwise than before"
    done = f"{counts['taken']:,} changed what the stories hold" if apply else "nothing was changed: see --apply"
    err.print(f"{said}; {done}", style="dim")


def _show_reread(found: "Reread", *, as_json: bool) -> None:
    article = found.article
    kinds = [f"{event.category}/{event.type}" for event in found.events]
    if as_json:
        told = {"id": article.id, "at": article.at, "title": article.title}
        print_json({**told, "events_before": found.events_before, "events": kinds})
        return
    now = ", ".join(kinds) or "nothing"
    before = f"{found.events_before} before" if found.events_before else "nothing before"
    out.print(f"{article.at:%Y-%m-%d}  {article.title}\n    {now} ({before})", markup=False)


def _of_feed(store: "Store", since: datetime | None, until: datetime | None, feed: str) -> Iterator["Article"]:
    from dealwire.store import articles

    return (a for a in articles.stored(store.connection, since, until) if feed in {"", a.feed})


def _moments(since: str, until: str) -> tuple[datetime | None, datetime | None]:
    now = datetime.now(UTC)
    return (read_moment(since, now) if since else None, read_moment(until, now) if until else None)


def _kept_for(keep: str, config: Path) -> timedelta:
    from connectors.registry import parse_wait
    from dealwire.config import load_settings

    if not keep:
        return load_settings(config).retention.articles
    try:
        wait: timedelta = parse_wait(keep)
    except ValueError as error:
        raise UsageError(f"--keep: {error}") from error
    return wait
