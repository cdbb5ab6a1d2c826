"""Core: who does what to whom around a word, read from the order of names, verbs, commas and prepositions.

This is no full parser: headlines and press releases keep to few constructions, and a reader that knows them (relative
clauses after the subject, verbs sharing one subject, passives, lists of names) needs no tree.
"""

from streams.understand.clauses import BREAKS, CLAUSE_OPENERS, NOBODY, RELATIVES, Clauses, Party
from streams.understand.lexicon import word_list
from streams.understand.mentions import FUNCTION_WORDS, Mention

NOUN_PHRASE_TOKENS_MAX = 14
LIST_WORDS_MAX = 5
PRONOUNS = frozenset({"it", "they", "he", "she", "we"})
DEFINITE = frozenset(
    {
        "company",
        "startup",
        "firm",
        "group",
        "chipmaker",
        "maker",
        "lab",
        "business",
        "bank",
        "company's",
        "developer",
        "provider",
    }
)
NOUN_CHAIN = frozenset(
    [
        "talks",
        "agreement",
        "deal",
        "discussions",
        "letter",
        "intent",
        "right",
        "rights",
        "bid",
        "approval",
        "option",
        "contract",
        "race",
        "deals",
        "plan",
        "plans",
        "roadshow",
        "proposal",
        "efforts",
        "effort",
        "offer",
        "negotiations",
        "terms",
        "track",
        "preparations",
        "push",
        "pact",
    ]
)


class Parse(Clauses):
    """One sentence with its names and sums, and the questions that frames ask of it."""

    def chain_start(self, i: int) -> int:
        """The first token of the auxiliaries, adverbs and "agrees to" that lead up to a verb at i."""
        light, nouns_to = _words("light_verbs"), NOUN_CHAIN
        j = i - 1
        while j >= 0:
            word = self.lowers[j]
            if j in self.name_at and word not in {"will", "may"}:
                break
            if (
                word in light
                or (word in nouns_to and self._leads_to(j))
                or (word in _words("chain_fillers") and self.lowers[j + 1] in nouns_to | _words("chain_behind"))
            ):
                j -= 1
                continue
            break
        return j + 1

    def _leads_to(self, j: int) -> bool:
        following = self.lowers[j + 1] if j + 1 < len(self.lowers) else ""
        return following in {"to", "of", "for", "with", "on"}

    def subject_of(self, i: int) -> Party:
        """Who does what the verb at i says."""
        j = self.chain_start(i) - 1
        while j >= 0 and self.tokens[j].text in {")", "”", '"', "®", "™", "’", "'"}:
            if self.tokens[j].text == ")":
                j = next((k for k in range(j, max(j - 24, -1), -1) if self.tokens[k].text == "("), j)
            j -= 1
        if j < 0:
            return NOBODY
        word = self.lowers[j]
        mention = self.name_at.get(j)
        if mention is not None:
            return self.coordinated(mention)
        if word in RELATIVES:
            return self._antecedent(j)
        if word in PRONOUNS or (word in DEFINITE and j and self.lowers[j - 1] in {"the", "said"}):
            return self._referent(j)
        if word in {",", "and", "then", "or", "&", ";", "to", "but"} or word in _words("finite_verbs"):
            return self.lead_of(j)
        if word == "-" or word in BREAKS:
            return NOBODY
        return self._noun_phrase_left(j)

    def coordinated(self, mention: Mention) -> Party:
        """The list of names that ends with this one."""
        run = [mention]
        j = mention.first - 1
        while j >= 0:
            k = j
            while k >= 0 and self.lowers[k] in {",", "and", "&"}:
                k -= 1
            earlier = self.name_at.get(k) if k < j else None
            if earlier is None:
                break
            run.insert(0, earlier)
            j = earlier.first - 1
        if j >= 0 and self.lowers[j] in {"of", "at", "from", "behind", "for", "by", "with", "in"} and len(run) == 1:
            before = self.name_at.get(j - 1)
            if before is not None:
                return Party((before,), "", before.start, before.end)
            if self.lowers[j] in {"from", "by", "with", "in", "at", "for", "behind"} and j:
                lead = self.lead_of(j)
                if lead.mentions:
                    return lead
                if lead.descriptor:
                    return lead
        owner = None
        if j >= 1 and self.tokens[j].is_possessive:
            owner = self.name_at.get(j - 1)
        if len(run) > 1 and self._closes_apposition(run):
            lead = self.lead_of(mention.first)
            if lead.mentions:
                return lead
        return Party(tuple(run), "", run[0].start, mention.end, owner=owner)

    def _closes_apposition(self, run: list[Mention]) -> bool:
        """Whether commas before the verb close "Acme, formerly Bolt, raises", not a list."""
        first, second = run[0], run[1]
        between = self.lowers[first.last + 1 : second.first]
        return between == [","] and second.last + 1 < len(self.lowers) and self.lowers[second.last + 1] == ","

    def _antecedent(self, j: int) -> Party:
        k = j - 1
        while k >= 0 and self.lowers[k] in {",", ")"}:
            if self.lowers[k] == ")":
                k = next((q for q in range(k, -1, -1) if self.tokens[q].text == "("), k)
            k -= 1
        mention = self.name_at.get(k)
        if mention is None:
            lead = self.lead_of(j)
            return Party(lead.mentions, lead.descriptor, lead.start, lead.end, relative=True)
        return Party((mention,), "", mention.start, mention.end, relative=True)

    def _referent(self, j: int) -> Party:
        lead = self.lead_of(j)
        if lead.mentions and lead.mentions[0].first < j:
            return lead
        earlier = self._lead_from(0, j)
        return earlier if earlier.mentions else NOBODY

    def _noun_phrase_left(self, j: int) -> Party:
        """The noun phrase that ends at a plain word j: "Sony's gaming division", "an AI chip startup"."""
        k = j
        while k >= 0 and j - k < NOUN_PHRASE_TOKENS_MAX:
            word = self.lowers[k]
            if self.tokens[k].is_possessive and k and self.name_at.get(k - 1):
                if self.lowers[j] in _words("not_itself"):
                    return self._descriptor(k - 1, j + 1)
                owner = self.name_at[k - 1]
                end = self.tokens[j].end
                return Party(
                    (owner,),
                    self.sentence.text[self.tokens[k].end : end].strip(),
                    owner.start,
                    owner.end,
                    of_owner=True,
                )
            if k in self.name_at:
                k = self.name_at[k].first - 1
                continue
            if word in {"of", "from", "at", "behind", "in", "for", "with", "by", "to", "on"}:
                lead = self.lead_of(k)
                return lead if lead.mentions or lead.descriptor else NOBODY
            if word in {","} | BREAKS | CLAUSE_OPENERS or word in _words("finite_verbs"):
                break
            k -= 1
        inside = [m for m in self.names if k < m.first and m.last <= j]
        if inside and self.lowers[j] in _words("role_nouns"):
            last = inside[-1]
            return Party(
                (last,), self.sentence.text[last.end : self.tokens[j].end].strip(), last.start, last.end, of_owner=True
            )
        if self.lowers[j] == "," or k == j:
            return self.lead_of(j)
        return self._descriptor(k + 1, j + 1)

    def object_of(self, i: int, *, words_max: int = NOUN_PHRASE_TOKENS_MAX) -> Party:
        """Whom or what the verb at i is done to: the names of the phrase behind it."""
        return self.phrase_from(i + 1, words_max=words_max)

    def phrase_from(self, j: int, *, words_max: int = NOUN_PHRASE_TOKENS_MAX) -> Party:
        """The names of the noun phrase that begins at j, with a list's other names; else how the phrase calls it."""
        first = j
        owner: Mention | None = None
        stops = _words("phrase_stops")
        while j < len(self.tokens) and j - first < words_max:
            token = self.tokens[j]
            mention = self.name_at.get(j)
            if mention is not None:
                end = mention.last + 1
                if mention.possessive:
                    owner = mention
                    j = end + 1
                    continue
                following = self.name_at.get(end)
                nearby = self._name_ahead(end, first + words_max)
                if following is None and nearby is not None and nearby.first - mention.last > 1:
                    owner = owner or None
                    j = nearby.first
                    continue
                return self._coordinated_right(mention, owner)
            if token.text == "(":
                j = self._skip_parenthesis(j)
                continue
            if token.lower in stops or token.text in BREAKS or j in self.sum_tokens:
                break
            if token.lower == "," and not (
                j > first and self.name_at.get(j + 1) and self.lowers[j - 1] in word_list("words", "descriptor_nouns")
            ):
                break
            j += 1
        if owner is not None:
            return Party((owner,), self._text(owner.last + 2, j), owner.start, owner.end, of_owner=True)
        return self._descriptor(first, min(j, len(self.tokens)))

    def _text(self, first: int, behind: int) -> str:
        if first >= behind or first >= len(self.tokens):
            return ""
        return self.sentence.text[self.tokens[first].start : self.tokens[min(behind, len(self.tokens)) - 1].end]

    def _name_ahead(self, j: int, limit: int) -> Mention | None:
        """The next name of the same noun phrase: only plain words that describe lie between."""
        descriptors = word_list("words", "descriptor_nouns")
        saw = False
        while j < min(limit, len(self.tokens)):
            mention = self.name_at.get(j)
            if mention is not None:
                return mention if saw else None
            word = self.lowers[j]
            if word in FUNCTION_WORDS or not self.tokens[j].is_word or word in _words("finite_verbs"):
                return None
            saw = saw or word in descriptors
            j += 1
        return None

    def _coordinated_right(self, mention: Mention, owner: Mention | None) -> Party:
        run = [mention]
        run.extend(m for m in self.list_after(mention) if m not in run)
        return Party(tuple(run), "", run[0].start, run[-1].end, owner=owner)

    def list_after(self, mention: Mention) -> list[Mention]:
        """The names that a list goes on with behind this one."""
        found: list[Mention] = []
        j = mention.last + 1
        determiners = {"the", "its", "existing", "new", "fellow", "also", "a", "an", "both", "&"}
        descriptors = word_list("words", "descriptor_nouns")
        while j < len(self.tokens):
            if self.tokens[j].text == "(":
                j = self._skip_parenthesis(j)
                continue
            joined = False
            while j < len(self.tokens) and self.lowers[j] in {",", "and", "&", "plus"}:
                joined = True
                j += 1
            if not joined:
                break
            comma_only = self.lowers[j - 1] == ","
            k = j
            while k < len(self.tokens) and k - j < LIST_WORDS_MAX and k not in self.name_at:
                word = self.lowers[k]
                if word in determiners or word in descriptors:
                    if comma_only and word in {"a", "an", "the"}:
                        break
                elif comma_only or not self._is_plain_word(k):
                    break
                k += 1
            following = self.name_at.get(k)
            if following is None:
                break
            after = following.last + 1
            if after < len(self.tokens) and self.tokens[after].is_possessive:
                inner = self.name_at.get(after + 1)
                if inner is None:
                    deeper = self._name_ahead(after + 1, after + 6)
                    if deeper is None:
                        found.append(following)
                        break
                    inner = deeper
                following = inner
                after = following.last + 1
            if (
                after < len(self.tokens)
                and self.lowers[after] in _words("finite_verbs")
                and self.lowers[after] not in {"led", "backed"}
            ):
                break
            found.append(following)
            j = after
        return found

    def _is_plain_word(self, i: int) -> bool:
        token = self.tokens[i]
        if not token.is_word or token.is_capitalised:
            return False
        return token.lower not in FUNCTION_WORDS and token.lower not in _words("finite_verbs")

    def names_after(self, words: str, first: int, last: int | None = None) -> list[Mention]:
        """The list of names behind a phrase such as "led by", anywhere in tokens [first, last)."""
        wanted = words.split()
        limit = len(self.tokens) if last is None else last
        found: list[Mention] = []
        for i in range(first, limit - len(wanted)):
            if self.lowers[i : i + len(wanted)] == wanted:
                party = self.phrase_from(i + len(wanted))
                found.extend(m for m in party.mentions if m not in found)
        return found


def _words(key: str) -> frozenset[str]:
    return word_list("grammar", key)
