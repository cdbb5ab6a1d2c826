"""Shell: `dealwire extract`: what each article reports, as JSON Lines (the contract of DESIGN §8)."""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any

import orjson
import typer

from dealwire.cli.terminal import Exit, fail, out, print_json

if TYPE_CHECKING:
    from dealwire.model import Article, MarketEvent

UNDATED = datetime(1970, 1, 1, tzinfo=UTC)
"""What extract takes as fetch time: it reads texts, not clocks."""
CONTRACT = (
    "category", "type", "status", "subject", "participants", "amount", "valuation", "quantities", "regions",
    "cross_border", "confidence", "evidence",
)  # fmt: skip


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(extract)


def extract(
    file: Annotated[str, typer.Argument(help="JSON Lines of articles; `-` is standard input.")] = "-",
    explain: Annotated[
        bool, typer.Option("--explain", help="Show which trigger, frame and rule-out decided, for each article.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="With --explain: as JSON Lines.")] = False,
) -> None:
    """Read articles and print the events they report.

    Each line in is `{"id", "title", "body"?, "published"?, "source"?, "url"?}`; each line out
    `{"id", "events": [...]}`, in the same order. A bad line gives `{"id", "error"}`, and the exit status is then 1.

    Example: `dealwire extract articles.jsonl > events.jsonl`
    """
    from dealwire.reference.companies import bundled_companies
    from streams.understand import Understander

    understander = Understander(bundled_companies())
    failed = False
    for number, line in _lines(file):
        article = _article(line, number)
        if isinstance(article, dict):
            failed = True
            print_json(article)
        elif explain:
            explanation = understander.explain(article)
            if json:
                print_json(explanation.to_json())
            else:
                out.print(f"{article.title}\n{explanation}", markup=False)
        else:
            reading = understander.understand(article)
            events = [_contract(event) for event in reading.events if not event.background]
            passed_over = {"passed_over": reading.passed_over} if reading.passed_over else {}
            print_json({"id": article.id, "events": events, **passed_over})
    if failed:
        raise typer.Exit(Exit.FAILED)


def _lines(file: str) -> Iterator[tuple[int, bytes]]:
    if file == "-":
        yield from _numbered(sys.stdin.buffer)
        return
    path = Path(file)
    try:
        with path.open("rb") as lines:
            yield from _numbered(lines)
    except OSError as error:
        fail(f"{file}: {(error.strerror or str(error)).lower()}", Exit.USAGE)


def _numbered(lines: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, line


def _article(line: bytes, number: int) -> "Article | dict[str, Any]":
    """The article of a line, or the error line to print for it."""
    from dealwire.model import Article

    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return {"id": None, "error": f"line {number}: not JSON: {str(error).lower()}"}
    if not isinstance(row, dict):
        return {"id": None, "error": f"line {number}: not an object"}
    given = row.get("id")
    if not isinstance(given, str | int) or isinstance(given, bool) or given == "":
        return {"id": None, "error": f"line {number}: no id"}
    if not isinstance(row.get("title"), str):
        return {"id": given, "error": f"line {number}: no title"}
    texts = {key: row.get(key) or "" for key in ("body", "source", "url")}
    wrong = next((key for key, value in texts.items() if not isinstance(value, str)), None)
    if wrong:
        return {"id": given, "error": f"line {number}: {wrong} is not text"}
    try:
        return Article.create(id=str(given), title=row["title"], fetched=UNDATED, **texts)
    except ValueError as error:
        return {"id": given, "error": f"line {number}: {str(error).splitlines()[0].lower()}"}


def _contract(event: "MarketEvent") -> dict[str, Any]:
    """An event as the contract has it: facts that are not there are null or empty."""
    whole = event.model_dump(mode="json", by_alias=True)
    chosen = {key: whole[key] for key in CONTRACT}
    chosen["participants"] = [{"name": p["name"], "role": p["role"]} for p in whole["participants"]]
    for key in ("amount", "valuation"):
        if chosen[key] and chosen[key]["high"] is None:
            del chosen[key]["high"]
    return chosen
