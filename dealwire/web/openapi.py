"""Core: the API described as OpenAPI 3.1."""

from collections.abc import Sequence
from importlib.metadata import version
from typing import Any

from dealwire.model import Story

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
    "companies": {"name": "Part of a name or alias."},
    "suggestions": {
        "text": "What is being typed: companies with a name or alias that begins so.",
        "sentence": "1: the name is at the end of a sentence.",
    },
    "alerts": {"rule": "Only of this rule.", "limit": "At most so many, up to 500."},
    "deliveries": {"state": "Only in this state.", "receiver": "Only to this one.", "limit": "At most so many."},
}
MEDIA = {"json": "application/json", "csv": "text/csv", "atom": "application/atom+xml"}
FORM_NAMES = {"json": "JSON", "csv": "CSV", "atom": "Atom"}
PROBLEM_MEDIA = "application/problem+json"
"""RFC 9457."""
PROBLEM = {
    "type": "object",
    "required": ["title", "status", "detail"],
    "properties": {
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What is wrong, and what would be right."},
        "reference": {"type": "string", "description": "Under which the log has the cause."},
    },
}
TEXT = {"type": "string"}
ID = {"name": "id", "in": "path", "required": True, "schema": TEXT}
MAYBE_TEXT = {"type": ["string", "null"]}
TEXTS = {"type": "array", "items": TEXT}
MOMENT = {"type": "string", "format": "date-time"}
MAYBE_MOMENT = {"type": ["string", "null"], "format": "date-time"}
COUNT = {"type": "integer", "minimum": 0}
NUMBER = {"type": "number"}
MAYBE_NUMBER = {"type": ["number", "null"]}
FLAG = {"type": "boolean"}
COLUMNS: dict[str, dict[str, dict[str, Any]]] = {
    "stories": {
        "id": TEXT, "at": MOMENT, "title": TEXT, "page": TEXT, "category": TEXT, "type": TEXT, "status": TEXT,
        "subject": MAYBE_TEXT, "amount": MAYBE_NUMBER, "currency": MAYBE_TEXT, "usd": MAYBE_NUMBER,
        "low": MAYBE_NUMBER, "high": MAYBE_NUMBER, "participants": TEXTS, "regions": TEXTS, "confidence": NUMBER,
        "version": COUNT, "sources": COUNT, "rules": TEXTS, "first_at": MOMENT, "arrived": MOMENT, "retracted": FLAG,
        "acknowledged": FLAG, "url": TEXT,
    },
    "companies": {
        "id": TEXT, "name": TEXT, "page": TEXT, "stories": COUNT, "money_in": NUMBER, "money_out": NUMBER, "at": MOMENT,
    },
    "suggestions": {
        "id": TEXT, "name": TEXT, "known_as": TEXT, "typed": TEXT, "stories": COUNT, "page": TEXT,
    },
    "alerts": {
        "id": TEXT, "at": MOMENT, "title": TEXT, "rule": TEXT, "severity": TEXT, "kind": TEXT, "story": TEXT,
        "version": COUNT, "page": TEXT, "reasons": TEXTS,
    },
    "rules": {
        "id": TEXT, "title": TEXT, "severity": TEXT, "enabled": FLAG, "experimental": FLAG, "at": MAYBE_MOMENT,
        "page": TEXT, "file": TEXT, "line": COUNT, "send_to": TEXTS,
    },
    "feeds": {
        "id": TEXT, "name": TEXT, "condition": TEXT, "at": MAYBE_MOMENT, "last_visit": MAYBE_MOMENT, "items": COUNT,
        "events": COUNT, "errors_in_a_row": COUNT, "error": TEXT, "page": TEXT,
    },
    "deliveries": {
        "seq": COUNT, "id": TEXT, "receiver": TEXT, "form": TEXT, "state": TEXT, "group_key": TEXT,
        "created_at": MOMENT, "due_at": MOMENT, "deadline_at": MOMENT, "attempts": COUNT, "sent_at": MAYBE_MOMENT,
        "error": TEXT, "receipt": {"type": "object"}, "notice": TEXT, "at": MOMENT, "title": TEXT, "page": TEXT,
    },
    "dead-letters": {"id": TEXT, "at": MOMENT, "title": TEXT, "reason": TEXT, "octets": COUNT, "page": TEXT},
    "figures": {
        "id": TEXT, "at": MOMENT, "title": TEXT, "page": TEXT, "chart": TEXT, "row": TEXT, "column": TEXT,
        "value": TEXT,
    },
}  # fmt: skip
"""What a row of each list holds."""


def describe(lists: Sequence[str]) -> dict[str, Any]:
    """The whole description."""
    paths: dict[str, Any] = {}
    for name in lists:
        for form in MEDIA:
            paths[f"/api/v1/{name}.{form}"] = {"get": _list(name, form)}
    for form in MEDIA:
        paths[f"/api/v1/figures.{form}"] = {"get": _list("figures", form)}
    paths["/api/v1/stories/{id}.json"] = {"get": _one_story()}
    for form in ("csv", "atom"):
        paths[f"/api/v1/stories/{{id}}.{form}"] = {"get": _versions(form)}
    paths["/api/v1/openapi.json"] = {"get": _itself()}
    paths["/api/v1/events"] = {"get": _events()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "dealwire",
            "version": version("dealwire"),
            "description": "Deals as dealwire understood them.",
        },
        "paths": paths,
        "components": {"securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}, "schemas": _schemas()},
        "security": [{}, {"token": []}],
    }


def _schemas() -> dict[str, Any]:
    """The records that answers hold, as the code defines them."""
    story = Story.model_json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    return {**story.pop("$defs", {}), "Story": story, "Problem": PROBLEM}


def _items(name: str) -> dict[str, Any]:
    row = {"type": "object", "required": list(COLUMNS[name]), "properties": COLUMNS[name]}
    after = {"type": ["string", "null"], "description": "The cursor of the rest; null where this is all."}
    listed = {"items": {"type": "array", "items": row}, "next": after}
    return {"type": "object", "required": ["items", "next"], "properties": listed}


def _list(name: str, form: str) -> dict[str, Any]:
    schema: dict[str, Any] = _items(name) if form == "json" else {"type": "string"}
    return {
        "operationId": f"{name}-{form}",
        "summary": f"The list of {name.replace('-', ' ')} as {FORM_NAMES[form]}.",
        "parameters": [
            {"name": field, "in": "query", "required": False, "description": said, "schema": {"type": "string"}}
            for field, said in FILTERS.get(name, {}).items()
        ],
        "responses": {"200": {"description": "The list.", "content": {MEDIA[form]: {"schema": schema}}}} | _refusals(),
    }


def _one_story() -> dict[str, Any]:
    alerts = {"type": "array", "items": {"type": "object"}, "description": "What was decided and sent of each."}
    held = {"story": {"$ref": "#/components/schemas/Story"}, "alerts": alerts}
    schema = {"type": "object", "required": list(held), "properties": held}
    return {
        "operationId": "story",
        "summary": "One story with its facts, tellings, versions, and the alerts on it.",
        "parameters": [ID],
        "responses": {"200": {"description": "The story.", "content": {MEDIA["json"]: {"schema": schema}}}}
        | _refusals()
        | _unknown(),
    }


def _versions(form: str) -> dict[str, Any]:
    return {
        "operationId": f"story-versions-{form}",
        "summary": f"The versions of one story as {FORM_NAMES[form]}, the latest first.",
        "parameters": [ID],
        "responses": {"200": {"description": "Them.", "content": {MEDIA[form]: {"schema": TEXT}}}}
        | _refusals()
        | _unknown(),
    }


def _itself() -> dict[str, Any]:
    content = {MEDIA["json"]: {"schema": {"type": "object"}}}
    return {
        "operationId": "openapi",
        "summary": "This description.",
        "responses": {"200": {"description": "It.", "content": content}},
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
    content = {PROBLEM_MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"422": {"description": "A filter cannot be meant.", "content": content},
            "401": {"description": "Not signed in.", "content": content}}  # fmt: skip


def _unknown() -> dict[str, Any]:
    content = {PROBLEM_MEDIA: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"404": {"description": "There is no such story.", "content": content}}
