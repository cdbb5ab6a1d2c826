"""Documents: values that know their place, YAML's traps, and bombs that are put out early."""

from typing import Literal

import pytest
from pydantic import BaseModel, ConfigDict

from dealwire.document import check, parse, suggest, validate
from dealwire.document.reading import CHARACTERS_MAX, PROBLEMS_MAX
from dealwire.errors import ConfigError


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Desk(Strict):
    name: str
    size: int = 1


class Office(Strict):
    version: Literal[1] = 1
    floor: Literal["ground", "first"] = "ground"
    url: int = 0
    desks: list[str | Desk] = []
    rooms: dict[str, Desk] = {}


def problems(text):
    return [str(problem) for problem in parse("f.yaml", text).problems]


@pytest.mark.parametrize(("text", "value"), [
    ("a: 1", {"a": 1}), ("a: -2.5", {"a": -2.5}), ("a: 1_000", {"a": 1000}), ("a: true", {"a": True}),
    ("a: ~", {"a": None}), ("a:", {"a": None}), ("a: 'no'", {"a": "no"}), ('a: "1e6"', {"a": "1e6"}),
    ("no: 1", {"no": 1}), ("5: x", {"5": "x"}), ("- [a, {b: c}]", [["a", {"b": "c"}]]), ("", None),
    ("a: &x [1]\nb: *x", {"a": [1], "b": [1]}), ("a: |\n  two\n  lines\n", {"a": "two\nlines\n"}),
    ("a: 3M", {"a": "3M"}), ("a: '-'", {"a": "-"}), ("a: v1.5", {"a": "v1.5"}),
    ("d: &d {x: 1, y: 2}\ne: {<<: *d, y: 3}", {"d": {"x": 1, "y": 2}, "e": {"y": 3, "x": 1}}),
])  # fmt: skip
def test_values_are_what_a_reader_expects(text, value):
    document = parse("f.yaml", text)
    assert document.problems == []
    assert document.value == value


def test_places_are_of_values_and_of_keys():
    document = parse("f.yaml", "desks:\n  - {name: x,\n     size: many}\n")
    assert document.place(("desks", 0, "size")) == (3, 12)
    assert document.place(("desks", 0, "size"), key=True) == (3, 6)
    assert document.place(("desks", 7, "size")) == (2, 3)
    assert document.part(("desks", 0)).place(("size",)) == (3, 12)


@pytest.mark.parametrize(("trap", "says"), [
    ("no", "means false"), ("On", "means true"), ("1e6", "a number to some"), ("2026-01-02", "a date"),
    ("17:30", "base 60"), ("0123", "base 8"), ("0x1F", "another base"), (".inf", "no finite number"),
    ("-.inf", "no finite number"), (".NaN", "no finite number"),
])  # fmt: skip
def test_what_yaml_silently_reads_as_something_else_is_reported_and_kept_as_text(trap, says):
    document = parse("f.yaml", f"a: [{trap}]")
    (problem,) = document.problems
    assert (problem.line, problem.column) == (1, 5)
    assert f"unquoted '{trap}'" in problem.what
    assert says in problem.what
    assert document.value == {"a": [trap]}


HOSTILE = {
    "lists": "[" * 200_000, "mappings": "{a: " * 100_000, "dashes": "- " * 100_000, "alias": "a: &a [*a]",
    "colons": f"a: {'x' * 100}: y",
}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_text_is_refused_with_a_place(text):
    (problem,) = parse("f.yaml", text).problems
    assert problem.file == "f.yaml"
    assert problem.line >= 1


def test_a_text_of_a_hundred_megabytes_is_not_read():
    (problem,) = parse("f.yaml", "#" * (CHARACTERS_MAX + 1)).problems
    assert problem.what.startswith("the file has 64,000,001 characters")


def test_a_file_full_of_mistakes_stops_somewhere():
    assert len(problems("a: no\n" * (PROBLEMS_MAX * 3))) == PROBLEMS_MAX


def test_every_mistake_against_a_model_is_found_at_once():
    text = "version: 2\nfloor: grond\nurl: hunter2\ndesks: [a, {nme: x}, 3]\nrooms: {r: {name: 5}}\nextra: 1\n"
    found, mistakes = check(parse("f.yaml", text), Office)
    assert found is None
    assert [str(mistake) for mistake in sorted(mistakes)] == [
        "f.yaml:1:10: version is 2; expected 1",
        "f.yaml:2:8: unknown floor 'grond'; did you mean 'ground'?",
        "f.yaml:3:6: url is not usable; expected a whole number",
        "f.yaml:4:12: field 'name' is missing",
        "f.yaml:4:13: unknown field 'nme'; did you mean 'name'?",
        "f.yaml:4:22: desks is 3; expected text in quotes or a mapping",
        "f.yaml:5:19: name is 5; expected text in quotes",
        "f.yaml:6:1: unknown field 'extra'; expected one of desks, floor, rooms, url, version",
    ]


def test_a_sound_document_becomes_the_model():
    assert validate(parse("f.yaml", "desks: [a, {name: b}]"), Office).desks == ["a", Desk(name="b")]


def test_validating_raises_all_that_is_wrong():
    with pytest.raises(ConfigError) as raised:
        validate(parse("f.yaml", "floor: no\nversion: 3"), Office)
    assert [problem.line for problem in raised.value.problems] == [1, 2]


def test_suggestions_are_the_likest_or_all_of_few():
    assert suggest("keyword", ["keywords", "category"]) == "did you mean 'keywords'?"
    assert suggest("zzz", ["b", "a"]) == "expected one of a, b"
    assert suggest("zzz", [f"name{n}" for n in range(40)]) == ""
