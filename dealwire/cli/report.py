"""Shell: `dealwire report`: what was read and alerted in a stretch of time, what was nearly, what was passed over."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dealwire.cli.desk import CONFIG, AsJson, Config, StorePath, open_store, read_moment, read_rules
from dealwire.cli.terminal import out, print_json

if TYPE_CHECKING:
    from notifier.render.coverage import Coverage

HELP = """Report on coverage: what was read and alerted, near misses with the clause that failed, feeds gone silent,
articles in other languages passed over.

While dealwire runs, operators get this once a day by themselves, at the times under `routing: {report: …}`.

    dealwire report --since 24h
    dealwire report --since 7d --json
    dealwire report --since 24h --kafka
"""


def register(app: typer.Typer) -> None:
    app.command("report", help=HELP)(report)


def report(
    since: Annotated[str, typer.Option(help="A moment, or how long ago: 24h, 7d.")] = "24h",
    send: Annotated[bool, typer.Option("--send", help="Put it into the outbox for the operators too.")] = False,
    kafka: Annotated[bool, typer.Option("--kafka", help="From Kafka's topics, instead of the store of `run`.")] = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from dealwire.bootstrap.coverage import stored_coverage
    from dealwire.errors import UsageError
    from notifier.render.coverage import coverage_report
    from notifier.send.verdict import tell_operators

    now = datetime.now(UTC)
    if kafka and send:
        raise UsageError("--send puts into the store of `run`; on Kafka the notifier sends its report by itself")
    if kafka:
        _show(_on_kafka(config, read_moment(since, now), now), as_json=as_json)
        return
    rules = read_rules(config)
    with open_store(config, store) as opened:
        coverage = stored_coverage(opened.connection, rules.core.book, read_moment(since, now), now)
        if send:
            with opened.transaction() as connection:
                tell_operators(connection, rules.router.policy, coverage_report(coverage), now)
    _show(coverage, as_json=as_json)


def _show(coverage: "Coverage", *, as_json: bool) -> None:
    from notifier.render.coverage import coverage_report

    if as_json:
        print_json(coverage.to_dict())
        return
    told = coverage_report(coverage)
    out.print("\n".join([told.title, *told.lines]), markup=False)


def _on_kafka(config: Path, since: datetime, until: datetime) -> "Coverage":
    from dealwire.bootstrap.notifier import coverage_on_kafka
    from dealwire.config import load_settings

    return coverage_on_kafka(load_settings(config), since, until)
