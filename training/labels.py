"""Shell: labelled articles as the models are fitted on them: which label a candidate tells, if any.

A row is an article (`id, title, body?, source?`) with `gold`, the events that a reader finds in it. Where a reader was
only asked about what the understanding proposed, the row has `judged` besides: one entry a proposal, with its
`category`, `place`, where its trigger starts (`start`), and `label`, the index in `gold` of the event that it tells or
null where it tells none. Of such an article nothing else is known, so nothing else teaches. A row may say as how many
articles it counts (`count`).
"""

import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from connectors import archive
from dealwire.log import logger
from dealwire.model import Article
from dealwire.reference.names import fold_name
from streams.understand.candidate import Candidate
from streams.understand.understander import Proposal

log = logger("training")
FOLDS = 5
EPOCH_START = datetime(2026, 1, 1, tzinfo=UTC)

Label = Mapping[str, Any]
"""One event of a row's `gold`."""
Asked = tuple[str, str, int]
"""The category, place and start of the trigger of a proposal that a reader was asked about."""


@dataclass(frozen=True)
class Labelled:
    """One labelled article, and which part of the cross-validation it is of."""

    row: Mapping[str, Any]
    article: Article
    fold: int
    count: float
    """As how many articles it is to count."""
    judged: Mapping[Asked, int | None] | None = None
    """What was said of each proposal, where a reader was asked about nothing else."""

    @property
    def gold(self) -> Sequence[Label]:
        return self.row["gold"]  # type: ignore[no-any-return]  # rows are read from JSON

    def told(self, candidate: Candidate, proposal: Proposal) -> Label | None:
        """The label that the candidate's sentence tells; where a reader was asked, the one that the answer names."""
        if self.judged is None:
            return told_label(candidate, proposal, self.gold)
        index = self.judged[asked_of(candidate)]
        return None if index is None else self.gold[index]

    def best(self, candidate: Candidate, used: set[int]) -> int | None:
        """The index of the label that the merged candidate tells, none of those in `used`."""
        if self.judged is None:
            return best_label(candidate, self.gold, used)
        return self.judged[asked_of(candidate)]

    def is_asked(self, candidate: Candidate) -> bool:
        """Whether the reader's answer covers this candidate."""
        return self.judged is None or asked_of(candidate) in self.judged


def asked_of(candidate: Candidate) -> Asked:
    """How a row's `judged` names the candidate."""
    return candidate.category, candidate.sentence.place, candidate.trigger[0]


def archived(path: Path) -> Iterator[Mapping[str, Any]]:
    """The rows of an archive; what is broken in it is told and passed over."""
    return (row for _, row in archive.rows(path, lambda said: log.warning("row_passed_over", said=said)))


def articles_of(rows: Iterable[Mapping[str, Any]]) -> list[Labelled]:
    """The rows as articles, each with its fold of the cross-validation."""
    return [
        Labelled(
            row,
            Article.create(
                id=row["id"],
                title=row["title"],
                body=row.get("body") or "",
                source=row.get("source") or "",
                fetched=EPOCH_START,
            ),
            zlib.crc32(row["id"].encode()) % FOLDS,
            row.get("count", 1.0),
            _judged(row["judged"]) if "judged" in row else None,
        )
        for row in rows
    ]


def _judged(entries: Iterable[Mapping[str, Any]]) -> dict[Asked, int | None]:
    return {(e["category"], e["place"], e["start"]): e["label"] for e in entries}


def best_label(candidate: Candidate, gold: Sequence[Label], used: set[int]) -> int | None:
    """The index of the label that the candidate tells, by shared names and amount."""
    names = {fold_name(m.name) for m, _, _ in candidate.parties}
    best: tuple[float, int] | None = None
    for index, label in enumerate(gold):
        if index in used or label["category"] != candidate.category:
            continue
        shared = len(names & {fold_name(p["name"]) for p in label.get("participants") or []})
        money = same_money(candidate, label.get("amount"))
        kind = label["type"] == candidate.type
        factless = not label.get("participants") and not label.get("amount")
        if not (shared or money or (factless and kind)):
            continue
        likeness = 2.0 * shared + 2.0 * money + kind - 0.5 * bool(label.get("background"))
        if best is None or likeness > best[0]:
            best = (likeness, index)
    return best[1] if best else None


def told_label(candidate: Candidate, proposal: Proposal, gold: Sequence[Label]) -> Label | None:
    """The label that the candidate's sentence tells, by the names in it and the amount."""
    named = {fold_name(m.name) for m in proposal.parse.names}
    own = {fold_name(m.name) for m, _, _ in candidate.parties}
    best: tuple[float, int] | None = None
    for index, label in enumerate(gold):
        if label["category"] != candidate.category:
            continue
        theirs = {fold_name(p["name"]) for p in label.get("participants") or []}
        money = same_money(candidate, label.get("amount"))
        shared = len(named & theirs)
        if not (shared or money):
            continue
        likeness = shared + len(own & theirs) + 2.0 * money + 0.5 * (label["type"] == candidate.type)
        likeness -= 0.25 * bool(label.get("background"))
        if best is None or likeness > best[0]:
            best = (likeness, index)
    return gold[best[1]] if best else None


def same_money(candidate: Candidate, label: Mapping[str, Any] | None) -> bool:
    """Whether the candidate's amount is the labelled one, within 1 %."""
    if candidate.amount is None or not label:
        return False
    money = candidate.amount.money
    return bool(money.currency == label["currency"] and abs(money.value - label["value"]) <= 0.01 * abs(label["value"]))


def is_open(gold: Sequence[Label], candidate: Candidate, used: set[int]) -> bool:
    """Whether a label of the category is still unpaired: the candidate saw the event and misread its names."""
    return any(
        g["category"] == candidate.category and not g.get("background") and i not in used for i, g in enumerate(gold)
    )
