"""Core: the API described as OpenAPI 3.1."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

STORY_FILTERS = {
    "q": "Free text: companies, sums, times, words, as in `Cerebras over $100M since Friday`.",
    "category": "funding, mna or hardware.",
    "company": "A company's name, alias or key.",
    "min_usd": "At least so many US dollars.",
    "region": "An ISO 3166-1 alpha-2 code.",
    "rule": "The id of a rule that fired.",
    "confidence": "At least so sure, from 0 to 1.",
    "days": "The last so many days.",
    "since": "An ISO 8601 date or moment.",
    "cursor": "Where to go on, from `next` of the page before.",
    "limit": "At most so many, up to 500.",
}
FILTERS = {
    "stories": STORY_FILTERS,
    "companies": {"name": "Part of a name."},
    "alerts": {"rule": "Only of this rule.", "limit": "At most so many, up to 500."},
    "deliveries": {"state": "Only in this state.", "receiver": "Only to this one.", "limit": "At most so many."},
}
MEDIA = {"json": "application/json", "csv": "text/csv", "atom": "application/atom+xml"}
ITEMS = {
    "type": "object",
    "required": ["items", "next"],
    "properties": {
        "items": {"type": "array", "items": {"type": "object"}},
        "next": {"type": ["string", "null"], "description": "The cursor of the rest; null where this is all."},
    },
}
PROBLEM = {
    "type": "object",
    "required": ["status", "error"],
    "properties": {"status": {"type": "integer"}, "error": {"type": "string"}, "reference": {"type": "string"}},
}


def describe(lists: Sequence[str]) -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, Any] = {}
    for name in lists:
        for form in MEDIA:
            paths[f"/api/v1/{name}.{form}"] = {"get": _list(name, form)}
    for form in ("json", "csv"):
        paths[f"/api/v1/figures.{form}"] = {"get": _list("figures", form)}
    paths["/api/v1/stories/{id}.json"] = {"get": _one_story()}
    paths["/api/v1/events"] = {"get": _events()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "dealwire",
            "version": version("dealwire"),
            "description": "Deals as dealwire understood them.",
        },
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}},
        "security": [{}, {"token": []}],
    }


def _list(name: str, form: str) -> dict[str, Any]:
    schema: dict[str, Any] = ITEMS if form == "json" else {"type": "string"}
    return {
        "operationId": f"{name}-{form}",
        "summary": f"The list of {name.replace('-', ' ')} as {form.upper() if form != 'atom' else 'Atom'}.",
        "parameters": [
            {"name": field, "in": "query", "required": False, "description": said, "schema": {"type": "string"}}
            for field, said in FILTERS.get(name, {}).items()
        ],
        "responses": {"200": {"description": "The list.", "content": {MEDIA[form]: {"schema": schema}}}} | _refusals(),
    }


def _one_story() -> dict[str, Any]:
    schema = {"type": "object", "required": ["story", "alerts"]}
    return {
        "operationId": "story",
        "summary": "One story with its facts, tellings, versions, and the alerts on it.",
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
        "responses": {"200": {"description": "The story.", "content": {MEDIA["json"]: {"schema": schema}}}}
        | _refusals(),
    }


def _events() -> dict[str, Any]:
    said = "Events `story` with the id of a story that is new or changed; `reset`: more was missed than can be told."
    return {
        "operationId": "events",
        "summary": "Stories as they change, as server-sent events.",
        "parameters": [
            {
                "name": "Last-Event-ID",
                "in": "header",
                "required": False,
                "description": "What was seen last: all that came after it is sent first.",
                "schema": {"type": "string"},
            }
        ],
        "responses": {"200": {"description": said, "content": {"text/event-stream": {"schema": {"type": "string"}}}}},
    }


def _refusals() -> dict[str, Any]:
    content = {MEDIA["json"]: {"schema": PROBLEM}}
    return {"422": {"description": "A filter cannot be meant.", "content": content},
            "401": {"description": "Not signed in.", "content": content}}  # fmt: skip
