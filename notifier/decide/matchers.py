"""Core: what an alert can be matched, grouped and throttled by, and the matchers that do so.

A matcher is Alertmanager's: `severity=high`, `rule!=noise`, `subject=~"Nvidia|AMD"`, `labels.team!~desk-.*`. Regular
expressions are anchored. A field with several values (companies, regions) matches where any of them does; `!=` and
`!~` are the plain opposites.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from dealwire.identity import fold_text
from dealwire.model import Alert

MATCHER = re.compile(r"""^\s*([\w.-]+)\s*(=~|!~|!=|=)\s*(?:"([^"]*)"|'([^']*)'|(.*?))\s*$""")
PATTERN_LENGTH_MAX = 500
FOLDED_MAX = 10_000
"""How many names, values and patterns are kept ready to compare: those of a busy day."""


def _story(get: Callable[[Any], Sequence[str]]) -> Callable[[Alert], Sequence[str]]:
    def read(alert: Alert) -> Sequence[str]:
        return get(alert.story_view) if alert.story_view else ()

    return read


FIELDS: Mapping[str, Callable[[Alert], Sequence[str]]] = {
    "rule": lambda a: (a.rule,),
    "severity": lambda a: (a.severity,),
    "kind": lambda a: (a.kind,),
    "story": lambda a: (a.story,),
    "alert": lambda a: (a.id,),
    "category": _story(lambda s: (s.category,)),
    "type": _story(lambda s: (s.type,)),
    "status": _story(lambda s: (s.status,)),
    "subject": _story(lambda s: (s.subject,) if s.subject else ()),
    "company": _story(lambda s: tuple(p.name for p in s.participants)),
    "region": _story(lambda s: s.regions),
    "source": _story(lambda s: tuple(dict.fromkeys(t.source for t in s.tellings if t.source))),
}
LABEL = "labels."
WHOLE_RECEIVER = frozenset({"all", "receiver"})
"""Keys that do not tell alerts apart: one group, or one throttle, for the receiver."""


def values(alert: Alert, field: str) -> Sequence[str]:
    """What the alert holds in the field, as text; nothing where the story does not say."""
    if field.startswith(LABEL):
        label = alert.labels.get(field.removeprefix(LABEL))
        return () if label is None else (label,)
    return FIELDS[field](alert)


def known_field(field: str) -> bool:
    return field in FIELDS or (field.startswith(LABEL) and len(field) > len(LABEL))


def key_of(alert: Alert, fields: Sequence[str]) -> str:
    """The alert's key by these fields, readable: `subject=matx rule=rounds`."""
    named = (f for f in fields if f not in WHOLE_RECEIVER)
    return " ".join(f"{field}={_folded('|'.join(sorted(values(alert, field))))}" for field in named)


@dataclass(frozen=True, slots=True)
class Matcher:
    """One condition on one field."""

    field: str
    operator: str
    value: str

    def __str__(self) -> str:
        return f"{self.field}{self.operator}{self.value}"

    def matches(self, alert: Alert) -> bool:
        """Whether the condition holds. Loops, not comprehensions: this is the innermost step of routing."""
        return self._met(values(alert, self.field)) == (self.operator[0] == "=")

    def _met(self, found: Sequence[str]) -> bool:
        if self.operator[-1] == "~":
            pattern = _compiled(self.value)
            for value in found or ("",):  # noqa: SIM110 - a generator takes twice as long
                if pattern.fullmatch(value):
                    return True
            return False
        wanted = _folded(self.value)
        for value in found or ("",):  # noqa: SIM110 - as above
            if _folded(value) == wanted:
                return True
        return False


_folded = lru_cache(maxsize=FOLDED_MAX)(fold_text)


@lru_cache(maxsize=FOLDED_MAX)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def parse_matcher(text: str) -> Matcher:
    """The matcher that `text` writes; ValueError where it is none.

    >>> str(parse_matcher('subject =~ "nvidia|amd"'))
    'subject=~nvidia|amd'
    """
    found = MATCHER.match(text)
    if not found:
        raise ValueError(f"{text!r} is not a matcher; write it like severity=high or subject=~'nvidia|amd'")
    field, operator, *quoted = found.groups()
    value = next((q for q in quoted if q is not None), "")
    if not known_field(field):
        raise ValueError(f"unknown field {field!r} in {text!r}; there are {', '.join(FIELDS)} and labels.NAME")
    if operator.endswith("~"):
        if len(value) > PATTERN_LENGTH_MAX:
            raise ValueError(f"the pattern of {field!r} is longer than {PATTERN_LENGTH_MAX} characters")
        try:
            _compiled(value)
        except re.error as error:
            raise ValueError(f"{value!r} is not a regular expression: {error}") from error
    return Matcher(field, operator, value)


def parse_matchers(given: Any) -> tuple[Matcher, ...]:
    """Matchers from a list of texts, one text, or a mapping of field to value; all of them must hold."""
    if isinstance(given, Mapping):
        given = [f"{field}={value}" for field, value in given.items()]
    if isinstance(given, str | Matcher):
        given = [given]
    return tuple(m if isinstance(m, Matcher) else parse_matcher(str(m)) for m in given)


@lru_cache(maxsize=FOLDED_MAX)
def parsed(written: tuple[str, ...]) -> tuple[Matcher, ...]:
    """The matchers that a silence holds in writing."""
    return parse_matchers(written)


def all_match(matchers: Sequence[Matcher], alert: Alert) -> bool:
    for matcher in matchers:  # noqa: SIM110 - as above
        if not matcher.matches(alert):
            return False
    return True
