"""Shell: `dealwire replay`: what a watchlist would have sent, from history."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, TextIO

import orjson
import typer

from dealwire.cli.terminal import Exit, err, track

EXAMPLE = """Read an archive in order of time and write the alerts that rules would have made.

One JSON object a line. Nothing is sent and nothing is stored; the same archive and rules give the same bytes.

    dealwire replay articles.jsonl.gz --rules watchlist.yaml --output alerts.jsonl
    dealwire replay kafka://localhost:9092/dealwire.articles.v1 --rules watchlist.yaml --from 2026-01-01
    dealwire replay articles.jsonl.gz --rules watchlist.yaml --as-if-sent --output messages.jsonl
    dealwire replay articles.jsonl.gz --rules watchlist.yaml --corrections-from-store var/dealwire.db
"""
ARCHIVE = "JSON Lines (.gz, .zst too), `-` for standard input, or `kafka://host:port/topic`."


def register(app: typer.Typer) -> None:
    app.command("replay", help=EXAMPLE)(replay)


def replay(
    archive: Annotated[str, typer.Argument(help=ARCHIVE)],
    rules: Annotated[list[Path], typer.Option("--rules", "-r", help="A watchlist file; may be given again.")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where alerts go, if not to the screen.")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", help="Only articles of this moment (UTC) or later.")
    ] = None,
    until: Annotated[datetime | None, typer.Option("--to", help="Only articles before this moment (UTC).")] = None,
    as_if_sent: Annotated[
        bool, typer.Option("--as-if-sent", help="Write the messages that would have gone where, instead of the alerts.")
    ] = False,
    corrections: Annotated[
        Path | None,
        typer.Option("--corrections", help="What people corrected, as `story corrections --json` lists it."),
    ] = None,
    corrections_from_store: Annotated[
        Path | None, typer.Option("--corrections-from-store", help="What people corrected in this store.")
    ] = None,
    show_all: Annotated[bool, typer.Option("--all", help="Say on standard error what was held back, and why.")] = False,
) -> None:
    from dealwire.bootstrap import core_of, load_book, open_archive
    from dealwire.bootstrap.archive import read_corrections
    from dealwire.bootstrap.rules import policy_of
    from notifier.decide import Router
    from notifier.send.rehearsal import rehearse
    from streams.replay import History, replay, within

    history, troubles = History(), 0

    def report(trouble: str) -> None:
        nonlocal troubles
        troubles += 1
        err.print(trouble, markup=False)

    book = load_book(rules)
    core = core_of(book)
    known = read_corrections(corrections, corrections_from_store)
    articles = within(open_archive(archive, report), _utc(since), _utc(until))
    interrupted = False
    try:
        for step in replay(track(articles, "replaying"), core, history, known):
            if show_all:
                for held in step.outcome.held:
                    err.print(f"held back: {held.rule} on story {held.story}: {held.reason}", markup=False)
    except KeyboardInterrupt:
        interrupted = True
    for failure in history.failed:
        report(failure)
    with _opened(output) as lines:
        told = rehearse(history.ordered(), Router(policy_of(book))) if as_if_sent else history.ordered()
        lines.writelines(orjson.dumps(one.contract()).decode() + "\n" for one in told)
    changed = sum(alert.kind == "changed" for alert in history.alerts.values())
    said = f"{history.articles} articles, {len(history.alerts)} alerts ({changed} of them changed)"
    err.print(f"{'stopped early: ' if interrupted else ''}{said}", style="dim")
    if interrupted:
        raise typer.Exit(Exit.INTERRUPTED)
    if troubles:
        raise typer.Exit(Exit.FAILED)


def _utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


@contextmanager
def _opened(path: Path | None) -> Iterator[TextIO]:
    """Standard output, or a file that appears whole or not at all."""
    if path is None:
        yield sys.stdout
        return
    part = path.with_name(f".{path.name}.part")
    with part.open("w", encoding="utf-8") as lines:
        yield lines
    part.replace(path)
