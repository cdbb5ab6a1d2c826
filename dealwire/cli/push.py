"""Shell: `dealwire push`: articles handed over instead of fetched, on standard input or over HTTP."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dealwire.cli.terminal import Exit, err, out, print_json
from dealwire.errors import UsageError

if TYPE_CHECKING:
    from dealwire.bootstrap.push import Intake
    from dealwire.config import Settings
    from dealwire.model import Article
    from dealwire.monitoring.monitor import Monitor

HELP = """Take articles from a file or standard input (JSON Lines, .gz, .zst). Sent again, they change nothing.

    newsroom-export | dealwire push -
    dealwire push march.jsonl.zst --config desk.yaml

With `--listen`, take them over HTTP instead: POST /articles with the token of DEALWIRE_PUSH_TOKEN.

    DEALWIRE_PUSH_TOKEN=… dealwire push --listen 127.0.0.1:8088

Where the configuration says `websub: {callback: https://…}`, feeds that offer a hub are subscribed to, and pushed here.
"""
TOKEN = "DEALWIRE_PUSH_TOKEN"  # noqa: S105 - the variable's name
BATCH_ARTICLES = 200


def register(app: typer.Typer) -> None:
    app.command("push", help=HELP)(push)


def push(
    archive: Annotated[str, typer.Argument(help="A file of articles, or - for standard input.")] = "",
    listen: Annotated[str, typer.Option("--listen", help="Take POST /articles at this host:port.")] = "",
    metrics: Annotated[
        str, typer.Option("--metrics", help="With --listen: serve /metrics, /healthz and /readyz at this host:port.")
    ] = "",
    config: Annotated[Path, typer.Option("--config", "-c", help="The configuration.")] = Path("dealwire.yaml"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    from dealwire.bootstrap.monitoring import shown
    from dealwire.bootstrap.push import Intake
    from dealwire.bootstrap.rules import Rules
    from dealwire.config import load_settings
    from dealwire.log import configure
    from dealwire.monitoring.monitor import Monitor

    if bool(archive) == bool(listen):
        raise UsageError("give either a file (- for standard input) or --listen host:port")
    settings = load_settings(config)
    rules = Rules.read([settings.place(path) for path in settings.rules])
    token = os.environ.get(TOKEN, "")
    configure("text", "info", [*rules.secrets, token])
    monitor = Monitor()
    with Intake(settings, rules, utc_now, monitor) as intake:
        if listen:
            with shown(monitor, metrics):
                asyncio.run(_listen(settings, intake, listen, token, monitor))
            return
        problems = 0

        def report(problem: str) -> None:
            nonlocal problems
            problems += 1
            err.print(problem, markup=False)

        read, alerts = _push_all(intake, archive, report)
    if as_json:
        print_json({"articles": read, "alerts": alerts, "bad_lines": problems})
    else:
        out.print(f"{read} articles read, {alerts} alerts, {problems} bad lines", markup=False)
    if problems:
        raise typer.Exit(Exit.FAILED)


def _push_all(intake: "Intake", archive: str, report: Callable[[str], None]) -> tuple[int, int]:
    from connectors.archive import read

    articles = alerts = 0
    for batch in _batches(read(archive, report)):
        articles += len(batch)
        alerts += sum(len(step.outcome.alerts) for step in intake.take(batch))
    return articles, alerts


def _batches(articles: Iterator["Article"]) -> Iterator[list["Article"]]:
    batch: list[Article] = []
    for article in articles:
        batch.append(article)
        if len(batch) == BATCH_ARTICLES:
            yield batch
            batch = []
    if batch:
        yield batch


async def _listen(settings: "Settings", intake: "Intake", listen: str, token: str, monitor: "Monitor") -> None:
    from connectors.endpoint import TOKEN_LENGTH_MIN, Endpoint, serve
    from dealwire.bootstrap.monitoring import beating
    from dealwire.bootstrap.push import Hubs
    from dealwire.store.database import Store

    host, _, port = listen.rpartition(":")
    if not host or not port.isdigit():
        raise UsageError(f"--listen wants host:port, not {listen!r}")
    if len(token) < TOKEN_LENGTH_MIN:
        raise UsageError(f"set {TOKEN} to a token of at least {TOKEN_LENGTH_MIN} characters")

    async def take(articles: Sequence["Article"]) -> None:
        await asyncio.to_thread(intake.take, articles)

    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    with Store.open(settings.place(settings.store)) as store:
        hubs = Hubs(settings, store, intake, token, utc_now) if settings.websub.callback else None
        endpoint = Endpoint(take, token, utc_now)
        try:
            runner = await serve(endpoint, host, int(port), hubs.callbacks() if hubs else None)
        except OSError as error:
            raise UsageError(f"cannot listen on {listen}: {(error.strerror or str(error)).lower()}") from error
        err.print(f"dealwire: POST http://{listen}/articles; Ctrl-C stops", style="dim")
        sys.stderr.flush()
        try:
            async with beating(monitor):
                await (hubs.tend(stop) if hubs else stop.wait())
        finally:
            await runner.cleanup()


def utc_now() -> datetime:
    return datetime.now(UTC)
