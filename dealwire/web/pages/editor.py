"""Shell: the editor of rules files: the mistakes that `dealwire check` finds, a trial on the archive, then the save."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from aiohttp import web
from markupsafe import Markup

from dealwire.errors import ConfigError, Problem, UsageError
from dealwire.web.charts import spark
from dealwire.web.pages import rules_file
from dealwire.web.pages.frame import frame_of, page
from dealwire.web.pages.rules_file import RulesFile
from dealwire.web.pages.trial import Asked, Missed, RuleTrial, Trial, try_rules
from dealwire.web.pages.wording import counted, sentence
from rules.book import RuleBook
from rules.files import RuleFiles
from rules.load import Source

DAYS = (("7", "7 days"), ("30", "30 days"), ("90", "90 days"))
MISSES_MAX = 12


@dataclass(frozen=True, slots=True)
class Editing:
    """What the editor works on."""

    paths: tuple[Path, ...]
    """The rules files and folders of the configuration."""
    store: Path
    check: Callable[[Sequence[Source]], RuleBook]
    """What `dealwire check` asks: the rules of these texts, ConfigError with every mistake."""
    editable: bool = True
    """False: the files are under version control elsewhere."""
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One save at a time."""

    def sources(self, texts: dict[Path, str] | None = None) -> tuple[Source, ...]:
        return RuleFiles(self.paths, texts or {}).read()

    def names(self) -> list[str]:
        """The files by the names that messages call them; what cannot be read is left for the check to tell."""
        try:
            return [source.name for source in self.sources()]
        except ConfigError as error:
            return sorted({problem.file for problem in error.problems if Path(problem.file).is_file()})


EDITING = web.AppKey("editing", Editing)


@dataclass(frozen=True, slots=True)
class View:
    """What the editor shows beside the text."""

    text: str
    days: str = "30"
    problems: tuple[Problem, ...] = ()
    saving: bool = False
    checked: str = ""
    refused: str = ""
    trial: Trial | None = None
    status: int = 200


def edit_path(name: str) -> str:
    """Where a file is edited."""
    return f"/rules/edit?file={quote(name, safe='/')}"


async def show(request: web.Request) -> web.Response:
    """GET: the file as it stands."""
    file = await _file(request)
    return _answer(request, file, View(file.text))


async def press(request: web.Request) -> web.Response:
    """POST: check the text, try it, or save it."""
    file = await _file(request)
    form = await request.post()
    text = rules_file.as_written(str(form.get("text", "")), file.text)
    view = View(text, days=str(form.get("days", "30")), saving=form.get("do") == "save")
    if len(text) > rules_file.CHARACTERS_MAX:
        raise web.HTTPRequestEntityTooLarge(max_size=rules_file.CHARACTERS_MAX, actual_size=len(text))
    editing = request.app[EDITING]
    try:
        book, sources = await asyncio.to_thread(_checked, editing, file.path, text)
    except ConfigError as error:
        return _answer(request, file, replace(view, problems=error.problems, status=422))
    if form.get("do") == "save":
        return await _save(request, file, view, str(form.get("version", "")))
    if form.get("do") == "try":
        return await _try(request, file, view, sources)
    return _answer(request, file, replace(view, checked=_said(book)))


def _checked(editing: Editing, path: Path, text: str) -> tuple[RuleBook, tuple[Source, ...]]:
    sources = editing.sources({path.resolve(): text})
    return editing.check(sources), sources


def _said(book: RuleBook) -> str:
    counts = ((len(book.rules), "rule"), (len(book.watchlists), "watchlist"), (len(book.receivers), "receiver"))
    return f"{', '.join(counted(number, noun) for number, noun in counts)}: no mistakes."


async def _save(request: web.Request, file: RulesFile, view: View, version: str) -> web.Response:
    if file.locked:
        return _answer(request, file, replace(view, refused=f"Read-only: {file.locked}.", status=403))
    try:
        async with request.app[EDITING].turn:
            await asyncio.to_thread(rules_file.save, file.path, view.text, version)
    except rules_file.ChangedMeanwhileError as error:
        return _answer(request, file, replace(view, refused=sentence(str(error)), status=409))
    except UsageError as error:
        return _answer(request, file, replace(view, refused=sentence(str(error)), status=500))
    raise web.HTTPSeeOther(location=request.rel_url.update_query(done="saved"))


async def _try(request: web.Request, file: RulesFile, view: View, sources: tuple[Source, ...]) -> web.Response:
    editing = request.app[EDITING]
    days = int(view.days) if view.days in dict(DAYS) else 30
    try:
        old = await asyncio.to_thread(editing.sources)
        trial = await try_rules(Asked(editing.store, sources, old, days))
    except ConfigError as error:
        said = f"The files as they stand have mistakes, so there is nothing to compare with: {error.problems[0]}"
        return _answer(request, file, replace(view, refused=said, status=422))
    return _answer(request, file, replace(view, trial=trial))


async def _file(request: web.Request) -> RulesFile:
    """The file that the address names: one of those that the configuration leads to, and no other."""
    editing, name = request.app[EDITING], request.query.get("file", "")
    if name not in await asyncio.to_thread(editing.names):
        raise web.HTTPNotFound(text=f"no rules file {name}; the Rules page lists those there are")
    return await asyncio.to_thread(rules_file.read_file, Path(name), editable=editing.editable)


def _answer(request: web.Request, file: RulesFile, view: View) -> web.Response:
    here = str(file.path)
    rules = sorted(view.trial.rules, key=lambda one: (one.alerts == one.before, -one.alerts)) if view.trial else []
    return page(
        "editor.html.j2",
        frame_of(request, "rules"),
        f"Edit {file.path.name}",
        status=view.status,
        file=file,
        path=edit_path(here),
        text=view.text,
        problems=view.problems,
        saving=view.saving,
        checked=view.checked,
        refused=view.refused,
        trial=view.trial,
        rows=[(one, _course(one)) for one in rules],
        misses=_misses(rules),
        lines=view.text.splitlines() if view.problems else (),
        wrong={problem.line for problem in view.problems if problem.file == here},
        days=view.days,
        day_choices=DAYS,
        characters_max=rules_file.CHARACTERS_MAX,
    )


def _course(one: RuleTrial) -> Markup:
    return spark(one.weekly, f"{counted(one.alerts, 'alert')} in {counted(len(one.weekly), 'week')}")


def _misses(rules: Sequence[RuleTrial]) -> list[tuple[str, Missed]]:
    return [(one.rule, miss) for one in rules for miss in one.near_misses][:MISSES_MAX]
