"""Core: what a reader's form asks about a story, as a record: a correction, an acknowledgement, a silence.

A request that makes no sense raises UsageError with the sentence that stands above the form.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import unquote, urlsplit

from dealwire.errors import UsageError
from dealwire.model import Story
from notifier.decide.matchers import Matcher
from notifier.decide.silences import Acknowledgement, Silence
from notifier.render.escape import one_line
from streams.stories import request as ask
from streams.stories.correction import Correction
from streams.stories.request import Signature

AUTHOR_LENGTH_MAX = 80
REASON_LENGTH_MAX = 500
VALUE_LENGTH_MAX = 200
LASTING: Mapping[str, timedelta] = {
    "4h": timedelta(hours=4),
    "24h": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it was filled in: one value for each field, and the articles that were ticked."""

    values: Mapping[str, str]
    articles: tuple[str, ...]
    now: datetime

    def value(self, name: str, length_max: int = VALUE_LENGTH_MAX) -> str:
        return self.values.get(name, "").strip()[:length_max]

    @property
    def author(self) -> str:
        return self.value("author", AUTHOR_LENGTH_MAX)

    @property
    def reason(self) -> str:
        return self.value("reason", REASON_LENGTH_MAX)

    def signature(self) -> Signature:
        return Signature(self.author, self.reason, self.now)


def correction_of(verb: str, story: Story, filled: Filled, find: Callable[[str], Story]) -> Correction:
    """The correction that a form asks for; `find` gives another story by its id."""
    if verb == "merge":
        return ask.merge(story, find(story_named(filled.value("other"))), filled.signature())
    if verb == "split":
        return ask.split(story, filled.articles, filled.signature())
    return ask.correct(story, filled.value("fact"), filled.value("value"), filled.signature())


def undo_of(correction: Correction, filled: Filled) -> Correction:
    """The record that takes a correction back."""
    return ask.undo(correction, filled.signature())


def story_named(said: str) -> str:
    """The id of a story, given as itself or as the address of its page.

    >>> story_named("https://desk.example/stories/3f9a2c4b?done=muted"), story_named(" 3f9a2c4b ")
    ('3f9a2c4b', '3f9a2c4b')
    """
    path = urlsplit(said.strip()).path
    return unquote(path.rstrip("/").rpartition("/")[2])


def acknowledgement_of(story: Story, filled: Filled) -> Acknowledgement:
    """Seen at this version, by the author."""
    if not filled.author:
        raise UsageError("an acknowledgement is signed; say who you are")
    return Acknowledgement(
        story=story.id, story_version=story.version, author=filled.author, comment=filled.reason, at=filled.now
    )


def mutable(story: Story, rules: Mapping[str, str]) -> list[tuple[str, str]]:
    """What can be muted from this story's page: matchers, and how they are called. `rules` are those that fired."""
    found = [(("story", story.id), "this story")]
    if story.subject:
        found.append((("subject", one_line(story.subject)), f"everything about {one_line(story.subject)}"))
    found += [(("rule", rule), f"the rule {title}") for rule, title in rules.items()]
    return [(str(Matcher(field, "=", value)), name) for (field, value), name in found]


def silence_of(filled: Filled, offered: Mapping[str, str]) -> Silence:
    """The silence that a form asks for; only what the form offered can be muted here."""
    matcher, lasting = filled.value("matcher"), LASTING.get(filled.value("lasting"))
    if matcher not in offered or lasting is None:
        raise UsageError("choose what to mute and for how long")
    if not filled.author or not filled.reason:
        raise UsageError("a mute is signed; say who you are, and why")
    try:
        return Silence.create(
            matchers=[matcher],
            starts=filled.now,
            ends=filled.now + lasting,
            author=filled.author,
            comment=filled.reason,
        )
    except ValueError as error:
        raise UsageError(str(error)) from error


def applies(silence: Silence, story: Story, rules: Mapping[str, str]) -> bool:
    """Whether the silence is one that this story's page offers."""
    return bool(set(silence.matchers) & dict(mutable(story, rules)).keys())
