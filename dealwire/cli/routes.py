"""Shell: `dealwire routes`: where alerts go, drawn and tried."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dealwire.cli.desk import CONFIG, AsJson, Config, StorePath, open_store, read_moment, read_rules
from dealwire.cli.terminal import err, out, print_json
from dealwire.errors import UsageError

if TYPE_CHECKING:
    from dealwire.bootstrap.rules import Rules
    from dealwire.model import Alert, Article
    from dealwire.store.database import Store
    from notifier.decide import Silence

SHOW_HELP = """Draw the routing tree, with the receivers and grouping of each node.

    dealwire routes show --config dealwire.yaml
"""
TEST_HELP = """Say where an alert would go, by which way, and what would be decided there, silences
heeded. Nothing is sent or recorded.

    dealwire routes test 3f9a2c4be1d07a55aa10 --at 2026-03-28T23:30
    dealwire routes test articles.jsonl
"""


def register(app: typer.Typer) -> None:
    group = typer.Typer(no_args_is_help=True)
    group.command("show", help=SHOW_HELP)(show)
    group.command("test", help=TEST_HELP)(try_routes)
    app.add_typer(group, name="routes", help="Where alerts go.")


def show(config: Config = CONFIG) -> None:
    for depth, line in read_rules(config).router.draw():
        out.print("  " * depth + ("└ " if depth else "") + line, markup=False)


def try_routes(
    alert: Annotated[str, typer.Argument(help="An alert's or article's id, or a file of either.")],
    at: Annotated[str, typer.Option(help="As if it came at this moment.")] = "",
    as_json: AsJson = False,
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    from notifier.decide import History, decide

    rules = read_rules(config)
    router = rules.router
    now = datetime.now(UTC)
    for tried in _alerts(alert, rules, config, store):
        moment = read_moment(at, now) if at else tried.at
        past = History(silences=_silences(moment, config, store))
        ways = [(to, decide(tried, to, past, moment, router.policy.routing)) for to in router.destinations(tried)]
        if as_json:
            told = [
                {
                    "receiver": to.receiver,
                    "path": list(to.path),
                    "outcome": d.outcome,
                    "reason": d.reason,
                    "due_at": d.due_at,
                }
                for to, d in ways
            ]
            print_json({"alert": tried.id, "at": moment.isoformat(), "destinations": told})
            continue
        out.print(
            f"alert {tried.id} of rule {tried.rule}, {tried.severity}, at {moment:%Y-%m-%d %H:%M} UTC", markup=False
        )
        for step in router.explain(tried):
            mark = "✓" if step.matched else "✗"
            out.print(f"  {mark} {' / '.join(step.path)}: {step.why}", markup=False)
        for to, decision in ways:
            out.print(f"  → {to.receiver}: {decision.outcome}: {decision.reason}", markup=False)


def _silences(moment: datetime, config: Path, store: Path | None) -> "tuple[Silence, ...]":
    """The silences of that moment; none where there is no store yet."""
    from dealwire.store import silences

    try:
        with open_store(config, store) as opened:
            return silences.active(opened.connection, moment)
    except UsageError:
        return ()


def _alerts(named: str, rules: "Rules", config: Path, store: Path | None) -> "list[Alert]":
    """The alerts that are named: one of the store, what an article there makes, those of a file or of its articles."""
    from dealwire.errors import RecordError
    from dealwire.model import Alert
    from dealwire.store import articles, receipts

    path = Path(named)
    if path.is_file():
        try:
            return [Alert.from_bytes(line) for line in path.read_bytes().splitlines() if line.strip()]
        except RecordError:
            return _alerts_of_articles(named, rules)
    with open_store(config, store) as opened:
        if found := receipts.find(opened.connection, named):
            return [found.alert]
        if article := articles.get(opened.connection, named):
            return _alerts_of_kept(opened, rules, article)
    raise UsageError(f"{named!r} is neither an alert nor an article in the store, nor a file")


def _alerts_of_kept(store: "Store", rules: "Rules", article: "Article") -> "list[Alert]":
    """What an article of the store makes the rules say, as its stories stand; nothing is written."""
    from dealwire.store.state import StateTable

    made = rules.core.step(StateTable(store.connection), article).outcome.alerts
    if not made:
        raise UsageError(f"no rule makes an alert of article {article.id}; `dealwire explain` says why")
    return list(made)


def _alerts_of_articles(path: str, rules: "Rules") -> "list[Alert]":
    from dealwire.bootstrap import open_archive
    from streams.replay import History, replay

    def report(trouble: str) -> None:
        err.print(trouble, markup=False)

    history = History()
    for _ in replay(open_archive(path, report), rules.core, history):
        pass
    if not history.alerts:
        raise UsageError(f"{path}: no rule makes an alert of these articles; `dealwire explain` says why")
    return history.ordered()
