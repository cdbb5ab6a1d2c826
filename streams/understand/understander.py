"""Core: from an article to its events. Start at Understander.

gate → sentences → frames (funding, mna, hardware) → merge what tells one event → weigh → records with evidence.
"""

from dataclasses import dataclass, field

from dealwire.identity import digest
from dealwire.model import Article, Evidence, MarketEvent, Money, Participant, Quantity, Reading
from dealwire.reference.companies import Companies
from dealwire.reference.languages import detect
from dealwire.reference.places import find_places, region
from streams.understand.candidate import Candidate
from streams.understand.explanation import Explanation, Step
from streams.understand.funding import FundingFrames
from streams.understand.gate import holds_trigger
from streams.understand.grammar import Parse
from streams.understand.hardware import HardwareFrames
from streams.understand.lexicon import cue
from streams.understand.mentions import NameFinder
from streams.understand.merging import merge
from streams.understand.mna import DealFrames
from streams.understand.ruleouts import look, title_end
from streams.understand.tokens import Sentence, split_sentences
from streams.understand.weighing import features, probability, weights

EXTRACTOR_VERSION = "1"
"""Part of every reading; an upgrade that changes events raises it."""
BODY_CHARACTERS_MAX = 2500
SENTENCES_MAX = 6
OWN_TEXT_MIN = 150
"""Characters of its own that a press release has before its boilerplate."""
THRESHOLD = {"funding": 0.5, "mna": 0.5, "hardware": 0.45}
BOILERPLATE = cue("understander", "boilerplate")
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

    def __init__(self, companies: Companies) -> None:
        self._companies = companies
        self._known: dict[str, bool] = {}
        self._names = NameFinder(self._is_company)
        self._funding = FundingFrames()
        self._frames = (self._funding, DealFrames(), HardwareFrames(self._is_company))

    def understand(self, article: Article) -> Reading:
        """The article's events; none, and why, where it is in another language."""
        language = article.language[:2].lower() if article.language else detect(f"{article.title} {article.body[:300]}")
        if language != "en":
            return self._empty(article, language=language, why=f"language: {language}")
        if not holds_trigger(article.title) and not holds_trigger(article.body, 0, BODY_CHARACTERS_MAX):
            return self._empty(article, language=language)
        draft = self.draft(article)
        self._weigh(draft)
        events = tuple(
            self._record(article, c, p) for c, p in draft.weighed if p >= THRESHOLD[c.category] or c.background
        )
        if not events:
            return self._empty(article, language=language)
        return Reading(article=article, events=events, extractor=EXTRACTOR_VERSION, language=language)

    def explain(self, article: Article) -> Explanation:
        """How the article was read: triggers, frames, rule-outs and weights."""
        language = article.language[:2].lower() if article.language else detect(f"{article.title} {article.body[:300]}")
        if language != "en":
            return Explanation(article.id, language, passed_over=f"language: {language}")
        if not holds_trigger(article.title) and not holds_trigger(article.body, 0, BODY_CHARACTERS_MAX):
            return Explanation(article.id, language, passed_over="no trigger word")
        draft = self.draft(article)
        self._weigh(draft)
        steps = tuple(Step.of(c, p, THRESHOLD[c.category]) for c, p in draft.weighed)
        return Explanation(
            article.id, language, noted=draft.noted, steps=steps, passed_over="" if steps else "no frame matched"
        )

    def draft(self, article: Article) -> Draft:
        """The merged candidates of an article, not yet weighed."""
        title = article.title
        end = title_end(title)
        body = article.body[:BODY_CHARACTERS_MAX]
        boilerplate = BOILERPLATE.search(body)
        body_end = boilerplate.start() if boilerplate and boilerplate.start() > OWN_TEXT_MIN else len(body)
        draft = Draft(article)
        sentences = [Sentence("title", 0, title, s.start, s.end) for s in split_sentences(title[:end], "title")]
        if body:
            sentences += [
                Sentence("body", s.number, article.body, s.start, s.end)
                for s in split_sentences(body[:body_end], "body", SENTENCES_MAX)
            ]
        found: list[Candidate] = []
        for sentence in sentences:
            if not holds_trigger(sentence.text, sentence.start, sentence.end):
                continue
            parse = Parse(sentence, self._names)
            for frame in self._frames:
                found.extend(frame.read(parse))
            rounds = [c for c in found if c.category == "funding" and c.frame not in {"ipo", "offering"}]
            if sentence.place == "body" and rounds:
                for mention, role in self._funding.investors_of(parse):
                    if mention.key not in rounds[0].keys and not self._is_own(rounds[0], mention.key):
                        rounds[0].add_mention(mention, role, sentence)
        if not found:
            return draft
        draft.noted = look(title[:end], title[:end] + " " + body[:400])
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
        table = weights()
        for candidate in draft.candidates:
            trust = probability(features(candidate, draft.noted, draft.article.source, self._companies), table)
            candidate.background = trust < THRESHOLD[candidate.category] and "relative" in candidate.cues
            draft.weighed.append((candidate, trust))

    def _is_own(self, candidate: Candidate, key: str) -> bool:
        """Whether a name is the recipient's own, in another length."""
        return any(key.startswith(m.key) or m.key.startswith(key) for m in candidate.named("recipient"))

    def _is_company(self, name: str) -> bool:
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = self._companies.resolve(name) is not None
            if len(self._known) > 50_000:
                self._known.clear()
        return known

    def _empty(self, article: Article, *, language: str, why: str = "") -> Reading:
        bare = article.model_copy(update={"body": ""}) if article.body else article
        return Reading(article=bare, extractor=EXTRACTOR_VERSION, language=language, passed_over=why)

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
        regions = self._regions(candidate)
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
            cross_border=self._cross_border(candidate),
            confidence=round(trust, 3),
            background=candidate.background,
            descriptor=candidate.descriptor,
            frame=candidate.frame,
            evidence=tuple(evidence),
        )

    def _country(self, name: str) -> str | None:
        company = self._companies.resolve(name)
        return company.country or None if company else region(name)

    def _regions(self, candidate: Candidate) -> tuple[str, ...]:
        """Where the subject is at home, by the gazetteer, else by what the sentence says of it."""
        found: list[str] = []
        for mention, role, _ in candidate.parties:
            code = self._country(mention.name)
            if code and role in {"recipient", "target", "government", "operator"} and code not in found:
                found.append(code)
        sentence = candidate.sentence
        for place in find_places(sentence.quote):
            if place.code not in found and len(place.code) == 2:
                found.append(place.code)
        return tuple(found[:4])

    def _cross_border(self, candidate: Candidate) -> bool | None:
        """Whether money or ownership crosses a border; None where the countries are not known."""
        givers = {
            c
            for m, r, _ in candidate.parties
            if r in {"investor", "lead_investor", "acquirer"} and (c := self._country(m.name))
        }
        takers = {c for m, r, _ in candidate.parties if r in {"recipient", "target"} and (c := self._country(m.name))}
        if not takers and givers:
            takers = {p.code for p in find_places(candidate.sentence.quote) if len(p.code) == 2} - givers
        if not givers or not takers:
            return None
        return bool(givers - takers)


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
