"""Core: from an article to its events. Start at Understander.

gate → sentences → frames (funding, mna, hardware) → merge what tells one event → weigh → records with evidence.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from dealwire.identity import digest
from dealwire.model import Article, Category, Evidence, MarketEvent, Money, Participant, Quantity, Reading
from dealwire.reference.companies import Companies
from dealwire.reference.languages import ENGLISH, detect, is_english_title
from streams.understand.candidate import Candidate
from streams.understand.explanation import Explanation, Step
from streams.understand.funding import FundingFrames
from streams.understand.gate import holds_trigger
from streams.understand.grammar import Parse
from streams.understand.hardware import HardwareFrames
from streams.understand.homes import Homes
from streams.understand.kinds import KindReader
from streams.understand.lexicon import cue
from streams.understand.linear import Linear, Logistic, bundled_linear, bundled_logistic
from streams.understand.look import FirstLook
from streams.understand.mentions import NameFinder
from streams.understand.merging import merge
from streams.understand.mna import DealFrames
from streams.understand.roles import RoleReader
from streams.understand.ruleouts import look, title_end
from streams.understand.shapes import shapes
from streams.understand.tokens import Sentence, split_sentences
from streams.understand.weighing import context_of, early_features, features
from streams.understand.whole import WholeSentences

EXTRACTOR_VERSION = "6"
"""Part of every reading; an upgrade that changes events raises it."""
BODY_CHARACTERS_MAX = 2500
SENTENCES_MAX = 6
OWN_TEXT_MIN = 150
"""Characters of its own that a press release has before its boilerplate."""
THRESHOLD = 0.5
"""An event is claimed where it is more likely than not."""
POSSIBLE = 0.15
"""From here on an event is possible: enough to tell which story an article belongs to, if somebody else claims one."""
PURPOSE = re.compile(r"\b(?:to|for)\s+(?:help\s+|further\s+)?$", re.IGNORECASE)
BOILERPLATE = cue("understander", "boilerplate")
ASIDE = cue("understander", "aside")
"""What stands before a verb that a headline says in passing: "Acme, which raised $5m last year, opens …"."""
PAST = cue("understander", "past")
"""Such a verb. In the present the aside tells what the company does: "Acme, which sells trucks, raised $5m"."""
SUBJECT_ROLES = (
    "recipient",
    "target",
    "vendor",
    "operator",
    "government",
    "customer",
    "acquirer",
    "partner",
    "seller",
    "investor",
    "lead_investor",
)


class Frames(Protocol):
    """The frames of one category."""

    def read(self, parse: Parse) -> Iterable[Candidate]:
        """The events that they propose of one sentence."""


@dataclass(frozen=True)
class Models:
    """What was learned: what a sentence speaks of, who takes which part, of what type and status an event is, and
    whether it is one.
    """

    looks: Mapping[Category, Logistic]
    early: Mapping[Category, Logistic]
    roles: Mapping[Category, Linear]
    types: Mapping[Category, Linear]
    statuses: Mapping[Category, Linear]
    weights: Mapping[Category, Logistic]

    @classmethod
    def bundled(cls) -> "Models":
        """The models that ship."""
        return cls(
            bundled_logistic("looks"),
            bundled_logistic("early"),
            bundled_linear("roles"),
            bundled_linear("types"),
            bundled_linear("statuses"),
            bundled_logistic("weights"),
        )


@dataclass(frozen=True, slots=True)
class Proposal:
    """One sentence and the candidates that the frames read in it."""

    parse: Parse
    candidates: tuple[Candidate, ...]


@dataclass
class Draft:
    """What is known of an article on the way to its events."""

    article: Article
    noted: tuple[str, ...] = ()
    candidates: list[Candidate] = field(default_factory=list)
    weighed: list[tuple[Candidate, float]] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


class Understander:
    """Reads articles; holds nothing that an article changes."""

    def __init__(self, companies: Companies, models: Models | None = None, *, looks_open: bool = False) -> None:
        """Where the looks are open, every sentence is parsed: what `training.gates` compares the first look with."""
        models = models or Models.bundled()
        self._companies = companies
        self._homes = Homes(companies)
        self._known: dict[str, bool] = {}
        self._names = NameFinder(self._is_company)
        self.look = FirstLook(models.looks, is_open=looks_open)
        self._early = models.early
        self._frames: Mapping[Category, Frames] = {
            "funding": FundingFrames(),
            "mna": DealFrames(),
            "hardware": HardwareFrames(self._is_company),
        }
        self._whole = WholeSentences()
        self.roles = RoleReader(models.roles, companies)
        self._kinds = KindReader(models.types, models.statuses)
        self._weights = models.weights

    def understand(self, article: Article) -> Reading:
        """The article's events; none, and why, where it is in another language."""
        language, text = _legible(article)
        if language != ENGLISH:
            return self._empty(article, language=language, why=f"language: {language}")
        if not holds_trigger(text.title) and not holds_trigger(text.body, 0, BODY_CHARACTERS_MAX):
            return self._empty(article, language=language)
        draft = self.draft(text)
        self._weigh(draft)
        events = tuple(self._record(text, c, p) for c, p in draft.weighed if p >= THRESHOLD or c.background)
        possible = tuple(
            self._record(text, c, p) for c, p in draft.weighed if POSSIBLE <= p < THRESHOLD and not c.background
        )
        if not events:
            return self._empty(article, language=language, possible=possible)
        return Reading(
            article=article, events=events, possible=possible, extractor=EXTRACTOR_VERSION, language=language
        )

    def explain(self, article: Article) -> Explanation:
        """How the article was read: triggers, frames, rule-outs and weights."""
        language, text = _legible(article)
        if language != ENGLISH:
            return Explanation(article.id, language, passed_over=f"language: {language}")
        if not holds_trigger(text.title) and not holds_trigger(text.body, 0, BODY_CHARACTERS_MAX):
            return Explanation(article.id, language, passed_over="no trigger word")
        draft = self.draft(text)
        self._weigh(draft)
        steps = tuple(Step.of(c, p, THRESHOLD) for c, p in draft.weighed)
        return Explanation(
            article.id,
            language,
            noted=draft.noted,
            steps=steps,
            passed_over="" if steps else "no sentence is worth weighing",
        )

    def sentences(self, article: Article) -> list[Sentence]:
        """The sentences that are looked at: those of the title and the first of the body that hold a trigger."""
        title = article.title
        end = title_end(title)
        body = article.body[:BODY_CHARACTERS_MAX]
        boilerplate = BOILERPLATE.search(body)
        body_end = boilerplate.start() if boilerplate and boilerplate.start() > OWN_TEXT_MIN else len(body)
        found = [Sentence("title", 0, title, s.start, s.end) for s in split_sentences(title[:end], "title")]
        if body:
            found += [
                Sentence("body", s.number, article.body, s.start, s.end)
                for s in split_sentences(body[:body_end], "body", SENTENCES_MAX)
            ]
        return [s for s in found if holds_trigger(s.text, s.start, s.end)]

    def proposals(self, article: Article) -> list[Proposal]:
        """The candidates of each sentence as the frames propose them, in the order of the text."""
        proposals = []
        for sentence in self.sentences(article):
            chances = self.look.categories(sentence)
            if not chances:
                continue
            parse = Parse(sentence, self._names)
            found = [candidate for category in chances for candidate in self._frames[category].read(parse)]
            found.extend(self._whole.read(parse, found, chances))
            if found:
                skeleton = tuple(bone for bone, _ in parse.skeleton)
                firsts = tuple(first for _, first in parse.skeleton)
                for candidate in found:
                    candidate.skeleton = skeleton
                    candidate.bone_tokens = firsts
                    candidate.bone = parse.bone_at(parse.trigger_at(candidate.trigger[0]))
                    candidate.shapes = shapes(skeleton, candidate.bone)
                    candidate.look = chances[candidate.category]
                found = [c for c in found if self._may_be(c)]
            if found:
                proposals.append(Proposal(parse, tuple(found)))
        return proposals

    def _may_be(self, candidate: Candidate) -> bool:
        """Whether a candidate is worth reading: the early weighing drops what has hardly a chance."""
        return self._early[candidate.category].probability(early_features(candidate)) >= 0.5

    def draft(self, article: Article) -> Draft:
        """The merged candidates of an article, not yet weighed."""
        return self.settle(article, self.proposals(article))

    def named_in_title(self, proposals: Sequence[Proposal]) -> frozenset[str]:
        """The keys of the names in the title."""
        return frozenset(m.key for p in proposals if p.parse.sentence.place == "title" for m in p.parse.names)

    def settle(self, article: Article, proposals: Sequence[Proposal]) -> Draft:
        """Give each proposed candidate its roles, type and status; join those that tell one event."""
        draft = Draft(article)
        if not proposals:
            return draft
        title = article.title[: title_end(article.title)]
        named = self.named_in_title(proposals)
        found: list[Candidate] = []
        for proposal in proposals:
            parts = [self.roles.parts(c, proposal.parse, proposal.candidates, named) for c in proposal.candidates]
            for candidate, taken in zip(proposal.candidates, parts, strict=True):
                self._kinds.settle(candidate, title)
                candidate.take(taken)
                if candidate.parties or candidate.amount or proposal.parse.sentence.place == "title":
                    found.append(candidate)
        draft.noted = look(title, title + " " + article.body[:400])
        draft.candidates = merge(found, self._companies)
        for candidate in draft.candidates:
            beside = {
                c.category
                for c in draft.candidates
                if c.sentence.start == candidate.sentence.start and c.sentence.place == candidate.sentence.place
            }
            candidate.cues.update(f"beside_{other}" for other in sorted(beside - {candidate.category}))
        return draft

    def _weigh(self, draft: Draft) -> None:
        article = draft.article
        for candidate in draft.candidates:
            around = context_of(candidate.sentence.place, article.title, article.body)
            found = features(candidate, draft.noted, article.source, self._companies, around)
            trust = self._weights[candidate.category].probability(found)
            candidate.background = (trust < THRESHOLD and "relative" in candidate.cues) or _is_aside(candidate)
            draft.weighed.append((candidate, trust))
        for index, (candidate, trust) in enumerate(draft.weighed):
            if any(_tells_better(other, rival, candidate, trust) for other, rival in draft.weighed):
                candidate.cues.add("told_by_another_event")
                draft.weighed[index] = (candidate, 0.0)

    def _is_company(self, name: str) -> bool:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._companies.resolve(name) is not None
            if len(self._known) > 50_000:
                self._known.clear()
        return known

    def _empty(
        self, article: Article, *, language: str, why: str = "", possible: tuple[MarketEvent, ...] = ()
    ) -> Reading:
        bare = article.model_copy(update={"body": ""}) if article.body else article
        return Reading(article=bare, possible=possible, extractor=EXTRACTOR_VERSION, language=language, passed_over=why)

    # -- records ------------------------------------------------------------------------------------------------------

    def _record(self, article: Article, candidate: Candidate, trust: float) -> MarketEvent:
        participants = []
        evidence = [_evidence("trigger", candidate.sentence, *candidate.trigger)]
        for mention, role, sentence in candidate.parties:
            company = self._companies.resolve(mention.name)
            participants.append(Participant(name=mention.name, role=role, company=company.id if company else None))
            evidence.append(_evidence(f"participant:{mention.name}", sentence, mention.start, mention.end))
        amount, valuation = None, None
        if candidate.amount is not None and candidate.amount_in is not None:
            amount = candidate.amount.money
            evidence.append(_evidence("amount", candidate.amount_in, candidate.amount.start, candidate.amount.end))
        if candidate.valuation is not None and candidate.valuation_in is not None:
            valuation = candidate.valuation.money
            evidence.append(
                _evidence("valuation", candidate.valuation_in, candidate.valuation.start, candidate.valuation.end)
            )
        quantities: list[Quantity] = []
        for found, sentence in candidate.quantities:
            if any(q.kind == found.quantity.kind for q in quantities):
                continue
            quantities.append(found.quantity)
            evidence.append(_evidence(f"quantity:{found.quantity.kind}", sentence, found.start, found.end))
        if candidate.status_words is not None:
            evidence.append(_evidence("status", candidate.sentence, *candidate.status_words))
        regions = self._homes.regions(candidate)
        subject = next((p.name for role in SUBJECT_ROLES for p in participants if p.role == role), None)
        return MarketEvent(
            id=digest(
                article.id,
                article.revision,
                candidate.category,
                candidate.type,
                subject,
                _sum_key(amount),
                candidate.sentence.place,
                str(candidate.trigger[0]),
            ),
            category=candidate.category,
            type=candidate.type,
            status=candidate.status,
            subject=subject,
            participants=tuple(participants),
            amount=amount,
            valuation=valuation,
            quantities=tuple(quantities),
            regions=regions,
            cross_border=self._homes.cross_border(candidate),
            confidence=round(trust, 3),
            background=candidate.background,
            descriptor=candidate.descriptor,
            frame=candidate.frame,
            evidence=tuple(evidence),
        )


def _is_aside(candidate: Candidate) -> bool:
    """Whether a headline tells it in passing, between the commas of what it is about."""
    sentence, (start, end) = candidate.sentence, candidate.trigger
    if sentence.place != "title" or "," not in sentence.text[end : sentence.end]:
        return False
    if PAST.match(sentence.text, start) is None:
        return False
    return ASIDE.search(sentence.text[sentence.start : start]) is not None


def _tells_better(other: Candidate, rival: float, candidate: Candidate, trust: float) -> bool:
    """Whether another event says what a hardware candidate seems to say.

    Who buys a chip maker buys no chips from it, and what a round is raised for ("to build chips") is its purpose.
    """
    if candidate.category != "hardware" or rival < max(trust, THRESHOLD):
        return False
    if other.category == "mna":
        aside = candidate.frame == "supply" or candidate.sentence.place == "body"
        return aside and bool(candidate.keys) and candidate.keys <= other.keys
    same = other.sentence.start == candidate.sentence.start and other.sentence.place == candidate.sentence.place
    text = candidate.sentence.text[other.trigger[1] : candidate.trigger[0]] if same else ""
    return other.category == "funding" and PURPOSE.search(text) is not None and candidate.keys <= other.keys


def _legible(article: Article) -> tuple[str, Article]:
    """The article's language, and what there is to read in it: under an English title that an aggregator gave to an
    article in another script, the title.
    """
    if article.language:
        return article.language[:2].lower(), article
    language = detect(f"{article.title} {article.body[:300]}")
    if is_english_title(article.title, language):
        return ENGLISH, article.model_copy(update={"body": ""})
    return language, article


def _sum_key(money: Money | None) -> str:
    return f"{money.value}{money.currency}" if money else ""


def _evidence(fact: str, sentence: Sentence, start: int, end: int) -> Evidence:
    return Evidence(
        fact=fact,
        place="title" if sentence.place == "title" else "body",
        start=start,
        end=end,
        quote=sentence.text[start:end],
    )
