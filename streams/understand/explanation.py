"""Core: why an article was read as it was, for people (`str`) and for programs (`to_json`)."""

from dataclasses import asdict, dataclass
from typing import Any

from streams.understand.candidate import Candidate


@dataclass(frozen=True, slots=True)
class Step:
    """One candidate: what gave it away, which frame read it, and what decided."""

    category: str
    type: str
    status: str
    frame: str
    trigger: str
    place: str
    parties: tuple[str, ...]
    cues: tuple[str, ...]
    confidence: float
    verdict: str

    @classmethod
    def of(cls, candidate: Candidate, trust: float, threshold: float) -> "Step":
        verdict = (
            "event"
            if trust >= threshold
            else "background"
            if candidate.background
            else f"ruled out: {trust:.2f} is below {threshold:.2f}"
        )
        start, end = candidate.trigger
        return cls(
            category=candidate.category,
            type=candidate.type,
            status=candidate.status,
            frame=candidate.frame,
            trigger=candidate.sentence.text[start:end],
            place=candidate.sentence.place,
            parties=tuple(f"{m.name} ({role})" for m, role, _ in candidate.parties),
            cues=tuple(sorted(candidate.cues)),
            confidence=round(trust, 3),
            verdict=verdict,
        )


@dataclass(frozen=True, slots=True)
class Explanation:
    """How one article was read."""

    id: str
    language: str
    noted: tuple[str, ...] = ()
    """Rule-outs that the text brings up; each weighs against some frames."""
    steps: tuple[Step, ...] = ()
    passed_over: str = ""

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def __str__(self) -> str:
        lines = [f"{self.id}: language {self.language}"]
        if self.passed_over:
            lines.append(f"  passed over: {self.passed_over}")
        if self.noted:
            lines.append(f"  rule-outs noted: {', '.join(self.noted)}")
        for step in self.steps:
            lines.append(f"  {step.verdict}: {step.category}/{step.type}, {step.status} (confidence {step.confidence})")
            lines.append(f"    trigger “{step.trigger}” in the {step.place}, frame {step.frame}")
            if step.parties:
                lines.append(f"    parties: {', '.join(step.parties)}")
            if step.cues:
                lines.append(f"    cues: {', '.join(step.cues)}")
        return "\n".join(lines)
