"""Shell: `dealwire serve`, the page over a store that another process fills, and `dealwire web password`."""

import asyncio
import getpass
import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dealwire.cli.terminal import err, out
from dealwire.errors import UsageError

if TYPE_CHECKING:
    from dealwire.bootstrap.rules import Rules
    from dealwire.config import Settings

SERVE_HELP = """Serve the page over a store without reading news: beside `dealwire run` on its file, or over a copy.

`dealwire run` serves the page itself; its address is `web: {listen: host:port}` in the configuration.

    dealwire serve --listen 127.0.0.1:8485

With --kafka the page follows the topics of the Kafka processes into a store of its own.

    dealwire serve --kafka
"""
HASH_HELP = """Print the hash of a password or token, for `web: {users: {kim: …}, token: …}` in the configuration.

    dealwire web password
    openssl rand -hex 24 | tee token | dealwire web password
"""


def register(app: typer.Typer) -> None:
    app.command("serve", help=SERVE_HELP)(serve)
    group = typer.Typer(help="Who may look at the page from other machines.", no_args_is_help=True)
    group.command("password", help=HASH_HELP)(password)
    group.callback()(lambda: None)
    app.add_typer(group, name="web")


def serve(
    config: Annotated[Path, typer.Option("--config", "-c", help="The configuration.")] = Path("dealwire.yaml"),
    store: Annotated[Path | None, typer.Option("--store", help="Another SQLite file than the configuration's.")] = None,
    listen: Annotated[str, typer.Option("--listen", help="Another host:port than the configuration's.")] = "",
    kafka: Annotated[
        bool, typer.Option("--kafka", help="Of the processes on Kafka, instead of those of `run`.")
    ] = False,
) -> None:
    from dealwire.bootstrap.rules import Rules
    from dealwire.config import WebSettings, load_settings
    from dealwire.log import configure

    settings = load_settings(config)
    if listen:
        try:
            changed = WebSettings.model_validate({**settings.web.model_dump(), "listen": listen})
        except ValueError as error:
            raise UsageError(
                f"--listen: {listen!r} cannot be served; give host:port, and users for other machines"
            ) from error
        settings = settings.model_copy(update={"web": changed})
    if kafka:
        configure("text", "warning")
        asyncio.run(_serve_beside_kafka(settings))
        return
    rules = Rules.read([settings.place(path) for path in settings.rules])
    configure("text", "warning", rules.secrets)
    path = store.absolute() if store else settings.place(settings.store)
    asyncio.run(_serve(settings, path, rules))


async def _serve(settings: "Settings", path: Path, rules: "Rules") -> None:
    from dealwire.bootstrap.monitoring import beating, shown
    from dealwire.bootstrap.web import page
    from dealwire.monitoring.monitor import Monitor

    stop = _stopped_by_signals()
    monitor = Monitor()
    monitor.watch_store(path)
    monitor.health.complete()
    monitor.pipeline.use_rules(len(rules.core.book.rules))
    with shown(monitor, ""):
        async with beating(monitor), page(settings, path, rules, monitor, lambda: None) as address:
            _tell(settings, address)
            await stop.wait()


async def _serve_beside_kafka(settings: "Settings") -> None:
    from dealwire.bootstrap.monitoring import beating, shown
    from dealwire.bootstrap.web_kafka import page_beside_kafka
    from dealwire.broker import quiet_clients
    from dealwire.monitoring.monitor import Monitor

    quiet_clients()
    stop = _stopped_by_signals()
    monitor = Monitor()
    with shown(monitor, ""):
        async with beating(monitor), page_beside_kafka(settings, monitor) as (address, following):
            _tell(settings, address)
            following.add_done_callback(lambda _: stop.set())
            await stop.wait()
            if following.done():
                following.result()


def _stopped_by_signals() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


def _tell(settings: "Settings", address: str) -> None:
    if not address:
        raise UsageError(
            f"{settings.web.listen or 'nowhere'}: the page cannot be served there; try --listen 127.0.0.1:0"
        )
    err.print(f"dealwire: the page is at {address}; Ctrl-C stops", style="dim", markup=False)


def password() -> None:
    from dealwire.web.access import hash_password

    said = getpass.getpass("Password or token: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    out.print(hash_password(said), markup=False)
