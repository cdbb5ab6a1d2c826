"""Shell: an archive as a source of the configuration: it comes in parts, and grows like a log."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

import orjson

from connectors.archive import read
from connectors.source import Batch

PART_ARTICLES = 500


@dataclass(frozen=True, slots=True)
class ArchiveSource:
    """A JSON Lines or CSV file; its state is how many articles were taken."""

    name: str
    path: Path

    async def fetch(self, state: bytes | None, now: datetime) -> Batch:  # noqa: ARG002 - an archive has its own time
        """The next part of the archive behind those taken so far."""
        taken = int(orjson.loads(state)["taken"]) if state else 0
        return await asyncio.to_thread(self._part, taken)

    def _part(self, taken: int) -> Batch:
        notes: list[str] = []
        found = tuple(islice(read(self.path, notes.append), taken, taken + PART_ARTICLES))
        full = len(found) == PART_ARTICLES
        return Batch(found, orjson.dumps({"taken": taken + len(found)}), notes=tuple(notes), more=full)
