"""Core: what looks like a deal and is none: share prices, earnings, buybacks, sport, property, charity, opinion."""

import re

from streams.understand.lexicon import cue, rule_outs

TAIL = cue("ruleouts", "tail")
OUTLET_TAIL = cue("ruleouts", "outlet_tail")
RULE_OUTS: tuple[tuple[str, str, re.Pattern[str]], ...] = rule_outs()


def title_end(title: str) -> int:
    """Where the headline ends and its byline begins: "… (Ina Fried/Axios)", "… | TechCrunch"."""
    end = len(title)
    for tail in (TAIL, OUTLET_TAIL):
        found = tail.search(title, 0, end)
        if found and found.start() > 10:
            end = found.start()
    return end


def look(title: str, text: str) -> tuple[str, ...]:
    """The names of the rule-outs that the title or the text brings up."""
    return tuple(name for name, where, cue in RULE_OUTS if cue.search(title if where == "title" else text))
