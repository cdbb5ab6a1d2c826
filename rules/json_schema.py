"""Core: the rule language as a JSON Schema (draft 2020-12), so that editors complete and check it as it is written.

It is made from what loading uses: the models of rules.schema and the table of rules.fields. A schema cannot say all
that loading checks: what it allows may still be refused by `dealwire check`.
"""

from typing import Any

from dealwire.reference.places import GROUPS
from rules.fields import FIELDS, Field
from rules.grammar import GROUPS_OF_COMPANIES
from rules.schema import EXTENSION, RulesFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_MATCH = {"$ref": "#/$defs/Match"}
_COMPARISON = r"^\s*(>=|<=|=>|=<|==|≥|≤|>|<|=)\s*\S"

Schema = dict[str, Any]


def build() -> Schema:
    """The schema of a rules file."""
    schema = RulesFile.model_json_schema(mode="validation")
    definitions: Schema = schema["$defs"]
    entry = definitions["RuleEntry"]["properties"]
    entry["match"] = _MATCH | {"description": "What the rule asks for: all keys of a mapping, any entry of a list."}
    entry["sequence"] = {
        "description": "Steps that stories of one company take in order: a category, a type, or a match.",
        "type": "array",
        "minItems": 2,
        "items": {"anyOf": [{"enum": [*FIELDS["category"].words, *FIELDS["type"].words]}, _MATCH]},
    }
    entry["count"] = {"description": "How many stories must match.", "type": "string", "examples": [">= 3"]}
    definitions["Match"] = _match()
    for field in FIELDS.values():
        definitions[f"Field.{field.name}"] = _field(field)
    schema["patternProperties"] = {f"^{EXTENSION}": True}
    return {"$schema": DIALECT, "title": "dealwire rules", **{k: v for k, v in schema.items() if k != "title"}}


def _match() -> Schema:
    properties: Schema = {
        name: {"$ref": f"#/$defs/Field.{name}", "description": field.means} for name, field in FIELDS.items()
    }
    properties |= {
        "any": {"type": "array", "items": _MATCH, "minItems": 1, "description": "At least one of these holds."},
        "all": {"type": "array", "items": _MATCH, "minItems": 1, "description": "All of these hold."},
        "not": _MATCH | {"description": "This does not hold."},
    }
    mapping = {"type": "object", "properties": properties, "additionalProperties": False, "minProperties": 1}
    return {"anyOf": [mapping, {"type": "array", "items": _MATCH, "minItems": 1}]}


def _field(field: Field) -> Schema:
    this = {"$ref": f"#/$defs/Field.{field.name}"}
    several = {"type": "array", "items": this, "minItems": 1}
    keys: Schema = {"any": several, "all": several, "not": this}
    if field.kind == "name":
        names = {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
        keys |= dict.fromkeys(GROUPS_OF_COMPANIES, names)
    joined = {
        "type": "object", "properties": keys, "additionalProperties": False, "minProperties": 1, "maxProperties": 1,
    }  # fmt: skip
    return {"description": field.means, "anyOf": [_single(field), several, joined]}


def _single(field: Field) -> Schema:
    """One value of the field."""
    match field.kind:
        case "flag":
            return {"type": "boolean"}
        case "money" | "quantity" | "number":
            compared = {"type": "string", "pattern": _COMPARISON, "examples": [field.example]}
            return {"anyOf": [compared, {"const": "undisclosed"}]}
        case "word":
            loose = {"type": "string", "pattern": _spelt_loosely(field.words)}
            return {"anyOf": [{"enum": list(field.words)}, loose]}
        case "place":
            return {"type": "string", "minLength": 1, "examples": [*GROUPS, "US", "Germany"]}
        case _:
            return {"type": "string", "minLength": 1, "examples": [field.example] if field.example else []}


def _spelt_loosely(words: tuple[str, ...]) -> str:
    """`Series B` and `series-b` are read as `series_b`."""
    spelt = ("".join("[ _-]" if letter == "_" else f"[{letter}{letter.upper()}]" for letter in word) for word in words)
    return f"^({'|'.join(spelt)})$"
