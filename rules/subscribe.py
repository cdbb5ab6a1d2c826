"""Core: rules files written for people who do not want to: a rule put in or taken out, all else left as it is.

Texts in, text out; comments, order and quoting of what was there stay (ruamel.yaml's round trip).
"""

import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import DoubleQuotedScalarString

from dealwire.document import Document, parse, suggest
from dealwire.errors import ConfigError, UsageError

LINE_WIDTH = 10_000
"""Lines that are there are not broken anew."""
ID_WORDS_MAX = 6


@dataclass(frozen=True, slots=True)
class Subscription:
    """What somebody wants to hear of."""

    match: Mapping[str, Any]
    send_to: tuple[str, ...] = ()
    id: str = ""
    """Made of the match where it is empty."""
    title: str = ""
    severity: str = ""

    @property
    def rule_id(self) -> str:
        """The id given, or one made of the words of the match.

        >>> Subscription({"company": ["OpenAI"], "category": ["funding"], "amount": ">= 1B USD"}).rule_id
        'openai-funding-1b-usd'
        """
        if self.id:
            return self.id
        said = " ".join(text for key in sorted(self.match, key=_RANK.index) for text in _texts(self.match[key]))
        return "-".join(re.findall(r"[a-z0-9]+", said.casefold())[:ID_WORDS_MAX]) or "rule"


_RANK = ("company", "category", "type", "region", "text", "amount", "valuation", "power")
"""What a made id begins with; also all that can be subscribed to."""


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    else:
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)


def subscribe(text: str, subscription: Subscription) -> tuple[str, str]:
    """The rules file with the rule put in, and its id; a taken id gets a number. Empty text makes a new file."""
    yaml, document = _read(text)
    rules = document.setdefault("rules", CommentedSeq())
    taken = {rule.get("id") for rule in rules if isinstance(rule, dict)}
    rule_id = subscription.rule_id
    if rule_id in taken:
        if subscription.id:
            raise UsageError(f"there is a rule {rule_id!r} already; unsubscribe it first, or choose another --id")
        rule_id = next(f"{rule_id}-{n}" for n in range(2, len(taken) + 3) if f"{rule_id}-{n}" not in taken)
    rules.append(_rule(subscription, rule_id))
    return _write(yaml, document), rule_id


def unsubscribe(text: str, rule_id: str) -> str:
    """The rules file without this rule; UsageError where it has none of this id."""
    yaml, document = _read(text)
    rules = document.get("rules") or CommentedSeq()
    ids = [rule.get("id") if isinstance(rule, dict) else None for rule in rules]
    if rule_id not in ids:
        hint = suggest(rule_id, [known for known in ids if isinstance(known, str)])
        raise UsageError(f"there is no rule {rule_id!r} here{'; ' if hint else ''}{hint}")
    del rules[ids.index(rule_id)]
    return _write(yaml, document)


def _read(text: str) -> tuple[YAML, CommentedMap]:
    """The file as ruamel.yaml keeps it; ConfigError with what is wrong with it as YAML."""
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = LINE_WIDTH
    yaml.brace_single_entry_mapping_in_flow_sequence = True
    parsed = parse("rules", text)
    yaml.indent(mapping=2, **_sequence_indent(parsed))
    problems = parsed.problems
    try:
        document = yaml.load(text)
    except YAMLError as error:
        raise ConfigError(problems) from error
    if document is None:
        document = CommentedMap({"version": 1})
    if not isinstance(document, CommentedMap) or not isinstance(document.get("rules", []), list):
        raise UsageError("this is no rules file: expected a mapping with a list of rules")
    return yaml, document


def _sequence_indent(document: Document) -> dict[str, int]:
    """How far lists are indented in this file: as its rules are."""
    line, column = document.place(("rules", 0))
    is_block = line > document.place(("rules",), key=True)[0]
    column = column if is_block and column in {3, 5, 7} else 5
    return {"sequence": column - 1, "offset": column - 3}


def _rule(subscription: Subscription, rule_id: str) -> CommentedMap:
    rule = CommentedMap({"id": rule_id})
    if subscription.title:
        rule["title"] = subscription.title
    if subscription.severity:
        rule["severity"] = subscription.severity
    rule["match"] = CommentedMap({key: _value(value) for key, value in subscription.match.items()})
    if subscription.send_to:
        rule["send_to"] = CommentedSeq(map(_value, subscription.send_to))
        rule["send_to"].fa.set_flow_style()
    return rule


def _value(value: Any) -> Any:
    """As a person would write it: lists on one line, texts that YAML could misread in quotes."""
    if isinstance(value, list):
        several = CommentedSeq([_value(item) for item in value])
        several.fa.set_flow_style()
        return several[0] if len(several) == 1 else several
    if isinstance(value, dict):
        mapping = CommentedMap({key: _value(item) for key, item in value.items()})
        mapping.fa.set_flow_style()
        return mapping
    if isinstance(value, str):
        plain = re.fullmatch(r"[A-Za-z][\w .&'-]*", value) and not parse("value", value).problems
        return value if plain and parse("value", value).value == value else DoubleQuotedScalarString(value)
    return value


def _write(yaml: YAML, document: CommentedMap) -> str:
    written = io.StringIO()
    yaml.dump(document, written)
    return written.getvalue()
