"""Core: joining the candidates of one article that tell one event: the headline's and those of the body."""

from dealwire.reference.companies import Companies
from dealwire.reference.names import fold_name
from streams.understand.candidate import Candidate

ROUND_WORDS = frozenset({"equity_round", "strategic_investment", "undisclosed"})
SUBJECTS = {
    "funding": ("recipient",),
    "mna": ("target", "partner", "acquirer"),
    "hardware": ("vendor", "operator", "customer", "government", "partner"),
}


def merge(candidates: list[Candidate], companies: Companies) -> list[Candidate]:
    """One candidate an event, in the order of the text; the first telling is kept and filled from the later ones."""
    kept: list[Candidate] = []
    for candidate in candidates:
        twin = next((k for k in kept if _one_event(k, candidate, companies)), None)
        if twin is None:
            kept.append(candidate)
        else:
            _absorb(twin, candidate)
    return kept


def _keys(candidate: Candidate, companies: Companies) -> set[str]:
    roles = SUBJECTS[candidate.category]
    return {companies.key(m.name) for m, role, _ in candidate.parties if role in roles}


def _alike(a: set[str], b: set[str]) -> bool:
    """Whether two sets share a name, or the short form of one ("Railtown" of "Railtown AI")."""
    return bool(a & b) or any(len(x) > 3 and (y.startswith(x) or x.startswith(y)) for x in a for y in b)


def _one_event(kept: Candidate, new: Candidate, companies: Companies) -> bool:
    if kept.category != new.category:
        return False
    mine, theirs = _keys(kept, companies), _keys(new, companies)
    same_body = new.sentence.place == "body"
    if mine and theirs and not _alike(mine, theirs):
        return False
    if kept.amount and new.amount and not _same_sum(kept, new):
        return same_body and new.sentence.number > 4 and False
    if (
        kept.category == "funding"
        and kept.type != new.type
        and kept.type not in ROUND_WORDS
        and new.type not in ROUND_WORDS
    ):
        return same_body
    if kept.sentence.place == new.sentence.place == "title" and kept.category == "hardware":
        return bool(mine & theirs)
    if not mine or not theirs:
        return same_body or (kept.category == "funding" and kept.sentence is not new.sentence)
    return True


def _same_sum(a: Candidate, b: Candidate) -> bool:
    if a.amount is None or b.amount is None:
        return False
    one, other = a.amount.money, b.amount.money
    return one.currency == other.currency and abs(one.value - other.value) <= 0.05 * max(
        abs(one.value), abs(other.value)
    )


def _absorb(kept: Candidate, new: Candidate) -> None:
    """Fill what the first telling left open."""
    if kept.type in ROUND_WORDS and new.type not in ROUND_WORDS and kept.category == "funding":
        kept.type = new.type
    names = {fold_name(m.name) for m, _, _ in kept.parties}
    single = {"recipient", "target", "acquirer", "seller"}
    for mention, role, sentence in new.parties:
        folded = fold_name(mention.name)
        if role in single and kept.named(role):
            continue
        if kept.category == "hardware" or any(folded.startswith(n) or n.startswith(folded) for n in names):
            continue
        kept.add_mention(mention, role, sentence)
    if kept.amount is None:
        kept.amount, kept.amount_in = new.amount, new.amount_in
    if kept.valuation is None:
        kept.valuation, kept.valuation_in = new.valuation, new.valuation_in
    kept.quantities.extend(q for q in new.quantities if q not in kept.quantities)
    if (
        kept.status == "announced"
        and new.status in {"closed", "completed"}
        and kept.category == "funding"
        and new.sentence.number <= 2
    ):
        kept.status = new.status
        kept.status_words = None
    kept.cues.add("told_twice")
