"""Shell: `dealwire outbox`: messages on their way, and those that did not arrive."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from dealwire.cli.desk import CONFIG, AsJson, Config, StorePath, open_store
from dealwire.cli.terminal import err, out, print_json
from dealwire.errors import UsageError

if TYPE_CHECKING:
    from sqlite3 import Connection

    from dealwire.store.outbox import Delivery

LIST_HELP = """List messages, the newest first: pending, sending, sent, failed (to be tried again), dead, dropped.

    dealwire outbox list --state dead --state failed --json
"""
RETRY_HELP = """Send dead, failed or dropped messages again, under the same id, with a new deadline.

    dealwire outbox retry 3f9a2c4be1d07a55aa10
    dealwire outbox retry --dead --receiver deals-slack
"""
DROP_HELP = """Give up messages that are waiting or dead.

    dealwire outbox drop 3f9a2c4be1d07a55aa10
"""
Ids = Annotated[list[str] | None, typer.Argument(help="Ids of deliveries.")]
Receiver = Annotated[str, typer.Option(help="Only of this receiver.")]


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help=LIST_HELP)(list_deliveries)
    group.command("retry", help=RETRY_HELP)(retry)
    group.command("drop", help=DROP_HELP)(drop)
    app.add_typer(group, name="outbox", help="Messages on their way, and those that did not arrive.")


def list_deliveries(
    state: Annotated[list[str] | None, typer.Option(help="Only in these states.")] = None,
    receiver: Receiver = "",
    limit: Annotated[int, typer.Option(min=1, help="How many at most.")] = 100,
    as_json: AsJson = False,
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from dealwire.store import outbox

    unknown = sorted(set(state or ()) - set(outbox.STATES))
    if unknown:
        raise UsageError(f"unknown state {unknown[0]!r}; there are {', '.join(outbox.STATES)}")
    states = [known for known in outbox.STATES if known in (state or ())]
    with open_store(config, store) as opened:
        found = list(outbox.listed(opened.connection, states, receiver, limit))
        subjects = {} if as_json else {one.id: _subject(opened.connection, one) for one in found}
    for delivery in found:
        if as_json:
            print_json(delivery.to_dict())
            continue
        when = delivery.sent_at or delivery.due_at
        what = f"{delivery.state:<8} {delivery.receiver:<16} {delivery.form:<7}"
        error = f" ({delivery.attempts} tried: {delivery.error})" if delivery.error else ""
        line = f"{delivery.id}  {what} {when:%Y-%m-%d %H:%M:%S}  {subjects[delivery.id]}{error}"
        out.print(line, markup=False)
    if not found and not as_json:
        err.print("no message" + (f" is {' or '.join(states)}" if states else " yet"))


def _subject(connection: "Connection", delivery: "Delivery") -> str:
    """What the message is about, in a line."""
    from dealwire.store import outbox
    from notifier.render.notice import Notice
    from notifier.render.view import title

    if delivery.form == "notice":
        return str(json.loads(delivery.notice)["title"])
    alerts = outbox.alerts_of(connection, delivery.id)
    if not alerts:
        return "nothing: all of it was silenced, muted or acknowledged"
    return title(Notice(delivery.id, delivery.receiver, delivery.form, delivery.created_at, alerts))


def retry(
    ids: Ids = None,
    dead: Annotated[bool, typer.Option("--dead", help="All that are dead.")] = False,
    receiver: Receiver = "",
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from dealwire.store import outbox

    if dead == bool(ids):
        raise UsageError("name the deliveries to retry, or say --dead")
    with open_store(config, store) as opened, opened.transaction() as connection:
        names = ids or [d.id for d in outbox.listed(connection, ("dead",), receiver)]
        for name in names:
            delivery = outbox.retry(connection, name, datetime.now(UTC))
            out.print(f"{name}: to be sent to {delivery.receiver}", markup=False)


def drop(
    ids: Annotated[list[str], typer.Argument(help="Ids of deliveries.")],
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from dealwire.store import outbox

    with open_store(config, store) as opened, opened.transaction() as connection:
        for name in ids:
            outbox.drop(connection, name, datetime.now(UTC))
            out.print(f"{name}: dropped", markup=False)
