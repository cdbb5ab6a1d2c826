"""Shell: `dealwire stories`: which articles tell the same deal (the contract of DESIGN §8)."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from dealwire.cli.terminal import Exit, err, print_json, track

if TYPE_CHECKING:
    from streams.core import Step
    from streams.stories.record import StoryRecord

HELP = """Fold articles into stories, one per deal, and print which stories each article tells.

Each line in is `{"id", "title", "body"?, "published"?, "source"?, "url"?}`, each line out `{"id", "stories": [...]}`,
in the same order. Articles are folded in order of time, whatever their order in the file. A bad line is reported on
standard error, the rest goes on, and the exit status is then 1.

    dealwire stories articles.jsonl > stories.jsonl
"""
FILE = "JSON Lines of articles (.gz, .zst too); `-` is standard input."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("stories", help=HELP)(stories)


def stories(
    file: Annotated[str, typer.Argument(help=FILE)] = "-",
    explain: Annotated[bool, typer.Option("--explain", help="Say on standard error what joined each article.")] = False,
) -> None:
    from connectors.archive import in_order, read
    from dealwire.bootstrap import core_from
    from streams.replay import History, replay

    troubles: list[str] = []
    articles = list(read(file, troubles.append))
    history = History()
    told = told_by(replay(track(in_order(articles), "folding", len(articles)), core_from([]), history), explain=explain)
    for article in dict.fromkeys(article.id for article in articles):
        print_json({"id": article, "stories": told.get(article, [])})
    for trouble in (*troubles, *history.failed):
        err.print(trouble, markup=False)
    if troubles or history.failed:
        raise typer.Exit(Exit.FAILED)


def told_by(steps: "Iterable[Step]", *, explain: bool = False) -> dict[str, list[str]]:
    """Each article → the stories that it tells once all is folded, the merged ones by the name that survives."""
    told: dict[str, set[str]] = {}
    survivors: dict[str, str] = {}
    records: dict[str, StoryRecord] = {}
    for step in steps:
        article, outcome = step.reading.article.id, step.outcome
        if not outcome.passed_over:
            told[article] = {s.id for s in outcome.steps if s.tells}
        records.update((s.id, s.record) for s in outcome.steps)
        survivors.update((s.id, s.record["merged_into"]) for s in outcome.steps if s.decision == "merged")
        if explain:
            for s in outcome.steps:
                err.print(f"{article}: {s.decision} story {s.id}: {s.reason}", markup=False)
    for story, record in records.items():
        for by in record["mentions"]:
            told.setdefault(by["article"], set()).add(story)
    return {article: sorted({_survivor(s, survivors) for s in found}) for article, found in told.items()}


def _survivor(story: str, survivors: dict[str, str]) -> str:
    while story in survivors:
        story = survivors[story]
    return story
