"""Shell: `dealwire story`: one story's timeline, and what people correct: merge, split, a wrong fact."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from typer.core import TyperGroup

from dealwire.cli.desk import CONFIG, AsJson, Config, StorePath, open_store
from dealwire.cli.terminal import out, print_json
from dealwire.errors import UsageError

if TYPE_CHECKING:
    from dealwire.model import Story
    from streams.pipeline import Outcome

SHOW_HELP = """Show a story: its facts, who said what when, and its versions with what changed.

    dealwire story 3f9a2c4be1d07a55aa10
"""
MERGE_HELP = """Say that two stories are one deal. The older keeps its id; nobody is alerted anew.

    dealwire story merge 3f9a2c4b 77d01e2f --author kim --reason "same round, two spellings"
"""
SPLIT_HELP = """Say that some articles of a story tell another deal; they become a story of their own.

    dealwire story split 3f9a2c4b --article 5d41402a --author kim --reason "the Series C, not the B"
"""
CORRECT_HELP = """Set a fact of a story: amount, valuation, status, type or subject. It outranks every article.

    dealwire story correct 3f9a2c4b amount "100M USD" --author kim --reason "the filing says so"
"""
StoryId = Annotated[str, typer.Argument(metavar="ID", help="A story's id, or as much of it as is unique.")]
Author = Annotated[str, typer.Option(help="Who corrects.")]
Reason = Annotated[str, typer.Option(help="Why.")]


class StoryGroup(TyperGroup):
    """`dealwire story ID` is `dealwire story show ID`."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:  # typer has a click of its own, untyped
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["show", *args]
        return super().resolve_command(ctx, args)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(cls=StoryGroup, no_args_is_help=True)
    group.command("show", help=SHOW_HELP)(show)
    group.command("merge", help=MERGE_HELP)(merge)
    group.command("split", help=SPLIT_HELP)(split)
    group.command("correct", help=CORRECT_HELP)(correct)
    app.add_typer(group, name="story", help="One story: its timeline, and what people correct.")


def show(story: StoryId, as_json: AsJson = False, config: Config = CONFIG, store: StorePath = None) -> None:
    found = _find(story, config, store)
    if as_json:
        print_json(found.model_dump(mode="json", by_alias=True, exclude_none=True))
    else:
        out.print("\n".join(timeline(found)), markup=False)


def merge(
    story: StoryId,
    other: Annotated[str, typer.Argument(metavar="OTHER", help="The other story.")],
    author: Author,
    reason: Reason,
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    ours, theirs = _articles(_find(story, config, store)), _articles(_find(other, config, store))
    _take("merge", (ours, theirs), ("", ""), (author, reason), (config, store))


def split(
    story: StoryId,
    article: Annotated[list[str], typer.Option(help="An article that leaves; may be given again.")],
    author: Author,
    reason: Reason,
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    found = _articles(_find(story, config, store))
    unknown = sorted(set(article) - set(found))
    if unknown:
        raise UsageError(f"article {unknown[0]!r} does not tell story {story}")
    staying = tuple(one for one in found if one not in article)
    if not staying:
        raise UsageError("every article of the story would leave it; leave at least one")
    _take("split", (tuple(article), staying), ("", ""), (author, reason), (config, store))


def correct(
    story: StoryId,
    fact: Annotated[str, typer.Argument(help="amount, valuation, status, type or subject.")],
    value: Annotated[str, typer.Argument(help='As in "100M USD" or "closed".')],
    author: Author,
    reason: Reason,
    config: Config = CONFIG,
    store: StorePath = None,
) -> None:
    found = _find(story, config, store)
    _take("correct", (_articles(found), ()), (fact, value), (author, reason), (config, store))


def _find(story: str, config: Path, store: Path | None) -> "Story":
    from dealwire.bootstrap.stories import find_story

    with open_store(config, store) as opened:
        return find_story(opened, story)


def _articles(story: "Story") -> tuple[str, ...]:
    return tuple(telling.article for telling in story.tellings)


def _take(
    kind: Literal["merge", "split", "correct"],
    sides: tuple[tuple[str, ...], tuple[str, ...]],
    fact: tuple[str, str],
    signed: tuple[str, str],
    place: tuple[Path, Path | None],
) -> None:
    """Make the correction, take it, and say what came of it."""
    from dealwire.bootstrap import stories
    from dealwire.config import load_settings
    from dealwire.identity import digest
    from streams.stories.correction import Correction

    now = datetime.now(UTC)
    correction = Correction(
        id=digest("correction", kind, sides[0], sides[1], *fact, *signed, now.isoformat()),
        kind=kind,
        author=signed[0],
        reason=signed[1],
        at=now,
        articles=sides[0],
        others=sides[1],
        fact=fact[0],
        value=fact[1],
    )
    settings = load_settings(place[0])
    path = place[1].absolute() if place[1] else settings.place(settings.store)
    _say(stories.correct(settings, path, correction, now))


def _say(outcome: "Outcome") -> None:
    for step in outcome.steps:
        changed = "; ".join(f"{c.kind}: {c.before or 'none'} → {c.after}" for c in step.changes)
        out.print(f"story {step.id}: {step.decision}{f' ({changed})' if changed else ''}", markup=False)
    out.print(f"{len(outcome.alerts)} alerts", markup=False)


def timeline(story: "Story") -> list[str]:
    """The story in lines: facts, tellings in order of time, versions with their differences."""
    from dealwire.reference.money import format_money

    facts = [story.category, story.type, story.status, story.subject or "subject not named"]
    if story.amount:
        facts.append(format_money(story.amount.best))
    if story.retracted:
        facts.append("retracted")
    lines = [f"story {story.id}, version {story.version}: {', '.join(facts)}"]
    if story.merged_into:
        lines.append(f"merged into {story.merged_into}")
    lines += [f"  {p.role}: {p.name} ({len(p.articles)} articles)" for p in story.participants]
    lines.append(f"told by {len(story.tellings)} articles of {story.source_count} independent sources:")
    for telling in story.tellings:
        copy = f" (copy of {telling.copy_of})" if telling.copy_of else ""
        lines.append(
            f"  {telling.at:%Y-%m-%d %H:%M} {telling.source or 'unknown'}: {telling.title} [{telling.article}]{copy}"
        )
    if story.amount and len(story.amount.claims) > 1:
        lines.append("amount as told:")
        lines += [f"  {format_money(c.money)}: {', '.join(c.articles)}" for c in story.amount.claims]
    lines.append("versions:")
    for version in story.versions:
        changes = "; ".join(f"{c.kind}: {c.before or 'none'} → {c.after}" for c in version.changes) or "first told"
        lines.append(f"  {version.number}. {version.at:%Y-%m-%d %H:%M} {changes} [{version.article}]")
    return lines
