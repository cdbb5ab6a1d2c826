"""Core: reading an article: which events it reports, and the words that prove each fact.

    gate ─▶ tokens ─▶ mentions, sums ─▶ grammar ─▶ funding, mna, hardware ─▶ merging ─▶ weighing ─▶ MarketEvent

Start at `understander`.
"""

from streams.understand.understander import EXTRACTOR_VERSION, Understander

__all__ = ["EXTRACTOR_VERSION", "Understander"]
