"""Core: the names in a sentence, found by their capitals, the gazetteer and what stands around them.

No list of companies is needed: a name is a run of capitalised words, a domain ("invrs.io") or a word with a capital
inside ("xAI"). In a headline that capitalises every word, words that the news otherwise writes in lower case are no
names, unless they lead the clause. What a name is called ("chip startup Fractile") stands before it and is kept apart.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from dealwire.identity import fold_text
from dealwire.reference.places import region
from streams.understand.lexicon import common_words, cue, word_list
from streams.understand.tokens import Sentence, Token

NAME_TOKENS_MAX = 7
MODIFIER = cue("mentions", "modifier")
EX = cue("mentions", "ex")
DOMAIN = cue("mentions", "domain")
INNER_CAPITAL = re.compile(r"^[a-z]{1,3}[A-Z]\w+$|^[a-z]\d+[a-z]?$|^[a-z]{2,4}\d+[a-z]+$")
LETTERED = re.compile(r"^\d+[a-z]{2,}$")
COUNTED = re.compile(r"^\d+(?:st|nd|rd|th|bn|mn|mm|nm|gw|mw|gb|tb|x|m|b|k)$")
DIGITS = re.compile(r"^\d[\w.]*$")
LEGAL = word_list("words", "legal_forms")
FORMS = LEGAL | frozenset({"inc", "corp", "ltd", "limited", "plc", "llc", "incorporated", "corporation"})
NAME_LETTERS_MIN = 3
PAIRED = frozenset({"merger", "deal", "tie-up", "takeover", "combination", "alliance"})
"""What two names joined by a hyphen do together."""
SIGNS = frozenset({"®", "™", "℠"})


@dataclass(frozen=True, slots=True)
class Mention:
    """A name at tokens [first, last] of its sentence, at [start, end) of the text."""

    name: str
    first: int
    last: int
    start: int
    end: int
    possessive: bool = False
    """Whether "'s" follows, so that what comes next belongs to it."""
    known: bool = False
    """Whether the gazetteer knows it."""
    suffix: str = ""
    """What it is joined to by a hyphen: "made" in "Intel-made"."""

    @property
    def key(self) -> str:
        return fold_text(self.name)


def halves_of(mention: Mention) -> tuple[Mention, ...]:
    """The two names that a hyphen joins in "Qualcomm-NXP"; nothing where it joins no two."""
    left, _, right = mention.name.partition("-")
    if len(left) < NAME_LETTERS_MIN or not right[:1].isupper():
        return ()
    cut = mention.start + len(left)
    return (
        Mention(left, mention.first, mention.first, mention.start, cut),
        Mention(right, mention.first, mention.last, cut + 1, mention.end, mention.possessive),
    )


class NameFinder:
    """Finds the names of a sentence; `is_company` asks the gazetteer."""

    def __init__(self, is_company: Callable[[str], bool]) -> None:
        self._is_company = is_company
        self._not_names = word_list("words", "not_names")
        self._deeds = word_list("words", "deeds")
        self._pre = word_list("words", "premodifiers")
        self._links = word_list("words", "name_links")
        self._heads_of = word_list("words", "name_heads_of")
        self._descriptors = word_list("words", "descriptor_nouns")
        self._inside = word_list("words", "inside_names")
        self._products = word_list("words", "product_words")
        self._part_suffixes = word_list("words", "part_suffixes")
        self._common = common_words()
        self._plural_heads = frozenset(w for w in word_list("words", "descriptor_nouns", fold=True) if w.endswith("s"))

    def find(self, sentence: Sentence) -> tuple[Mention, ...]:
        """The names in order; none overlaps another."""
        tokens = sentence.tokens
        found: list[Mention] = []
        i = 0
        while i < len(tokens):
            formal = self._formal_end(sentence, i)
            if formal is not None:
                found.append(self._mention(sentence, i, formal))
                i = found[-1].last + 1
                continue
            if not self._opens(sentence, i):
                part = self._part(sentence, i)
                if part is not None:
                    found.append(part)
                i += 1
                continue
            last = self._reach(sentence, i)
            for mention in self._trim(sentence, i, last):
                found.extend(self._halves(sentence, mention) or [self._maker(sentence, mention)])
            i = last + 1
        return tuple(found)

    def _formal_end(self, sentence: Sentence, i: int) -> int | None:
        """The last token of a name that opens at i and is closed by its legal form or its ticker.

        In "New Pacific Metals Corp. (TSX: NUAG)" every capitalised word before the form belongs to the name.
        """
        tokens = sentence.tokens
        if not tokens[i].is_word or not tokens[i].is_capitalised or tokens[i].lower in NEVER_FORMAL:
            return None
        if i and tokens[i - 1].is_word and tokens[i - 1].is_capitalised:
            return None
        for j in range(i + 1, min(i + NAME_TOKENS_MAX, len(tokens))):
            token = tokens[j]
            if token.text == "(" and j + 2 < len(tokens) and tokens[j + 1].text.isupper():
                return j - 1 if any(t.text == ":" for t in tokens[j + 2 : j + 5]) else None
            if token.lower.rstrip(".") in FORMS and token.is_capitalised:
                return j - 1
            if not (token.is_word and (token.is_capitalised or token.text == "&")) or token.lower in SUBJECT_VERBS:
                return None
        return None

    def _part(self, sentence: Sentence, i: int) -> Mention | None:
        """The company of a compound such as "Intel-made"."""
        token = sentence.tokens[i]
        if not token.is_word or not token.is_capitalised or "-" not in token.text:
            return None
        head, suffix = token.text.rsplit("-", 1)
        if suffix.lower() not in self._part_suffixes or not self._is_company(head):
            return None
        return Mention(head, i, i, token.start, token.start + len(head), known=True, suffix=suffix.lower())

    def _halves(self, sentence: Sentence, mention: Mention) -> list[Mention]:
        """The two companies of "Qualcomm-NXP" and of "MatX & Cerebras"."""
        if mention.known:
            return []
        tokens = sentence.tokens
        for i in range(mention.first + 1, mention.last):
            if tokens[i].text in {"&", "&amp;"}:
                left = sentence.text[mention.start : tokens[i - 1].end]
                right = sentence.text[tokens[i + 1].start : mention.end]
                if not (self._is_company(left) and self._is_company(right)):
                    return []
                return [
                    Mention(left, mention.first, i - 1, mention.start, tokens[i - 1].end, known=True),
                    Mention(
                        right, i + 1, mention.last, tokens[i + 1].start, mention.end, mention.possessive, known=True
                    ),
                ]
        halves = halves_of(mention) if mention.first == mention.last else ()
        if not halves or len(halves[1].name) < NAME_LETTERS_MIN:
            return []
        behind = tokens[mention.last + 1].lower if mention.last + 1 < len(tokens) else ""
        known = [self._is_company(half.name) for half in halves]
        if not any(known) and not (mention.name[0].isupper() and behind in PAIRED):
            return []
        return [replace(half, known=is_known) for half, is_known in zip(halves, known, strict=True)]

    def _maker(self, sentence: Sentence, mention: Mention) -> Mention:
        """The name without the product behind it: the Nvidia of "Nvidia H200"."""
        if mention.known or mention.first == mention.last:
            return mention
        tokens = sentence.tokens
        for last in range(mention.last - 1, mention.first - 1, -1):
            behind = tokens[last + 1 : mention.last + 1]
            if not all(t.text in self._products or any(c.isdigit() for c in t.text) for t in behind):
                break
            name = sentence.text[mention.start : tokens[last].end]
            if self._is_company(name):
                return Mention(name, mention.first, last, mention.start, tokens[last].end, known=True)
        return mention

    def _mention(self, sentence: Sentence, first: int, last: int) -> Mention:
        tokens = sentence.tokens
        start, end = tokens[first].start, tokens[last].end
        last = self._behind_suffix(tokens, last)
        following = tokens[last + 1] if last + 1 < len(tokens) else None
        name = sentence.text[start:end].replace("&amp;", "&")
        return Mention(
            name, first, last, start, end, following is not None and following.is_possessive, self._is_company(name)
        )

    def _opens(self, sentence: Sentence, i: int) -> bool:
        token = sentence.tokens[i]
        if not token.is_word:
            return False
        word = token.text
        if (DOMAIN.match(word) and len(word) > 4 and not word[0].isdigit()) or INNER_CAPITAL.match(word):
            return True
        if word[0].isdigit():
            return bool(LETTERED.match(word) and not COUNTED.match(word)) or self._is_company(word)
        return token.is_capitalised and not MODIFIER.search(word) and not self._is_plain(sentence, i)

    def _is_plain(self, sentence: Sentence, i: int) -> bool:
        """Whether a capitalised word is no part of a name here."""
        token = sentence.tokens[i]
        word, lower = token.text, token.lower
        if word in self._not_names or EX.match(word) or lower in LEGAL:
            return not (self._is_called(sentence, i) or self._is_known_pair(sentence, i))
        if len(word) == 1 and word != "X":
            return True
        if lower not in self._common:
            return False
        if word.isupper() and len(word) > 1 and not sentence.is_title_case:
            return False
        if self._leads(sentence, i):
            return not self._is_subject_name(sentence, i)
        if sentence.is_title_case:
            return not (self._beside_name(sentence, i) and lower not in self._descriptors)
        return False

    def _is_known_pair(self, sentence: Sentence, i: int) -> bool:
        """Whether the gazetteer knows this word with the next: "Just Eat", "First Solar"."""
        if i + 1 >= len(sentence.tokens) or not sentence.tokens[i + 1].is_capitalised:
            return False
        pair = sentence.text[sentence.tokens[i].start : sentence.tokens[i + 1].end]
        return self._is_company(pair) or region(pair) is not None

    def _is_called(self, sentence: Sentence, i: int) -> bool:
        """Whether a word that is no name elsewhere stands where only a name can: "humanoid maker Sunday reaches"."""
        if i == 0 or i + 1 >= len(sentence.tokens) or sentence.tokens[i].text.isupper():
            return False
        before, after = sentence.tokens[i - 1], sentence.tokens[i + 1]
        return before.lower in self._descriptors and not before.is_capitalised and after.lower in SUBJECT_VERBS

    def _leads(self, sentence: Sentence, i: int) -> bool:
        """Whether the word begins its clause, where English writes a capital anyway."""
        if i == 0:
            return True
        before = sentence.tokens[i - 1]
        return before.text in {":", ".", "!", "?", "“", "”", '"', "‘", "—", "–", "|", "•", "*"} or (
            before.text == "-" and i > 0
        )

    def _is_subject_name(self, sentence: Sentence, i: int) -> bool:
        """Whether a common word at the head of a clause is a name: "Ocean, which …", "Poke raises"."""
        tokens = sentence.tokens
        token = tokens[i]
        if token.lower in self._descriptors or token.lower in FUNCTION_WORDS:
            return False
        following = tokens[i + 1] if i + 1 < len(tokens) else None
        if following is None:
            return False
        if following.text == "," and i + 2 < len(tokens):
            return tokens[i + 2].lower in {
                "which",
                "who",
                "whose",
                "a",
                "an",
                "the",
                "formerly",
                "developer",
                "maker",
                "co-founded",
                "founded",
            }
        if following.lower in SUBJECT_VERBS or following.is_possessive:
            return not token.lower.endswith("ing") and token.lower not in self._deeds
        if following.is_capitalised and following.is_word and not sentence.is_title_case:
            return following.text not in self._not_names or (
                following.text == "AI"
                and i + 2 < len(tokens)
                and (tokens[i + 2].text == "," or tokens[i + 2].lower in SUBJECT_VERBS)
            )
        if following.is_capitalised and sentence.is_title_case and i + 2 < len(tokens):
            j = i + 1
            while j < len(tokens) and tokens[j].is_capitalised and j < i + 4 and tokens[j].lower not in SUBJECT_VERBS:
                if tokens[j].lower in self._descriptors:
                    return False
                j += 1
            return j < len(tokens) and tokens[j].lower in SUBJECT_VERBS and tokens[j - 1].lower not in self._descriptors
        return False

    def _beside_name(self, sentence: Sentence, i: int) -> bool:
        """In a headline of capitals: whether the word goes on with a name, as in "Menlo Ventures"."""
        if i == 0:
            return False
        before = sentence.tokens[i - 1]
        if not (before.is_word and before.is_capitalised) or before.text in self._not_names or before.lower in LEGAL:
            return False
        if sentence.tokens[i].lower in SUBJECT_VERBS or sentence.tokens[i].lower in FUNCTION_WORDS:
            return False
        return before.lower not in self._common or self._opens(sentence, i - 1)

    def _reach(self, sentence: Sentence, i: int) -> int:
        """The last token of the run that opens at i."""
        tokens = sentence.tokens
        last = i
        while last + 1 < len(tokens) and last - i < NAME_TOKENS_MAX:
            following = tokens[last + 1]
            if last == i and following.is_word and following.text.islower() and self._known_with(sentence, i):
                last += 1
                continue
            gap = following.start - tokens[last].end
            if gap > 1:
                break
            if following.text in SIGNS and last + 2 < len(tokens) and tokens[last + 2].is_capitalised:
                break
            if self._continues(sentence, last + 1):
                last += 1
            elif (
                following.lower in self._links
                and last + 2 < len(tokens)
                and tokens[last + 2].is_capitalised
                and tokens[last + 2].is_word
                and (following.lower not in {"of", "for", "and", "y", "+"} or self._bridges(sentence, i, last + 1))
                and tokens[last + 2].text not in self._not_names
            ):
                last += 2
            else:
                break
        return last

    def _continues(self, sentence: Sentence, j: int) -> bool:
        token = sentence.tokens[j]
        if not token.is_word or (token.lower in FUNCTION_WORDS and not token.text.isupper()):
            return False
        if DIGITS.match(token.text):
            if re.match(r"^\d{1,3}(?:[a-z]?)$", token.text):
                after = sentence.tokens[j + 1] if j + 1 < len(sentence.tokens) else None
                return after is None or after.lower not in MEASURES
            return bool(re.match(r"^\d+[A-Z]", token.text)) and not re.search(
                r"(?:GB|GW|MW|TB|K|B|M|X|MM|nm)$", token.text
            )
        if sentence.is_title_case and token.lower in SUBJECT_VERBS:
            return False
        if self._opens(sentence, j):
            return True
        if token.text not in self._inside or MODIFIER.search(token.text):
            return False
        return not sentence.is_title_case or token.text == "AI" or token.lower not in self._descriptors | self._common

    def _bridges(self, sentence: Sentence, first: int, link: int) -> bool:
        tokens = sentence.tokens
        link_word = tokens[link].lower
        head = tokens[link - 1]
        whole = sentence.text[tokens[first].start : tokens[link + 1].end]
        if self._is_company(whole):
            return True
        if link_word in {"of", "for"}:
            return head.text in self._heads_of
        if link_word == "and":
            return tokens[first].text in {
                "Ministry",
                "Department",
                "Johnson",
                "Procter",
                "Bill",
                "Standard",
                "Ernst",
                "Marks",
            }
        return False

    def _trim(self, sentence: Sentence, first: int, last: int) -> list[Mention]:
        """The mention in tokens [first, last] without what only stands before or behind the name."""
        tokens = sentence.tokens
        while (
            first < last
            and (tokens[first].text in self._pre or tokens[first].text in self._not_names)
            and not self._known(sentence, first, last)
        ):
            if tokens[first].text in {"Hong", "South", "North", "New", "Saudi", "Tel"} and last - first < 2:
                break
            if tokens[first].text in KEPT_FIRST and not sentence.is_title_case and tokens[first + 1].is_capitalised:
                break
            first += 1
        whole = last
        while last > first and tokens[last].lower.rstrip(".") in LEGAL:
            last -= 1
        if first == last and not self._stands_alone(sentence, first):
            return []
        if last + 1 < len(tokens) and tokens[last + 1].lower.endswith(("-based", "-headquartered", "-area")):
            return []
        while (
            first < last
            and self._leads(sentence, first)
            and tokens[first].lower in self._plural_heads
            and not self._known(sentence, first, last)
        ):
            first += 1
        if self._owns_its_apostrophe(sentence, first, last):
            last += 1
        mention = self._mention(sentence, first, last)
        if mention.last < whole:
            mention = replace(mention, last=self._behind_suffix(tokens, whole))
            following = tokens[mention.last + 1] if mention.last + 1 < len(tokens) else None
            mention = replace(mention, possessive=following is not None and following.is_possessive)
        return [mention]

    def _behind_suffix(self, tokens: tuple[Token, ...], last: int) -> int:
        """The last token of a name with its legal suffix ("Acme, Inc."), which is no part of the name as kept."""
        j = last + 1
        if j + 1 < len(tokens) and tokens[j].text == "," and tokens[j + 1].lower.rstrip(".") in LEGAL:
            j += 1
        if j < len(tokens) and tokens[j].lower.rstrip(".") in LEGAL and tokens[j].is_capitalised:
            last = j
        if tokens[last].lower in LEGAL and last + 2 < len(tokens) and tokens[last + 1].text == ".":
            return last + 1
        return last

    def _owns_its_apostrophe(self, sentence: Sentence, first: int, last: int) -> bool:
        """Whether "'s" is part of the name: "Papa John's seeks", "Sainsbury's-Asda"."""
        tokens = sentence.tokens
        if last + 2 >= len(tokens) or not tokens[last + 1].is_possessive:
            return False
        following = tokens[last + 2]
        if following.text == "-" and following.start == tokens[last + 1].end:
            return True
        if self._is_company(sentence.text[tokens[first].start : tokens[last + 1].end]):
            return not self._is_company(sentence.text[tokens[first].start : tokens[last].end])
        return (
            following.lower in SUBJECT_VERBS
            and not following.is_capitalised
            and following.lower
            not in {"plans", "bids", "is", "plan", "buys", "looks", "in", "orders", "reports", "backs"}
        )

    def _stands_alone(self, sentence: Sentence, i: int) -> bool:
        """Whether one word is a name of its own: no nationality, no ticker behind its exchange."""
        token = sentence.tokens[i]
        if token.text in self._not_names:
            return self._is_called(sentence, i)
        if token.text in self._pre and token.text not in STATES:
            return False
        before = sentence.tokens[i - 1].text if i else ""
        if before in {":", ","} and token.text.isupper() and i > 1:
            exchange = [t.text for t in sentence.tokens[max(0, i - 8) : i]]
            return not ("(" in exchange and ":" in exchange)
        return True

    def _known_with(self, sentence: Sentence, i: int) -> bool:
        """Whether a word makes a known name only with the next; the "as" of "Nvidia as" is no legal form."""
        return self._known(sentence, i, i + 1) and not self._known(sentence, i, i)

    def _known(self, sentence: Sentence, first: int, last: int) -> bool:
        return self._is_company(sentence.text[sentence.tokens[first].start : sentence.tokens[last].end])


KEPT_FIRST = frozenset({"Crown", "Quantum", "First", "London", "Legal", "Silicon"})
"""Words that describe a company and as often begin its name."""
STATES = frozenset({"US", "U.S.", "UK", "U.K.", "EU", "London", "Berlin", "Paris", "Hong"})


FUNCTION_WORDS = word_list("grammar", "function_words")
NEVER_FORMAL = LEGAL | FUNCTION_WORDS - {"new"}
"""Words that open no name that a legal form closes; "New Pacific Metals Corp." is one."""
MEASURES = word_list("grammar", "measures")
SUBJECT_VERBS = word_list("grammar", "subject_verbs")
