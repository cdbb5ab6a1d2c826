"""Shell: `dealwire story`: one story's timeline, and what people correct: merge, split, a wrong fact."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from dealwire.cli.desk import CONFIG, AsJson, Config, StorePath
from dealwire.cli.terminal import err, out, print_json
from dealwire.errors import UsageError

if TYPE_CHECKING:
    from dealwire.bootstrap.corrections import CorrectionDesk
    from dealwire.model import Story
    from dealwire.store.corrections import Request

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
UNDO_HELP = """Take a correction back: stories that it merged part, parted ones join, a fact is again what articles say.

    dealwire story undo 9b2e61 --author kim --reason "they were two rounds after all"
"""
LIST_HELP = """List what people have corrected, the newest first: who, why, and what became of it.

    dealwire story corrections
    dealwire story corrections --json > corrections.jsonl
    dealwire replay articles.jsonl.gz --rules watchlist.yaml --corrections corrections.jsonl
"""
StoryId = Annotated[str, typer.Argument(metavar="ID", help="A story's id, or as much of it as is unique.")]
Author = Annotated[str, typer.Option(help="Who corrects.")]
Reason = Annotated[str, typer.Option(help="Why.")]
Kafka = Annotated[bool, typer.Option("--kafka", help="The workers' stories on Kafka, not those in the store of `run`.")]


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
    group.command("undo", help=UNDO_HELP)(undo)
    group.command("corrections", help=LIST_HELP)(list_corrections)
    app.add_typer(group, name="story", help="One story: its timeline, and what people correct.")


def show(
    story: StoryId, as_json: AsJson = False, config: Config = CONFIG, store: StorePath = None, kafka: Kafka = False
) -> None:
    with _desk(config, store, kafka=kafka) as desk:
        found = desk.story(story)
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
    kafka: Kafka = False,
) -> None:
    from streams.stories import request

    with _desk(config, store, kafka=kafka) as desk:
        _say(desk.take(request.merge(desk.story(story), desk.story(other), desk.signed(author, reason))))


def split(
    story: StoryId,
    article: Annotated[list[str], typer.Option(help="An article that leaves; may be given again.")],
    author: Author,
    reason: Reason,
    config: Config = CONFIG,
    store: StorePath = None,
    kafka: Kafka = False,
) -> None:
    from streams.stories import request

    with _desk(config, store, kafka=kafka) as desk:
        _say(desk.take(request.split(desk.story(story), article, desk.signed(author, reason))))


def correct(
    story: StoryId,
    fact: Annotated[str, typer.Argument(help="amount, valuation, status, type or subject.")],
    value: Annotated[str, typer.Argument(help='As in "100M USD" or "closed".')],
    author: Author,
    reason: Reason,
    config: Config = CONFIG,
    store: StorePath = None,
    kafka: Kafka = False,
) -> None:
    from streams.stories import request

    with _desk(config, store, kafka=kafka) as desk:
        _say(desk.take(request.correct(desk.story(story), fact, value, desk.signed(author, reason))))


def undo(
    correction: Annotated[str, typer.Argument(metavar="CORRECTION", help="A correction's id, or its beginning.")],
    author: Author,
    reason: Reason,
    config: Config = CONFIG,
    store: StorePath = None,
    kafka: Kafka = False,
) -> None:
    from streams.stories import request

    with _desk(config, store, kafka=kafka) as desk:
        _say(desk.take(request.undo(desk.correction(correction), desk.signed(author, reason))))


def list_corrections(
    as_json: AsJson = False, config: Config = CONFIG, store: StorePath = None, kafka: Kafka = False
) -> None:
    with _desk(config, store, kafka=kafka) as desk:
        made = desk.corrections()
    for one in made:
        if as_json:
            print_json({**one.correction.model_dump(mode="json", exclude_defaults=True), "state": one.state})
        else:
            out.print(_line(one), markup=False)
    if not made:
        err.print("nothing was corrected", style="dim")


def _desk(config: Path, store: Path | None, *, kafka: bool) -> "AbstractContextManager[CorrectionDesk]":
    from dealwire.bootstrap.corrections import kafka_desk, store_desk
    from dealwire.config import load_settings

    settings = load_settings(config)
    if kafka:
        return kafka_desk(settings)
    return store_desk(settings, store.absolute() if store else settings.place(settings.store))


def _say(taken: "Request") -> None:
    """What became of a request; one that was refused is an error."""
    if taken.refused:
        raise UsageError(taken.outcome)
    if taken.settled_at is None:
        err.print("recorded; whoever drives the stories takes it at its next turn", style="dim")
    else:
        out.print(taken.outcome, markup=False)
    out.print(f"correction {taken.correction.id}", markup=False)


def _line(made: "Request") -> str:
    one = made.correction
    what = {"correct": f"{one.fact} is {one.value}", "undo": f"undo {one.undoes}"}.get(one.kind, one.kind)
    of = f" of {one.about}" if one.about else ""
    lines = [f"{one.id}  {one.at:%Y-%m-%d %H:%M}  {one.author}: {what}{of} ({one.reason}): {made.state}"]
    if made.undone_by:
        lines.append(f"    undone by {made.undone_by}")
    if made.outcome:
        lines.append(f"    {made.outcome}")
    return "\n".join(lines)


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
