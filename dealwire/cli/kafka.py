"""Shell: the commands of the Kafka shell: topics, rules publish, ingest, worker, dead-letters."""

import asyncio
import signal
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from dealwire.cli.rules import rules_app
from dealwire.cli.terminal import err, out, print_json
from dealwire.log import LogFormat, configure
from dealwire.model import DeadLetter

CONFIG = Path("dealwire.yaml")
Config = Annotated[Path, typer.Option("--config", "-c", help="The configuration.")]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON, one object a line.")]
LogAs = Annotated[LogFormat, typer.Option("--log-format", help="text or json.")]
LogLevel = Annotated[str, typer.Option("--log-level", help="debug, info, warning or error.")]
Kafka = Annotated[bool, typer.Option("--kafka", help="Those on Kafka, instead of those in the store of `run`.")]
Listen = Annotated[
    str, typer.Option(help="Serve /metrics, /healthz and /readyz at this host:port, else where `metrics:` says.")
]
Ids = Annotated[list[str], typer.Argument(help="Ids, as `list` shows them.", show_default=False)]

CREATE = """Make the topics that dealwire needs on Kafka; those that are there stay as they are.

    dealwire topics create --config dealwire.yaml
"""
PUBLISH = """Make these rules the ones that workers run. They are validated first; a mistake changes nothing. Without
files, those that the configuration names.

    dealwire rules publish watchlist.yaml
"""
INGEST = """Visit the feeds of the configuration and publish what they bring to Kafka. A second one stands by.

    dealwire ingest --config dealwire.yaml
"""
WORKER = """Understand articles and fold events on Kafka. Run as many as you like: all understand, one folds.

    dealwire worker --config dealwire.yaml --listen 127.0.0.1:9464
"""
LIST = """List the records that could not be taken, with the place and the cause.

    dealwire dead-letters list --kafka --json
"""
RETRY = """Take records once more, and forget that they failed.

    dealwire dead-letters retry 5f0c3b1d9e8a7c6b5a4f --kafka
"""
DROP = """Forget records that could not be taken.

    dealwire dead-letters drop 5f0c3b1d9e8a7c6b5a4f
"""


def register(app: typer.Typer) -> None:
    topics = typer.Typer(help="The topics on Kafka.", no_args_is_help=True)
    topics.callback()(_group)
    topics.command("create", help=CREATE)(create_topics)
    app.add_typer(topics, name="topics")
    rules_app(app).command("publish", help=PUBLISH)(publish_rules)
    app.command("ingest", help=INGEST)(ingest)
    app.command("worker", help=WORKER)(worker)
    letters = typer.Typer(help="Records that could not be taken.", no_args_is_help=True)
    letters.command("list", help=LIST)(list_letters)
    letters.command("retry", help=RETRY)(retry_letters)
    letters.command("drop", help=DROP)(drop_letters)
    app.add_typer(letters, name="dead-letters")


def _group() -> None:
    """Keeps a group of one command a group."""


def create_topics(config: Config = CONFIG, as_json: AsJson = False) -> None:
    from dealwire.config import load_settings
    from streams import topics

    made = topics.create(load_settings(config).kafka)
    if as_json:
        for one in made:
            print_json({"topic": one.spec.name, "partitions": one.spec.partitions, "outcome": one.outcome})
        return
    table = Table("topic", "partitions", "", "what it holds", box=None, pad_edge=False)
    for one in made:
        table.add_row(one.spec.name, str(one.spec.partitions), one.outcome, one.spec.purpose)
    out.print(table)


def publish_rules(
    files: Annotated[list[Path] | None, typer.Argument(help="Rules files.", show_default=False)] = None,
    config: Config = CONFIG,
    as_json: AsJson = False,
) -> None:
    from dealwire.bootstrap.kafka import publish
    from dealwire.config import load_settings

    settings = load_settings(config)
    published = publish(settings.kafka, files or [settings.place(path) for path in settings.rules])
    if as_json:
        print_json({"hash": published.hash, "files": [file.name for file in published.files]})
    else:
        out.print(f"published {published.hash}: {', '.join(file.name for file in published.files)}", markup=False)


def ingest(
    config: Config = CONFIG,
    once: Annotated[bool, typer.Option("--once", help="Visit every feed once, then exit.")] = False,
    listen: Listen = "",
    log_format: LogAs = "text",
    log_level: LogLevel = "info",
) -> None:
    from dealwire.bootstrap.kafka import ingest
    from dealwire.broker import quiet_clients
    from dealwire.config import load_settings

    configure(log_format, log_level)
    quiet_clients()
    settings = load_settings(config).listening(listen)

    async def run() -> None:
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        await ingest(settings, stop, once=once)

    asyncio.run(run())


def worker(
    config: Config = CONFIG, listen: Listen = "", log_format: LogAs = "text", log_level: LogLevel = "info"
) -> None:
    from dealwire.bootstrap.worker import work
    from dealwire.broker import quiet_clients
    from dealwire.config import load_settings

    configure(log_format, log_level)
    quiet_clients()
    work(load_settings(config).listening(listen))


def list_letters(config: Config = CONFIG, kafka: Kafka = False, as_json: AsJson = False) -> None:
    from dealwire.bootstrap.letters import letter_box

    with letter_box(config, on_kafka=kafka) as box:
        letters = box.kept()
    if as_json:
        for letter in letters:
            print_json(letter.model_dump(mode="json"))
        return
    for letter in letters:
        out.print(f"{letter.id}  {letter.at:%Y-%m-%d %H:%M}  {letter.place}", markup=False)
        out.print(f"    {letter.reason}", markup=False, style="red")
    if not letters:
        err.print("no dead letters", style="dim")


def retry_letters(ids: Ids, config: Config = CONFIG, kafka: Kafka = False) -> None:
    from dealwire.bootstrap.letters import letter_box

    with letter_box(config, on_kafka=kafka) as box:
        _say("retried", box.retry(ids))


def drop_letters(ids: Ids, config: Config = CONFIG, kafka: Kafka = False) -> None:
    from dealwire.bootstrap.letters import letter_box

    with letter_box(config, on_kafka=kafka) as box:
        _say("dropped", box.drop(ids))


def _say(what: str, letters: tuple[DeadLetter, ...]) -> None:
    for letter in letters:
        err.print(f"{what} {letter.id}: {letter.place}", markup=False)
