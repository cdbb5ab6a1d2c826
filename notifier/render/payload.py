"""Core: the webhook's JSON, versioned and documented by its schema (`SCHEMA`); fields are added, never changed."""

from typing import Any

import orjson

from notifier.render.notice import Notice
from notifier.render.view import View, title, view

VERSION = 1

SCHEMA: dict[str, Any] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "dealwire webhook",
    "type": "object",
    "required": ["v", "delivery", "receiver", "form", "at", "title", "alerts", "lines"],
    "properties": {
        "v": {"const": VERSION},
        "delivery": {"type": "string", "description": "the idempotency key; a resend has the same"},
        "receiver": {"type": "string"},
        "form": {"enum": ["alert", "group", "digest", "notice"]},
        "at": {"type": "string", "format": "date-time"},
        "title": {"type": "string"},
        "lines": {"type": "array", "items": {"type": "string"}, "description": "of a notice by dealwire itself"},
        "alerts": {"type": "array", "items": {"$ref": "#/$defs/alert"}},
        "earlier": {
            "type": "array",
            "items": {"type": "string"},
            "description": "where all of it is changes: the deliveries that first told of these stories",
        },
    },
    "$defs": {
        "alert": {
            "type": "object",
            "required": ["id", "rule", "story", "version", "kind", "severity", "at", "articles", "reasons", "headline"],
            "properties": {
                "id": {"type": "string"},
                "rule": {"type": "string"},
                "story": {"type": "string"},
                "version": {"type": "integer"},
                "kind": {"enum": ["new", "changed"]},
                "severity": {"type": "string"},
                "labels": {"type": "object", "additionalProperties": {"type": "string"}},
                "at": {"type": "string", "format": "date-time"},
                "articles": {"type": "array", "items": {"type": "string"}},
                "reasons": {"type": "array", "items": {"type": "object"}},
                "changes": {"type": "array", "items": {"type": "object"}},
                "headline": {"type": "string"},
                "facts": {"type": "object", "additionalProperties": {"type": "string"}},
                "quote": {"type": "string"},
                "sources": {"type": "array", "items": {"type": "object", "required": ["name", "title", "url"]}},
                "link": {"type": "string"},
                "facts_of_story": {"type": "object", "description": "the story's record, as on the alerts topic"},
            },
        }
    },
}


def payload(notice: Notice) -> bytes:
    """The body of the webhook's message."""
    return orjson.dumps(
        {
            "v": VERSION,
            "delivery": notice.id,
            "receiver": notice.receiver,
            "form": notice.form,
            "at": notice.at.isoformat(),
            "title": title(notice),
            "lines": list(notice.lines),
            "earlier": [earlier.delivery for earlier in notice.earlier],
            "alerts": [
                {**alert.contract(), **_more(alert), **_shown(view(alert, notice.story_url))} for alert in notice.alerts
            ],
        }
    )


def _more(alert: Any) -> dict[str, Any]:
    chosen = {"severity", "labels", "changes", "rule_title"}
    more: dict[str, Any] = alert.model_dump(mode="json", include=chosen, exclude_none=True)
    if alert.story_view:
        more["facts_of_story"] = alert.story_view.model_dump(mode="json", exclude_none=True)
    return more


def _shown(shown: View) -> dict[str, Any]:
    return {
        "headline": shown.headline,
        "facts": dict(shown.facts),
        "quote": shown.quote,
        "sources": [{"name": s.name, "title": s.title, "url": s.url} for s in shown.sources],
        "link": shown.link,
    }
