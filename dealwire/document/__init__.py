"""Core: files that people write, as YAML, with every mistake at its place. Used for rules and for the configuration.

    parse(name, text) ──▶ Document ──validate(document, Model)──▶ Model, or ConfigError with every Problem

`reading` makes values that know their line and column, `validation` holds them against a pydantic model, `wording`
says what may have been meant.
"""

from dealwire.document.reading import Document, Path, parse, paused_collection
from dealwire.document.validation import check, validate
from dealwire.document.wording import quote, suggest

__all__ = ["Document", "Path", "check", "parse", "paused_collection", "quote", "suggest", "validate"]
