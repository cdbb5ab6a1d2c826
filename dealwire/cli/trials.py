"""Shell: the commands that try rules before they run: test, explain, backtest."""

import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import tee, zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dealwire.cli.terminal import Exit, err, out, print_json, track
from dealwire.errors import UsageError

if TYPE_CHECKING:
    from dealwire.model import Alert, Article, Story
    from rules.book import RuleBook
    from streams.core import Core
    from streams.rule_tests import Result

TEST = """Run the tests that rules carry, and those in files of their own. Exits 1 if any fails.

    dealwire test watchlist.yaml
    dealwire test watchlist.yaml tests.yaml --json
"""
EXPLAIN = """Say what was understood of an article, which story it is, and how each clause of each rule met it.

    dealwire explain "MatX raises $500 million" --rules watchlist.yaml
    dealwire explain article.json --rules watchlist.yaml --rule big-rounds --json
    dealwire explain story:9f1c2ab04d --store var/dealwire.db --rules watchlist.yaml
"""
BACKTEST = """Try rules on history: alerts a day and a week for each rule, the loudest subjects, samples with their
reasons, near misses and the clause that failed them. Ctrl-C shows what there is so far.

    dealwire backtest watchlist.yaml --archive articles.jsonl.gz
    dealwire backtest watchlist.yaml --archive articles.jsonl.gz --against old.yaml
"""
STORY = "story:"

Rules = Annotated[list[Path], typer.Option("--rules", "-r", help="A rules file or folder; may be given again.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def register(app: typer.Typer) -> None:
    app.command("test", help=TEST)(run_tests)
    app.command("explain", help=EXPLAIN)(explain)
    app.command("backtest", help=BACKTEST)(backtest)


def run_tests(
    files: Annotated[list[Path], typer.Argument(help="Rules files or folders, with the files of tests.")],
    as_json: AsJson = False,
) -> None:
    from dealwire.bootstrap import core_of, load_book
    from streams import rule_tests

    book = load_book(files)
    passed = failed = 0
    for result in rule_tests.run_tests(core_of(book), _route(book)):
        passed, failed = passed + result.passed, failed + (not result.passed)
        if as_json:
            names = ("rule", "name", "file", "passed", "expected", "got", "why")
            print_json({name: getattr(result, name) for name in names})
        elif not result.passed:
            _show_failure(result)
    err.print(f"{passed} passed, {failed} failed", style="red" if failed else "green")
    if failed:
        raise typer.Exit(Exit.FAILED)


def _route(book: "RuleBook") -> "Callable[[Alert], Sequence[str]]":
    """Where an alert would go, by the routing of these files."""
    from dealwire.bootstrap.rules import policy_of
    from notifier.decide.routing import Router

    router = Router(policy_of(book))
    return lambda alert: [destination.receiver for destination in router.destinations(alert)]


def _show_failure(result: "Result") -> None:
    out.print(f"FAILED {result.file}: {result.rule or 'test'}: {result.name}", style="red", markup=False)
    for line in result.expected:
        out.print(f"  {' ' if line in result.got else '-'} {line}", markup=False)
    for line in result.got:
        if line not in result.expected:
            out.print(f"  + {line}", markup=False)
    for line in result.why:
        out.print(f"    {line}", markup=False)


def explain(
    article: Annotated[str, typer.Argument(help="A headline, a JSON or JSON Lines file, `-`, or story:ID.")],
    rules: Rules,
    rule: Annotated[list[str] | None, typer.Option(help="Only this rule; may be given again.")] = None,
    store: Annotated[Path | None, typer.Option(help="The store that holds the story.")] = None,
    as_json: AsJson = False,
) -> None:
    from dealwire.bootstrap import core_of, load_book

    core = core_of(load_book(rules))
    asked = [core.book.rule(name).id for name in rule] if rule else [one.id for one in core.book.rules]
    if article.startswith(STORY):
        story, heard = _stored(article.removeprefix(STORY), store)
        _show_story(core, story, heard, asked, as_json=as_json)
        return
    for one in _articles(article):
        _show_article(core, one, asked, as_json=as_json)


def _articles(said: str) -> "Iterator[Article]":
    """The articles of a file; or one with this headline."""
    from dealwire.bootstrap import open_archive
    from dealwire.model import Article

    if said == "-" or Path(said).is_file():
        yield from open_archive(said, lambda trouble: err.print(trouble, markup=False))
    elif said.endswith((".json", ".jsonl", ".gz", ".zst")):
        raise UsageError(f"{said}: there is no such file")
    else:
        yield Article.create(title=said, fetched=datetime.now(UTC))


def _stored(story_id: str, store: Path | None) -> "tuple[Story, frozenset[str]]":
    from dealwire.store.database import Store
    from dealwire.store.state import StateTable
    from streams.stories.record import decode, story_key
    from streams.stories.view import story_of

    if store is None or not store.exists():
        raise UsageError("say in which store the story is, as in --store var/dealwire.db")
    with Store.open(store) as opened:
        raw = StateTable(opened.connection).get(story_key(story_id))
    if raw is None:
        raise UsageError(f"{store} holds no story {story_id!r}")
    record = decode(raw)
    return story_of(record), frozenset(record["heard"])


def _show_article(core: "Core", article: "Article", asked: Sequence[str], *, as_json: bool) -> None:
    """What was understood, which story it became, and every rule that was asked."""
    understood = core.understander.explain(article)
    step = core.step({}, article)
    if as_json:
        stories = [_story_to_json(core, told.story, frozenset(told.record["heard"]), asked)
                   for told in step.outcome.steps]  # fmt: skip
        print_json({"article": article.id, "understood": understood.to_json(), "stories": stories})
        return
    out.print(str(understood), markup=False)
    if not step.outcome.steps:
        out.print("no story", markup=False)
    for told in step.outcome.steps:
        _show_story(core, told.story, frozenset(told.record["heard"]), asked, as_json=False)


def _show_story(core: "Core", story: "Story", heard: frozenset[str], asked: Sequence[str], *, as_json: bool) -> None:
    if as_json:
        print_json(_story_to_json(core, story, heard, asked))
        return
    out.print(f"story {story.id}: {story.category}/{story.type}, {story.status}, {story.subject}", markup=False)
    for rule in asked:
        explained = core.book.explain(rule, story, heard)
        out.print(f"rule {rule}: {'holds' if explained.holds else 'does not hold'}", markup=False)
        for line in explained.lines(1):
            out.print(line, markup=False)


def _story_to_json(core: "Core", story: "Story", heard: frozenset[str], asked: Sequence[str]) -> dict[str, Any]:
    rules = {rule: core.book.explain(rule, story, heard).to_json() for rule in asked}
    return {"story": story.model_dump(mode="json", exclude_none=True), "heard": sorted(heard), "rules": rules}


def backtest(
    files: Annotated[list[Path], typer.Argument(help="The rules to try.")],
    archive: Annotated[str, typer.Option(help="JSON Lines (.gz, .zst too), `-`, or kafka://host:port/topic.")],
    against: Annotated[list[Path] | None, typer.Option(help="Other rules to compare with; may be given again.")] = None,
    as_json: AsJson = False,
) -> None:
    from dealwire.bootstrap import core_of, load_book, open_archive
    from dealwire.cli.backtest_report import difference_to_json, report_to_json, show, show_difference
    from streams.backtest import Backtest, compare

    new = Backtest(core_of(load_book(files)))
    old = Backtest(core_of(load_book(against))) if against else None
    interrupted = False
    try:
        articles = track(open_archive(archive, lambda trouble: err.print(trouble, markup=False)), "reading history")
        ours, theirs = tee(articles)
        for _ in zip_longest(new.run(ours), old.run(theirs) if old else ()):
            pass
    except KeyboardInterrupt:
        interrupted = True
        err.print("interrupted; this is what there is so far", style="yellow")
    difference = compare(new, old) if old else None
    if as_json:
        extra = {"against": difference_to_json(difference)} if difference else {}
        print_json(report_to_json(new) | extra)
    else:
        show(new, out)
        if difference:
            show_difference(difference, out)
    for failure in new.history.failed:
        err.print(failure, style="red", markup=False)
    if interrupted:
        sys.exit(Exit.INTERRUPTED)
    if new.history.failed:
        raise typer.Exit(Exit.FAILED)
