"""Core: who takes which part in a candidate, learned from labelled articles.

A frame says who its grammar makes the doer and the done-to; that, the words around a name, its place in the sentence
and what the gazetteer knows of it are the features of a multinomial regression. `training.train` fits it.
"""

from collections.abc import Iterator, Mapping, Sequence

from dealwire.model import Category, Role
from dealwire.reference.companies import Companies
from dealwire.reference.places import region
from streams.understand.candidate import Candidate, Part
from streams.understand.grammar import Parse
from streams.understand.lexicon import word_list
from streams.understand.linear import Linear, key_of
from streams.understand.mentions import Mention

NONE = "none"
ROLES: Mapping[Category, tuple[Role, ...]] = {
    "funding": ("recipient", "investor", "lead_investor", "seller", "target", "partner", "government", "customer"),
    "mna": ("acquirer", "target", "seller", "partner", "investor", "government"),
    "hardware": ("vendor", "customer", "operator", "partner", "government", "investor", "target"),
}
FORMER = frozenset({"former", "ex", "ex-", "onetime", "one-time"})
ALUMNI = word_list("grammar", "not_itself") | {
    "executives",
    "executive",
    "scientists",
    "designers",
    "developers",
    "people",
}
TAKEN_FROM = 0.5
"""A name takes part where P(none) is below this."""
NEAR = 8
"""Tokens looked at on either side for the verb and the preposition that govern a name."""
PREPOSITIONS = frozenset(
    {
        "by",
        "from",
        "with",
        "in",
        "of",
        "for",
        "to",
        "at",
        "into",
        "on",
        "over",
        "against",
        "between",
        "via",
        "through",
        "alongside",
        "including",
        "and",
        "behind",
        "under",
    }
)


class RoleReader:
    """Assigns roles to the names of a candidate's sentence."""

    def __init__(self, model: Mapping[Category, Linear], companies: Companies) -> None:
        self._model = model
        self._companies = companies
        self._kinds: dict[str, tuple[str, ...]] = {}

    def parts(
        self, candidate: Candidate, parse: Parse, beside: Sequence[Candidate], title: frozenset[str]
    ) -> list[Part]:
        """The part of every name of the sentence, NONE included."""
        model = self._model[candidate.category]
        out = _taken_out(candidate, parse, beside)
        found: list[dict[str, float]] = []
        before = NONE
        for mention, features in zip(parse.names, self.features(candidate, parse, beside, title), strict=True):
            if mention.first in out:
                chances = {NONE: 1.0}
            else:
                chances = model.probabilities([*map(key_of, features), f"before={before}"])
            found.append(chances)
            before = max(chances, key=chances.__getitem__)
        for run in _lists(parse):
            shared = _mean([found[i] for i in run if parse.names[i].first not in out])
            for i in run:
                if parse.names[i].first not in out:
                    found[i] = shared
        return [
            _part(mention, candidate.category, chances) for mention, chances in zip(parse.names, found, strict=True)
        ]

    def features(
        self, candidate: Candidate, parse: Parse, beside: Sequence[Candidate], title: frozenset[str]
    ) -> Iterator[list[str]]:
        """The features of each name of the sentence, in order, without the role of the name before."""
        lowers = parse.lowers
        trigger = parse.trigger_at(candidate.trigger[0])
        own: dict[int, Role] = {m.first: role for m, role, s in candidate.parties if s is parse.sentence}
        other: dict[int, Role] = {
            m.first: role
            for twin in beside
            if twin is not candidate and twin.category == candidate.category
            for m, role, s in twin.parties
            if s is parse.sentence
        }
        span = parse.segment(trigger)
        amount_at = parse.token_at(candidate.amount.start) if candidate.amount else None
        word = lowers[trigger] if trigger < len(lowers) else ""
        style = "title" if parse.sentence.is_title_case else "sentence"
        for index, mention in enumerate(parse.names):
            frame_role = own.get(mention.first, "-")
            before, behind = mention.first - 1, mention.last + 1
            if behind < len(lowers) and parse.tokens[behind].is_possessive:
                behind += 1
            side = "before" if mention.last < trigger else "behind" if mention.first > trigger else "at"
            distance = (trigger - mention.last) if side == "before" else (mention.first - trigger)
            w1 = lowers[before] if before >= 0 else "^"
            w2 = lowers[before - 1] if before >= 1 else "^"
            n1 = lowers[behind] if behind < len(lowers) else "$"
            n2 = lowers[behind + 1] if behind + 1 < len(lowers) else "$"
            left_verb, left_link = self._left(parse, before)
            right_verb = self._right(parse, behind)
            joined = self._joined(parse, index)
            ahead = self._joined(parse, index + 1) if index + 1 < len(parse.names) else ""
            found = [
                f"frame={frame_role}",
                f"{candidate.frame}={frame_role}",
                f"other={other.get(mention.first, '-')}:{frame_role}",
                f"side={side}:{min(index, 4)}",
                f"{side}:{candidate.frame}",
                f"from_end={min(len(parse.names) - 1 - index, 3)}:of={min(len(parse.names), 5)}",
                f"{side}:far={_far(distance)}",
                f"in={span[0] <= mention.first < span[1]}:{side}",
                f"type={candidate.type}:{side}",
                f"status={candidate.status}:{frame_role}",
                f"place={parse.sentence.place}:{style}:{min(index, 2)}",
                f"owns={mention.possessive}:{side}",
                f"known={mention.known}",
                f"joined={joined}",
                f"ahead={ahead}",
                f"title={mention.key in title}:{parse.sentence.place}",
                f"w:t:{word}:{side}",
                f"w:t:{word}:{left_link}",
                f"w:l1:{w1}",
                f"w:l2:{w2} {w1}",
                f"w:r1:{n1}",
                f"w:r2:{n1} {n2}",
                f"w:lr:{w1}:{n1}",
                f"w:lv:{left_verb}",
                f"w:ll:{left_link}",
                f"w:lvl:{left_verb}:{left_link}",
                f"w:rv:{right_verb}",
                f"w:lvrv:{left_verb}:{right_verb}",
                f"w:rvf:{right_verb}:{frame_role}",
                f"w:lvf:{left_verb}:{frame_role}",
                f"w:llf:{left_link}:{frame_role}",
                f"w:last:{mention.key.rsplit(' ', 1)[-1]}",
            ]
            if mention.suffix:
                found.append(f"suffix={mention.suffix}")
            if amount_at is not None:
                found.append(f"sum={'before' if mention.last < amount_at else 'behind'}:{side}")
                found.append(f"sum_far={_far(abs(mention.first - amount_at))}:{frame_role}")
            found.extend(f"is={kind}" for kind in self._kind(mention))
            found.extend(f"is={kind}:{frame_role}" for kind in self._kind(mention)[:1])
            low, high = (mention.last + 1, trigger) if side == "before" else (trigger + 1, mention.first)
            if 0 <= high - low <= NEAR:
                found.append(f"w:between:{side}:{' '.join(lowers[low:high])}")
                found.extend(f"w:mid:{side}:{w}" for w in lowers[low:high])
            yield found

    def _left(self, parse: Parse, i: int) -> tuple[str, str]:
        """The verb and the preposition that come last before token i + 1."""
        verb = link = ""
        for j in range(i, max(i - NEAR, -1), -1):
            if j in parse.name_at:
                continue
            word = parse.lowers[j]
            if not link and word in PREPOSITIONS:
                link = word
            if word in _VERBS:
                verb = word
                break
        return verb, link

    def _right(self, parse: Parse, i: int) -> str:
        for j in range(i, min(i + NEAR, len(parse.lowers))):
            if j not in parse.name_at and parse.lowers[j] in _VERBS:
                return parse.lowers[j]
        return ""

    def _joined(self, parse: Parse, index: int) -> str:
        """How a name hangs together with the one before it: what stands between, where that is short."""
        if index == 0:
            return "^"
        between = parse.lowers[parse.names[index - 1].last + 1 : parse.names[index].first]
        return " ".join(between) if len(between) <= 2 and all(len(w) < 6 for w in between) else "far"

    def _kind(self, mention: Mention) -> tuple[str, ...]:
        known = self._kinds.get(mention.name)
        if known is None:
            company = self._companies.resolve(mention.name)
            if company is not None:
                known = (company.kind, *(f"sector {s}" for s in company.sectors))
            else:
                known = ("place",) if region(mention.name) else ("unknown",)
            if len(self._kinds) > 50_000:
                self._kinds.clear()
            self._kinds[mention.name] = known
        return known


def _taken_out(candidate: Candidate, parse: Parse, beside: Sequence[Candidate]) -> set[int]:
    """The names that take no part: those of another event of the sentence, and who only used to employ somebody."""
    own = {m.first for m, _, s in candidate.parties if s is parse.sentence}
    bystanders = {m.first for m in parse.names if _is_former_employer(parse, m)}
    return bystanders | {
        m.first
        for twin in beside
        if twin is not candidate and twin.category == candidate.category
        for m, _, s in twin.parties
        if s is parse.sentence and m.first not in own
    }


def _is_former_employer(parse: Parse, mention: Mention) -> bool:
    """Whether the name says where people come from: "former Google engineers", "two OpenAI veterans"."""
    before = parse.lowers[mention.first - 1] if mention.first else ""
    behind = parse.lowers[mention.last + 1 : mention.last + 4]
    return (before in FORMER and not ALUMNI.isdisjoint(behind)) or (behind[:1] in [["veterans"], ["alumni"]])


def _lists(parse: Parse) -> list[list[int]]:
    """The runs of names that "and" joins: they take one part together."""
    runs: list[list[int]] = []
    run, joined = [0], False
    for i in range(1, len(parse.names) + 1):
        between = (
            set(parse.lowers[parse.names[i - 1].last + 1 : parse.names[i].first]) if i < len(parse.names) else set()
        )
        if between and between <= {",", "and", "&", "&amp;"}:
            run.append(i)
            joined = joined or bool(between & {"and", "&", "&amp;"})
            continue
        if joined:
            runs.append(run)
        run, joined = [i], False
    return runs


def _mean(chances: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: sum(c[name] for c in chances) / len(chances) for name in chances[0]} if chances else {}


def _part(mention: Mention, category: Category, chances: Mapping[str, float]) -> Part:
    idle = chances[NONE]
    role = _likeliest(ROLES[category], chances) if idle < TAKEN_FROM else None
    return Part(mention, role, idle if role is None else 1.0 - idle)


def _likeliest(roles: Sequence[Role], chances: Mapping[str, float]) -> Role:
    return max(roles, key=lambda role: chances.get(role, 0.0))


def _far(distance: int) -> str:
    return str(distance) if distance < 4 else "4-6" if distance < 7 else "7-12" if distance < 13 else "13+"


_VERBS = word_list("grammar", "finite_verbs") | word_list("grammar", "subject_verbs")
