"""Core: the state as one reading sees it: what is stored, under what this reading has written so far.

Nothing stored is changed in place. Values that are only read are shared with other readings (see Memo); a story that is
to change is `opened`, which gives a copy of its own. `writes` is what the shell applies, and holds only what differs.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from streams.stories.memo import Memo
from streams.stories.record import ArticleRecord, StoryRecord, article_key, in_this_form, opened, story_key


class Draft(Mapping[str, bytes]):
    """Reads through to the state and collects writes; a story that was opened is one object until `writes`."""

    def __init__(self, state: Mapping[str, bytes], memo: Memo | None = None) -> None:
        self._stored = state.get
        self._memo = memo if memo is not None else Memo()
        self._written: dict[str, Any] = {}
        """Values, bytes that are another module's own, or None where the key is to go."""
        self._stories: dict[str, StoryRecord] = {}
        """Those that were opened."""

    def __getitem__(self, key: str) -> bytes:
        value = self._written[key] if key in self._written else self._stored(key)
        if value is None:
            raise KeyError(key)
        return value if isinstance(value, bytes) else orjson.dumps(value)

    def __iter__(self) -> Iterator[str]:
        raise TypeError("the fold reads its state by key and never walks it")

    def __len__(self) -> int:
        raise TypeError("the fold reads its state by key and never counts it")

    def put(self, key: str, value: bytes | None) -> None:
        """Write bytes that are another module's own, or None: the key is to go."""
        self._written[key] = value

    def value(self, key: str) -> Any:
        """The value under the key, not to be changed in place; None where there is none."""
        if key in self._written:
            written = self._written[key]
            return orjson.loads(written) if isinstance(written, bytes) else written
        raw = self._stored(key)
        return None if raw is None else self._memo.value(key, raw)

    def put_value(self, key: str, value: Any) -> None:
        """Write a value; None: the key is to go."""
        self._written[key] = value

    def article(self, article: str) -> ArticleRecord | None:
        record: ArticleRecord | None = self.value(article_key(article))
        return record

    def peek(self, story: str) -> StoryRecord | None:
        """The story as it stands, to look at; the one it was merged into where it was; None where it has expired."""
        record = self.peek_itself(story)
        while record is not None and record["merged_into"]:
            record = self.peek_itself(record["merged_into"])
        return record

    def peek_itself(self, story: str) -> StoryRecord | None:
        record: StoryRecord | None = self._stories.get(story) or self.value(story_key(story))
        return None if record is None else in_this_form(record)

    def open(self, story: str) -> StoryRecord | None:
        """As `peek`, to be changed in place and then kept."""
        record = self.peek(story)
        return None if record is None else self.opened(record)

    def opened(self, record: StoryRecord) -> StoryRecord:
        """The story in a copy that may be changed; the same copy each time."""
        story = record["id"]
        if (own := self._stories.get(story)) is None:
            own = self._stories[story] = opened(record)
        return own

    def keep(self, record: StoryRecord) -> None:
        """Have the opened story written when the draft closes."""
        self._stories[record["id"]] = record
        self._written[story_key(record["id"])] = record

    def forget(self, story: str) -> None:
        self._stories.pop(story, None)
        self._written[story_key(story)] = None

    def writes(self) -> dict[str, bytes | None]:
        """All that differs from what is stored."""
        stored, hold = self._stored, self._memo.hold
        writes: dict[str, bytes | None] = {}
        for key, value in self._written.items():
            if value is None or isinstance(value, bytes):
                if value != stored(key):
                    writes[key] = value
                continue
            raw = orjson.dumps(value)
            if raw != stored(key):
                writes[key] = raw
                hold(key, raw, value)
        return writes
