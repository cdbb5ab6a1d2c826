"""Core: the state as one reading sees it: what is stored, under what this reading has written so far.

Nothing is changed in place: `writes` is what the shell applies, and holds only what differs from what is stored.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from streams.stories.record import (
    ArticleRecord,
    StoryRecord,
    article_key,
    decode,
    encode,
    story_key,
)


class Draft(Mapping[str, bytes]):
    """Reads through to the state and collects writes; a story that was opened is one object until `writes`."""

    def __init__(self, state: Mapping[str, bytes]) -> None:
        self._state = state
        self._written: dict[str, bytes | None] = {}
        self._stories: dict[str, StoryRecord | None] = {}
        self._changed: set[str] = set()

    def __getitem__(self, key: str) -> bytes:
        value = self._written[key] if key in self._written else self._state.get(key)
        if value is None:
            raise KeyError(key)
        return value

    def __iter__(self) -> Iterator[str]:
        raise TypeError("the fold reads its state by key and never walks it")

    def __len__(self) -> int:
        raise TypeError("the fold reads its state by key and never counts it")

    def put(self, key: str, value: bytes | None) -> None:
        self._written[key] = value

    def value(self, key: str) -> Any:
        """The JSON under the key, None where there is none."""
        raw = self._written[key] if key in self._written else self._state.get(key)
        return None if raw is None else orjson.loads(raw)

    def put_value(self, key: str, value: Any) -> None:
        self._written[key] = orjson.dumps(value)

    def article(self, article: str) -> ArticleRecord | None:
        record: ArticleRecord | None = self.value(article_key(article))
        return record

    def story(self, story: str) -> StoryRecord | None:
        """The story, the one it was merged into where it was; None where it has expired."""
        record = self.story_itself(story)
        while record is not None and record["merged_into"]:
            record = self.story_itself(record["merged_into"])
        return record

    def story_itself(self, story: str) -> StoryRecord | None:
        if story not in self._stories:
            raw = self._state.get(story_key(story))
            self._stories[story] = decode(raw) if raw is not None else None
        return self._stories[story]

    def keep(self, record: StoryRecord) -> None:
        """Have the story written when the draft closes."""
        self._stories[record["id"]] = record
        self._changed.add(record["id"])

    def forget(self, story: str) -> None:
        self._stories[story] = None
        self._changed.add(story)

    def writes(self) -> dict[str, bytes | None]:
        """All that differs from what is stored."""
        for story in sorted(self._changed):
            record = self._stories[story]
            self._written[story_key(story)] = encode(record) if record is not None else None
        get = self._state.get
        return {key: value for key, value in self._written.items() if get(key) != value}
