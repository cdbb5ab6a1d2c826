"""Shell: an archive as a source of the configuration: it comes in parts, and may grow like a log."""

import asyncio
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

import orjson

from connectors.archive import read
from connectors.source import Batch
from dealwire.errors import SourceError
from dealwire.model import Article

PART_ARTICLES = 500


class ArchiveSource:
    """A file of articles. Its state is how many were taken, and how large the file was when its end was met.

    The reader stays open from part to part; after a restart the articles taken before are read past, once.
    """

    def __init__(self, name: str, path: Path) -> None:
        self.name = name
        self._path = path
        self._reader: Iterator[Article] | None = None
        self._taken = 0
        self._notes: list[str] = []

    async def fetch(self, state: bytes | None, now: datetime) -> Batch:  # noqa: ARG002 - an archive has its own time
        """The next part of the archive behind those taken so far."""
        return await asyncio.to_thread(self._part, state)

    def _part(self, state: bytes | None) -> Batch:
        kept = orjson.loads(state) if state else {"taken": 0, "size": -1}
        size = self._size()
        if kept["size"] == size:
            return Batch(state=state)
        if self._reader is None or self._taken != kept["taken"]:
            self._reader = islice(read(self._path, self._notes.append), kept["taken"], None)
            self._notes.clear()
        found = tuple(islice(self._reader, PART_ARTICLES))
        self._taken = kept["taken"] + len(found)
        more = len(found) == PART_ARTICLES
        if not more:
            self._reader = None
        notes, self._notes[:] = tuple(self._notes), []
        return Batch(found, orjson.dumps({"taken": self._taken, "size": -1 if more else size}), notes=notes, more=more)

    def _size(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError as error:
            raise SourceError(f"{self._path}: {(error.strerror or str(error)).lower()}") from error
