"""Shell: `dealwire notify`: receivers tried out, and the notifier beside Kafka."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from dealwire.cli import notify_run
from dealwire.cli.desk import CONFIG, Config, read_rules
from dealwire.cli.terminal import out
from dealwire.errors import UsageError

TEST_HELP = """Send a test message to one receiver, and say what it answered.

    dealwire notify test deals-slack --config dealwire.yaml
"""


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("test", help=TEST_HELP)(try_receiver)
    notify_run.register(group)
    app.add_typer(group, name="notify", help="Try receivers out; send what Kafka brings.")


def try_receiver(
    receiver: Annotated[str, typer.Argument(help="Its name in the rules file.")],
    config: Config = CONFIG,
) -> None:
    from dealwire.identity import digest
    from notifier.render.notice import Notice

    rules = read_rules(config)
    if receiver not in rules.core.book.receivers:
        known = ", ".join(sorted(rules.core.book.receivers)) or "none"
        raise UsageError(f"there is no receiver {receiver!r}; there are: {known}")
    sender = rules.sender(receiver)
    now = datetime.now(UTC)
    sender.send(
        Notice(
            id=digest("test", receiver, now.isoformat()), receiver=receiver, form="notice", at=now,
            title="dealwire test message", lines=(f"Receiver {receiver} is set up.",),
        )
    )  # fmt: skip
    out.print(f"{receiver}: taken by {sender.target}", markup=False)
