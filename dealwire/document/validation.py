"""Core: a document held against a pydantic model; what pydantic finds becomes Problems with line and column."""

import re
import types
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from dealwire.document.reading import Document, Path
from dealwire.document.wording import quote, suggest
from dealwire.errors import ConfigError, Problem

M = TypeVar("M", bound=BaseModel)

_SECRET_FIELDS = frozenset({"url", "urls", "token", "password", "secret"})
"""What stands there is not shown: somebody may have written a secret instead of naming a variable."""
_EXPECTED: Mapping[str, str] = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping",
    "mapping_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
}
_CHOICE = re.compile(r"'([^']*)'")


def validate(document: Document, model: type[M]) -> M:
    """The document as `model`; ConfigError with all that is wrong with it, as YAML and by the model."""
    found, problems = check(document, model)
    if found is None or problems:
        raise ConfigError(problems)
    return found


def check(document: Document, model: type[M]) -> tuple[M | None, list[Problem]]:
    """The document as `model` where it is one, and every Problem, those of the YAML first."""
    problems = list(document.problems)
    if document.value is None and problems:
        return None, problems
    try:
        return model.model_validate(document.value if document.value is not None else {}), problems
    except ValidationError as error:
        details = error.errors(include_url=False)
    trapped = {(problem.line, problem.column) for problem in problems}
    found = _merge(_problem(document, model, detail) for detail in _relevant(document, model, details))
    problems.extend(problem for problem in found if (problem.line, problem.column) not in trapped)
    return None, problems


def _relevant(document: Document, model: type[BaseModel], details: list[ErrorDetails]) -> Iterable[ErrorDetails]:
    """Without the union members that a value was never meant to be: where one member finds fault within, it is that."""
    paths = [_locate(document.value, model, detail["loc"])[0] for detail in details]
    faulty = {path[:length] for path in paths for length in range(len(path))}
    faulty |= {path for path, detail in zip(paths, details, strict=True) if detail["type"] == "missing"}
    return (d for path, d in zip(paths, details, strict=True) if d["type"] not in _EXPECTED or path not in faulty)


def _merge(problems: Iterable[tuple[Problem, str]]) -> Iterable[Problem]:
    """One Problem a place: what a union expected there in several ways is said once."""
    by_place: dict[tuple[int, int, str], tuple[Problem, list[str]]] = {}
    for problem, expected in problems:
        key = (problem.line, problem.column, problem.what)
        kept, ways = by_place.setdefault(key, (problem, []))
        if expected and expected not in ways:
            ways.append(expected)
        if not kept.suggestion and problem.suggestion:
            by_place[key] = (problem, ways)
    for problem, ways in by_place.values():
        if ways:
            yield Problem(problem.file, problem.line, problem.column, problem.what, f"expected {' or '.join(ways)}")
        else:
            yield problem


def _problem(document: Document, model: type[BaseModel], detail: ErrorDetails) -> tuple[Problem, str]:
    """The Problem, and what was expected where that is a kind of value."""
    kind, context = detail["type"], detail.get("ctx", {})
    path, models = _locate(document.value, model, detail["loc"])
    field = next((step for step in reversed(path) if isinstance(step, str)), "")
    found = _found(detail["input"], secret=not _SECRET_FIELDS.isdisjoint(map(str, path)))
    if kind == "missing":
        missing = detail["loc"][-1]
        return document.problem(path, f"field {str(missing)!r} is missing", key=True), ""
    if kind == "extra_forbidden":
        fields = [name for owner in models for name in _names(owner)]
        return document.problem(path, f"unknown field {quote(field)}", suggest(field, fields), key=True), ""
    if kind in {"literal_error", "enum"}:
        expected = str(context.get("expected", ""))
        choices = _CHOICE.findall(expected) or [expected]
        offered = suggest(str(detail["input"]), choices) if isinstance(detail["input"], str) else ""
        what = f"unknown {field} {found}" if isinstance(detail["input"], str) else f"{field} is {found}"
        return document.problem(path, what, offered or f"expected {' or '.join(choices)}"), ""
    if kind in {"value_error", "assertion_error"}:
        what, _, suggestion = str(context.get("error", detail["msg"])).partition("; ")
        return document.problem(path, what, suggestion), ""
    if kind in _EXPECTED:
        expected = _EXPECTED[kind]
        if expected == "text" and isinstance(detail["input"], int | float):
            expected = "text in quotes"
        return document.problem(path, f"{field or 'the document'} is {found}"), expected
    said = detail["msg"][0].lower() + detail["msg"][1:]
    return document.problem(path, f"{field} is {found}", said.replace("input should", "it should")), ""


def _found(value: Any, *, secret: bool) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list):
        return "a list"
    if value is None:
        return "empty"
    if secret:
        return "not usable"
    return str(value).lower() if isinstance(value, bool) else quote(value) if isinstance(value, str) else str(value)


def _locate(value: Any, model: type[BaseModel], location: tuple[int | str, ...]) -> tuple[Path, list[type[BaseModel]]]:
    """The document's path for pydantic's `location`, which also names union members; and the models at its end."""
    path: list[str | int] = []
    expected: list[Any] = [model]
    parents: list[type[BaseModel]] = [model]
    for step in location:
        inside = isinstance(value, dict) and isinstance(step, str) and step in value
        inside = inside or (isinstance(value, list) and isinstance(step, int) and step < len(value))
        if not inside:
            expected = [m for m in _models(expected) if m.__name__ == step] or expected
            continue
        path.append(step)
        value = value[step]
        parents = _models(expected)
        expected = [annotation for owner in expected for annotation in _step(owner, step)]
    return tuple(path), parents


def _step(annotation: Any, step: str | int) -> list[Any]:
    """What may stand under `step` of a value of this type."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, field in annotation.model_fields.items():
            if step in {name, field.alias}:
                return [field.annotation]
        return []
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _step(arguments[0], step)
    if origin in {Union, types.UnionType}:
        return [found for member in arguments for found in _step(member, step)]
    if isinstance(step, int) and origin in {list, tuple} and arguments:
        return [arguments[0]]
    if isinstance(step, str) and isinstance(origin, type) and issubclass(origin, Mapping) and len(arguments) == 2:
        return [arguments[1]]
    return []


def _models(annotations: Iterable[Any]) -> list[type[BaseModel]]:
    found: list[type[BaseModel]] = []
    for annotation in annotations:
        if isinstance(annotation, type) and issubclass(annotation, BaseModel):
            found.append(annotation)
        elif get_origin(annotation) is Annotated:
            found.extend(_models(get_args(annotation)[:1]))
        elif get_origin(annotation) in {Union, types.UnionType}:
            found.extend(_models(get_args(annotation)))
    return found


def _names(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]
