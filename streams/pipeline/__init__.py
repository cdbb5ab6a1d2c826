"""Core: a reading's way through the fold, the rules and their firing. Start reading in `advance`.

    advance(state, reading, book, companies) -> Outcome(writes, alerts, steps, held)

`state` is read by key alone and never walked; the caller applies `writes`.
"""

from streams.pipeline.advance import advance
from streams.pipeline.catching_up import catch_up
from streams.pipeline.correcting import apply_correction
from streams.pipeline.outcome import Held, Outcome, StoryStep, said_of
from streams.pipeline.rebuild import rebuild_indexes

__all__ = ["Held", "Outcome", "StoryStep", "advance", "apply_correction", "catch_up", "rebuild_indexes", "said_of"]
