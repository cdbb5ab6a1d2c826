"""Shell: `dealwire silences`: what people do not want to be told for a while."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from dealwire.cli.desk import CONFIG, AsJson, Config, StorePath, open_store
from dealwire.cli.terminal import err, out, print_json
from dealwire.errors import UsageError

if TYPE_CHECKING:
    from notifier.decide import Silence
    from notifier.decide.settings import TimeInterval

ADD_HELP = """Silence alerts that match, for a while. All matchers must hold.

    dealwire silences add subject=Nvidia severity!=critical --for 2d --by ann --comment "earnings week"
    dealwire silences add rule=small-rounds --for 90d --by ann --between 09:00-12:00 --days mon,tue
"""
LIST_HELP = """List silences that run or are to come, the first to end first.

    dealwire silences list --json
"""
EXPIRE_HELP = """End a silence now.

    dealwire silences expire 3f9a2c4be1d07a55aa10
"""


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("add", help=ADD_HELP)(add)
    group.command("list", help=LIST_HELP)(list_silences)
    group.command("expire", help=EXPIRE_HELP)(expire)
    app.add_typer(group, name="silences", help="What is not told for a while.")


def add(
    matchers: Annotated[list[str], typer.Argument(help="Like subject=Nvidia or rule=~'small-.*'.")],
    length: Annotated[str, typer.Option("--for", help="How long: 2h, 7d.")],
    by: Annotated[str, typer.Option(help="Who silences.")],
    comment: Annotated[str, typer.Option(help="What for.")] = "",
    receiver: Annotated[list[str] | None, typer.Option(help="Only for these receivers.")] = None,
    between: Annotated[str, typer.Option(help="Recurring: only between these times of day, 09:00-12:00.")] = "",
    days: Annotated[str, typer.Option(help="Recurring: only on these days, mon,tue.")] = "",
    timezone: Annotated[str, typer.Option(help="Of the recurring times.")] = "UTC",
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from dealwire.store import silences
    from notifier.decide.durations import parse_duration
    from notifier.decide.settings import TimeInterval
    from notifier.decide.silences import Silence

    now = datetime.now(UTC)
    try:
        recurring = None
        if between or days:
            start, _, end = between.partition("-")
            times = [{"from": start, "to": end}] if between else []
            given = [day for day in days.split(",") if day]
            recurring = TimeInterval.model_validate({"times": times, "days": given, "timezone": timezone})
        silence = Silence.create(
            matchers=matchers, starts=now, ends=now + parse_duration(length), author=by, comment=comment,
            receivers=receiver or (), recurring=recurring,
        )  # fmt: skip
    except ValueError as error:
        raise UsageError(str(error)) from error
    with open_store(config, store) as opened, opened.transaction() as connection:
        silences.add(connection, silence)
    out.print(f"{silence.id} until {silence.ends:%Y-%m-%d %H:%M} UTC", markup=False)


def list_silences(
    ended: Annotated[bool, typer.Option("--ended", help="Those that ended too.")] = False,
    as_json: AsJson = False,
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from dealwire.store import silences

    now = datetime.now(UTC)
    with open_store(config, store) as opened:
        found = list(silences.listed(opened.connection, now, ended=ended))
    for silence in found:
        if as_json:
            print_json({**silence.model_dump(mode="json", exclude_none=True), "active": silence.active(now)})
            continue
        out.print(_line(silence), markup=False)
        if silence.expires_soon(now):
            err.print(f"silence {silence.id} ends within a day", style="yellow", markup=False)
    if not found and not as_json:
        err.print("nothing is silenced" + ("" if ended else "; --ended lists what was"))


def _line(silence: "Silence") -> str:
    times = f"  {_recurring(silence.recurring)}" if silence.recurring else ""
    only = f"  for {', '.join(silence.receivers)}" if silence.receivers else ""
    comment = f": {silence.comment}" if silence.comment else ""
    ends = f"until {silence.ends:%Y-%m-%d %H:%M} UTC"
    return f"{silence.id}  {' '.join(silence.matchers)}{times}{only}  {ends} by {silence.author}{comment}"


def _recurring(interval: "TimeInterval") -> str:
    """When a recurring silence is: "mon, tue 09:00-12:00 Europe/London"."""
    from notifier.decide.settings import format_clock

    times = ", ".join(f"{format_clock(span.start)}-{format_clock(span.end)}" for span in interval.times)
    return " ".join(filter(None, (", ".join(interval.days), times, interval.timezone)))


def expire(
    silence: Annotated[str, typer.Argument(help="The silence's id.")], config: Config = CONFIG, store: StorePath = None
) -> None:
    from dealwire.store import silences

    with open_store(config, store) as opened, opened.transaction() as connection:
        silences.expire(connection, silence, datetime.now(UTC))
    out.print(f"{silence}: ended", markup=False)
