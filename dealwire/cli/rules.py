"""Shell: the commands for rules files: check, schema, subscribe, unsubscribe, rules list."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from dealwire.cli.terminal import Exit, err, out, print_json
from dealwire.errors import ConfigError, Problem, UsageError

if TYPE_CHECKING:
    from rules.book import RuleBook

CHECK = """Read rules files, or a configuration and the rules that it names, and report every mistake at once, each
with file, line and column. Exits 1 if there are any.

    dealwire check watchlist.yaml
    dealwire check dealwire.yaml
    dealwire check watchlist.yaml rules/ --json
"""
SCHEMA = """Print the JSON Schema of rules files, for editors that complete and check as one types.

    dealwire schema > rules.schema.json
"""
SUBSCRIBE = """Add a rule to a rules file; its comments and order stay. The file is made where there is none.

    dealwire subscribe watchlist.yaml --company OpenAI --category funding --amount ">= 1B USD" --send-to deals-slack
"""
UNSUBSCRIBE = """Take a rule out of a rules file; all else stays as it is.

    dealwire unsubscribe watchlist.yaml openai-funding-1b-usd
"""
LIST = """List the rules of these files: what each asks for, and where it sends.

    dealwire rules list watchlist.yaml
"""

CONFIGURATION_KEYS = frozenset({"feeds", "store", "poll", "kafka", "retention"})
CONFIGURATION_BYTES_MAX = 1_000_000

Files = Annotated[list[Path], typer.Argument(help="Rules files or folders of them.")]
Beside = Annotated[
    list[Path] | None, typer.Option("--beside", help="Another rules file that this one is used with; may be repeated.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    app.command("check", help=CHECK)(check)
    app.command("schema", help=SCHEMA)(schema)
    app.command("subscribe", help=SUBSCRIBE)(subscribe)
    app.command("unsubscribe", help=UNSUBSCRIBE)(unsubscribe)
    rules_app(app).command("list", help=LIST)(list_rules)


def rules_app(app: typer.Typer) -> typer.Typer:
    """The `dealwire rules` group, which is made by whoever asks first."""
    for group in app.registered_groups:
        if group.name == "rules" and group.typer_instance is not None:
            return group.typer_instance
    made = typer.Typer(help="List rules, or publish them to the workers.", no_args_is_help=True)
    app.add_typer(made, name="rules")
    return made


def _load(files: Sequence[Path]) -> "RuleBook":
    """The rules of these files, their receivers and routing checked too; ConfigError with every mistake."""
    from dealwire.bootstrap import load_book
    from dealwire.bootstrap.rules import policy_of

    book = load_book(files)
    policy_of(book)
    return book


def check(files: Files, as_json: AsJson = False) -> None:
    book, problems = _check(files)
    if as_json:
        print_json([_problem_to_json(problem) for problem in problems])
    else:
        for problem in problems:
            sys.stdout.write(f"{problem}\n")
    if problems:
        err.print(f"{len(problems)} mistake{'s' * (len(problems) != 1)}", style="red")
        raise typer.Exit(Exit.FAILED)
    if book is not None and not as_json:
        counts = {"rule": len(book.rules), "watchlist": len(book.watchlists), "receiver": len(book.receivers)}
        said = ", ".join(f"{count} {noun}{'s' * (count != 1)}" for noun, count in counts.items())
        err.print(f"{said}: no mistakes", style="green")


def _check(files: Sequence[Path]) -> "tuple[RuleBook | None, list[Problem]]":
    """The rules of these files, those that a configuration among them names too, and every mistake in any of them."""
    from dealwire.config import load_settings

    problems: list[Problem] = []
    rules: list[Path] = []
    for file in files:
        if not _is_configuration(file):
            rules.append(file)
            continue
        try:
            settings = load_settings(file)
            rules += [settings.place(path) for path in settings.rules]
        except ConfigError as error:
            problems += error.problems
    book = None
    try:
        book = _load(rules) if rules else None
    except ConfigError as error:
        problems += error.problems
    return book, problems


def _is_configuration(file: Path) -> bool:
    """Whether the file sets up dealwire (feeds, store, …) and so is no rules file, which has none of these keys."""
    from dealwire.document import parse

    if not file.is_file() or file.stat().st_size > CONFIGURATION_BYTES_MAX:
        return False
    value = parse(str(file), file.read_text(encoding="utf-8", errors="replace")).value
    return isinstance(value, dict) and not CONFIGURATION_KEYS.isdisjoint(value)


def _problem_to_json(problem: Any) -> dict[str, Any]:
    names = ("file", "line", "column", "what", "suggestion")
    return {name: getattr(problem, name) for name in names}


def schema() -> None:
    from rules.json_schema import build

    sys.stdout.write(json.dumps(build(), indent=2, ensure_ascii=False) + "\n")


def subscribe(
    file: Annotated[Path, typer.Argument(help="The rules file.")],
    company: Annotated[list[str] | None, typer.Option(help="A company in any role; may be given again.")] = None,
    category: Annotated[list[str] | None, typer.Option(help="funding, mna or hardware; may be given again.")] = None,
    event_type: Annotated[list[str] | None, typer.Option("--type", help="As in series_a; may be given again.")] = None,
    watchlist: Annotated[list[str] | None, typer.Option(help="Companies of this watchlist.")] = None,
    region: Annotated[list[str] | None, typer.Option(help="A country or group; may be given again.")] = None,
    text: Annotated[list[str] | None, typer.Option(help="A phrase; may be given again.")] = None,
    amount: Annotated[str, typer.Option(help='As in ">= 100M USD".')] = "",
    valuation: Annotated[str, typer.Option(help='As in ">= 1B USD".')] = "",
    power: Annotated[str, typer.Option(help='As in ">= 500 MW".')] = "",
    send_to: Annotated[list[str] | None, typer.Option(help="A receiver; may be given again.")] = None,
    rule_id: Annotated[str, typer.Option("--id", help="The rule's id, if not one made of its words.")] = "",
    title: Annotated[str, typer.Option(help="What alerts are headed with.")] = "",
    severity: Annotated[str, typer.Option(help="critical, high, medium, low or info.")] = "",
    beside: Beside = None,
) -> None:
    from rules.subscribe import Subscription
    from rules.subscribe import subscribe as put_in

    asked: dict[str, Any] = {"category": category, "type": event_type, "region": region, "text": text}
    companies: list[Any] = [*(company or ()), *({"watchlist": name} for name in watchlist or ())]
    asked |= {"company": companies, "amount": amount, "valuation": valuation, "power": power}
    match = {key: value for key, value in asked.items() if value}
    if not match:
        raise UsageError("say what to hear of, as in --company, --category, --watchlist, --text or --amount")
    before = file.read_text(encoding="utf-8") if file.exists() else ""
    subscription = Subscription(match, tuple(send_to or ()), rule_id, title, severity)
    written, made = put_in(before, subscription)
    _replace(file, written, beside or ())
    out.print(made, markup=False)


def unsubscribe(
    file: Annotated[Path, typer.Argument(help="The rules file.")],
    rule_id: Annotated[str, typer.Argument(metavar="RULE", help="The rule's id.")],
    beside: Beside = None,
) -> None:
    from rules.subscribe import unsubscribe as take_out

    if not file.exists():
        raise UsageError(f"{file}: there is no such rules file")
    _replace(file, take_out(file.read_text(encoding="utf-8"), rule_id), beside or ())


def _replace(file: Path, text: str, beside: Sequence[Path]) -> None:
    """Put the text in the file's place, whole, and only if it is sound rules together with what it is used with."""
    draft = file.with_name(f".{file.name}.draft.yaml")
    draft.write_text(text, encoding="utf-8")
    try:
        _load([draft, *beside])
        draft.replace(file)
    except ConfigError as error:
        own = [p if p.file != str(draft) else type(p)(str(file), *_rest(p)) for p in error.problems]
        raise ConfigError(own) from error
    finally:
        draft.unlink(missing_ok=True)


def _rest(problem: Any) -> tuple[int, int, str, str]:
    return problem.line, problem.column, problem.what, problem.suggestion


def list_rules(files: Files, as_json: AsJson = False) -> None:
    from rules.explanation import said

    table = Table("id", "severity", "asks for", "sends to", "state", box=None, pad_edge=False)
    for rule in _load(files).rules:
        asked = rule.correlation.said if rule.correlation else said(rule.clause) if rule.clause else ""
        state = "off" if not rule.enabled else "experimental" if rule.experimental else "active"
        if as_json:
            print_json(
                {"id": rule.id, "title": rule.title, "severity": rule.severity, "asks_for": asked, "state": state,
                 "send_to": list(rule.send_to), "file": rule.file, "line": rule.line}
            )  # fmt: skip
        else:
            table.add_row(rule.id, rule.severity, asked, ", ".join(rule.send_to) or "by routing", state)
    if not as_json:
        out.print(table)
