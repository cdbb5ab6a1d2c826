"""Shell: `dealwire alerts`: what fired, where it went and why, and what people have seen."""

import csv
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from dealwire.cli.desk import CONFIG, AsJson, Config, StorePath, open_store, read_moment
from dealwire.cli.terminal import err, out, print_json
from dealwire.errors import UsageError

if TYPE_CHECKING:
    from dealwire.store.receipts import Receipt

LIST_HELP = """List alerts, the newest first, with what became of each at every receiver.

    dealwire alerts list --since 24h --receiver deals-slack --json
    dealwire alerts list --since 2026-03-01 --format csv > alerts.csv
    dealwire alerts list --format atom > alerts.xml
"""
WHY_HELP = """Say why an alert fired, and why it was or was not sent to each receiver.

    dealwire alerts why 3f9a2c4be1d07a55aa10
"""
ACK_HELP = """Acknowledge a story: no alert on it until it changes. `--withdraw` takes that back.

    dealwire alerts ack 9b1c33d2ef --by ann --comment "on the agenda"
    dealwire alerts ack 9b1c33d2ef --withdraw
"""
ACKS_HELP = """List the stories that people have acknowledged, the latest first.

    dealwire alerts acks --json
"""


class Form(StrEnum):
    """How alerts are listed."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    ATOM = "atom"


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help=LIST_HELP)(list_alerts)
    group.command("why", help=WHY_HELP)(why)
    group.command("ack", help=ACK_HELP)(acknowledge)
    group.command("acks", help=ACKS_HELP)(list_acknowledged)
    app.add_typer(group, name="alerts", help="What fired, where it went, and why.")


def list_alerts(
    since: Annotated[str, typer.Option(help="A moment, or how long ago: 24h, 7d.")] = "7d",
    rule: Annotated[str, typer.Option(help="Only of this rule.")] = "",
    receiver: Annotated[str, typer.Option(help="Only what concerned this receiver.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 1000,
    form: Annotated[Form, typer.Option("--format", help="text, json, csv or atom.")] = Form.TEXT,
    as_json: AsJson = False,
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from dealwire.store import receipts
    from notifier.render.feed import atom

    now = datetime.now(UTC)
    with open_store(config, store) as opened:
        wanted = receipts.Wanted(read_moment(since, now), rule, receiver, limit)
        found = list(receipts.listed(opened.connection, wanted))
    if as_json or form is Form.JSON:
        for receipt in found:
            print_json(receipt.to_dict())
    elif form is Form.CSV:
        _write_csv(found)
    elif form is Form.ATOM:
        sys.stdout.write(atom([receipt.alert for receipt in found], now))
    else:
        for line in _lines(found):
            out.print(line, markup=False)
        if not found:
            err.print(f"no alert since {wanted.since:%Y-%m-%d %H:%M} UTC")


def why(alert: Annotated[str, typer.Argument(help="The alert's id.")], as_json: AsJson = False,
        config: Config = CONFIG, store: StorePath = None) -> None:  # fmt: skip
    from dealwire.store import receipts
    from notifier.render.view import headline

    with open_store(config, store) as opened:
        receipt = receipts.find(opened.connection, alert)
    if receipt is None:
        raise UsageError(f"there is no alert {alert!r} in the store")
    if as_json:
        print_json(receipt.to_dict())
        return
    said = receipt.alert
    out.print(
        f"{headline(said)}\n  rule {said.rule}, {said.kind}, story {said.story} version {said.version}", markup=False
    )
    for reason in said.reasons:
        out.print(f"  fired by  {reason.clause}: {reason.met_by}", markup=False)
    for decision in receipt.decisions:
        state = f" — {decision.state}" if decision.state else ""
        error = f" ({decision.error})" if decision.error else ""
        out.print(
            f"  {decision.receiver}: {decision.outcome}: {decision.reason} [{decision.path}]{state}{error}",
            markup=False,
        )


def acknowledge(
    story: Annotated[str, typer.Argument(help="The story's id.")],
    by: Annotated[str, typer.Option(help="Who has seen it.")] = "",
    comment: Annotated[str, typer.Option(help="What for.")] = "",
    withdraw: Annotated[bool, typer.Option("--withdraw", help="Take the acknowledgement back.")] = False,
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from dealwire.store import receipts, silences
    from notifier.decide.silences import Acknowledgement

    if bool(by) is withdraw:
        raise UsageError("say who has seen the story with --by, or take it back with --withdraw")
    with open_store(config, store) as opened, opened.transaction() as connection:
        if withdraw:
            taken_back = silences.withdraw(connection, story)
            out.print(f"story {story}: the acknowledgement by {taken_back.author} is withdrawn", markup=False)
            return
        version = receipts.latest_version(connection, story)
        if version is None:
            raise UsageError(f"no alert tells of a story {story!r}")
        now = datetime.now(UTC)
        seen = Acknowledgement(story=story, story_version=version, author=by, comment=comment, at=now)
        silences.acknowledge(connection, seen)
    out.print(f"story {story} acknowledged at version {version}; its next change is told", markup=False)


def list_acknowledged(as_json: AsJson = False, config: Config = CONFIG, store: StorePath = None) -> None:
    from dealwire.store import silences

    with open_store(config, store) as opened:
        found = list(silences.acknowledged(opened.connection))
    for seen in found:
        if as_json:
            print_json(seen.model_dump(mode="json"))
            continue
        comment = f": {seen.comment}" if seen.comment else ""
        said = f"{seen.story} version {seen.story_version}  {seen.at:%Y-%m-%d %H:%M} UTC by {seen.author}{comment}"
        out.print(said, markup=False)
    if not found and not as_json:
        err.print("no story is acknowledged")


def _lines(found: "list[Receipt]") -> Iterator[str]:
    from notifier.render.view import view

    for receipt in found:
        alert = receipt.alert
        shown = view(alert)
        kind = "update " if shown.updated else ""
        changes = f" ({'; '.join(shown.changes)})" if shown.changes else ""
        yield f"{alert.at:%Y-%m-%d %H:%M}  {kind}{shown.headline}{changes}  [{alert.rule}]  {alert.id}"
        for decision in receipt.decisions:
            yield f"    {decision.receiver}: {decision.state or decision.outcome}"


def _write_csv(found: "list[Receipt]") -> None:
    from notifier.render.view import headline

    rows = csv.writer(sys.stdout)
    rows.writerow(
        ["at", "alert", "rule", "kind", "severity", "story", "headline", "receiver", "outcome", "state", "sent_at"]
    )
    for receipt in found:
        alert = receipt.alert
        for decision in receipt.decisions or [None]:
            told = (
                [decision.receiver, decision.outcome, decision.state, decision.sent_at]
                if decision
                else ["", "", "", ""]
            )
            row = [
                alert.at.isoformat(),
                alert.id,
                alert.rule,
                alert.kind,
                alert.severity,
                alert.story,
                headline(alert),
                *told,
            ]
            rows.writerow([_unformulaic(str(cell or "")) for cell in row])


def _unformulaic(cell: str) -> str:
    """A cell that a spreadsheet does not run: news may begin with `=` (OWASP, CSV injection)."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
