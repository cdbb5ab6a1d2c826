"""Shell: `dealwire notify run`: the notifier of the Kafka shell."""

from pathlib import Path
from typing import Annotated

import typer

from dealwire.log import LogFormat

HELP = """Consume alerts from Kafka and send them to their receivers. A second one stands by.

    dealwire notify run --config dealwire.yaml --log-format json
"""


def register(group: typer.Typer) -> None:
    group.command("run", help=HELP)(run)


def run(
    config: Annotated[Path, typer.Option("--config", "-c", help="The configuration.")] = Path("dealwire.yaml"),
    listen: Annotated[
        str, typer.Option(help="Serve /metrics, /healthz and /readyz at this host:port, else where `metrics:` says.")
    ] = "",
    log_format: Annotated[LogFormat, typer.Option("--log-format", help="text or json.")] = "text",
    log_level: Annotated[str, typer.Option("--log-level", help="debug, info, warning or error.")] = "info",
) -> None:
    from dealwire.bootstrap.notifier import notify
    from dealwire.config import load_settings

    notify(load_settings(config).listening(listen), log_format, log_level)
