"""Core: an alert as a person reads it: headline, facts, quote, why, sources, link. Every medium shows this one view.

Texts here are plain and unescaped; each medium escapes them its own way (`notifier.render.escape`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from urllib.parse import quote, urlsplit

from dealwire.identity import fold_text
from dealwire.model import Alert, Figure, Money, Reason, Story, Telling
from dealwire.reference.money import format_money
from dealwire.reference.quantities import format_quantity
from notifier.render.escape import cut, one_line
from notifier.render.notice import Notice
from rules.explanation import NOT_GIVEN

SOURCES_MAX = 5
QUOTE_LENGTH_MAX = 600
QUOTE_WORDS_MIN = 5
"""Fewer say nothing by themselves."""
TOLD_ELSEWHERE = frozenset({"category", "type", "confidence"})
NAMES_MAX = 6
RULES_JOINT = " and "

TYPE_NAMES = {"ipo": "IPO", "mna": "M&A"}
CATEGORY_NAMES = {"funding": "Funding", "mna": "Mergers and acquisitions", "hardware": "Hardware"}
QUALIFIERS = {"approx": "about ", "at_least": "at least ", "up_to": "up to "}
ROLE_NAMES = {
    "lead_investor": "Lead investor", "investor": "Investors", "recipient": "Recipient", "acquirer": "Acquirer",
    "target": "Target", "seller": "Seller", "vendor": "Vendors", "customer": "Customers", "operator": "Operators",
    "partner": "Partners", "government": "Government",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """One article behind an alert; `url` is empty where the article's is not plain http(s)."""

    name: str
    title: str
    url: str
    at: str

    @property
    def label(self) -> str:
        """Which outlet, and when: several articles of one outlet are told apart."""
        return f"{self.name}, {self.at}"


@dataclass(frozen=True, slots=True)
class View:
    """One alert, in words."""

    headline: str
    category: str
    severity: str
    rule: str
    updated: bool
    facts: tuple[tuple[str, str], ...]
    changes: tuple[str, ...]
    quote: str
    quote_source: str
    digest_quote: str
    """The quote where the headline holds no figure, and so says little by itself."""
    why: tuple[str, ...]
    sources: tuple[Source, ...]
    sources_more: int
    source_count: int
    confidence: str
    link: str
    acknowledge: str
    """Where a click acknowledges the story; empty where no page serves that."""
    mute: str
    worth: float
    """In US dollars, to put the biggest first; 0 where undisclosed."""
    story: str
    alert: str
    at: str


@dataclass(frozen=True, slots=True)
class Section:
    """A digest's part: the stories of one category, the biggest first."""

    category: str
    alerts: tuple[View, ...]


def views(notice: Notice) -> tuple[View, ...]:
    """The notice's stories, each once, as its latest alert has it, with all that changed."""
    latest: dict[str, View] = {}
    for alert in sorted(notice.alerts, key=lambda a: a.version):
        shown = view(alert, notice.story_url)
        before = latest.get(alert.story)
        if before:
            changes = tuple(dict.fromkeys((*before.changes, *shown.changes)))
            updated = before.updated and shown.updated
            shown = replace(_by_both(before, shown), changes=changes, updated=updated)
        links = notice.links.get(alert.story)
        latest[alert.story] = replace(shown, acknowledge=links.acknowledge, mute=links.mute) if links else shown
    return tuple(latest.values())


def _by_both(before: View, shown: View) -> View:
    """The later view, with the rules and reasons of both where they are of different rules."""
    if shown.rule in before.rule.split(RULES_JOINT):
        return shown
    why = tuple(dict.fromkeys((*before.why, *shown.why)))
    return replace(shown, rule=RULES_JOINT.join((before.rule, shown.rule)), why=why)


def sections(notice: Notice) -> tuple[Section, ...]:
    """The notice's stories by category, the biggest sums first."""
    shown = sorted(views(notice), key=lambda v: -v.worth)
    categories = dict.fromkeys([*CATEGORY_NAMES.values(), *(v.category for v in shown)])
    parts = (Section(c or "Other", tuple(v for v in shown if v.category == c)) for c in categories)
    return tuple(part for part in parts if part.alerts)


def view(alert: Alert, story_url: str = "") -> View:
    """The alert in words."""
    story = alert.story_view
    sources = tuple(_sources(story)) if story else ()
    said, by = _quoted(story) if story else ("", "")
    return View(
        headline=headline(alert),
        category=CATEGORY_NAMES.get(story.category, story.category) if story else "",
        severity=alert.severity,
        rule=one_line(alert.rule_title or alert.rule),
        updated=alert.kind == "changed",
        facts=tuple(_facts(story)) if story else (),
        changes=tuple(_changes(alert)),
        quote=said,
        quote_source=by,
        digest_quote=_digest_quote(story, said),
        why=tuple(dict.fromkeys(filter(None, map(_reason, alert.reasons)))),
        sources=sources[:SOURCES_MAX],
        sources_more=max(0, len(sources) - SOURCES_MAX),
        source_count=story.source_count if story else len(sources),
        confidence=f"{story.confidence:.0%}" if story else "",
        link=web_link(story_url.replace("{id}", quote(alert.story, safe=""))) if story_url else "",
        acknowledge="",
        mute="",
        worth=_worth(story),
        story=alert.story,
        alert=alert.id,
        at=f"{alert.at:%d %b %Y, %H:%M} UTC",
    )


def headline(alert: Alert) -> str:
    """The news in one line, from its facts, "MatX · $500M · Series B"; the article's title where nobody is named."""
    return one_line(alert.rule_title or alert.rule) if alert.story_view is None else story_headline(alert.story_view)


def story_headline(story: Story) -> str:
    """The story in one line."""
    if not story.subject:
        return one_line(story.tellings[0].title) if story.tellings else type_name(story.type)
    parts = [_who(story), best_said(story.amount), _measure(story), type_name(story.type)]
    news = " · ".join(part for part in parts if part)
    state = "withdrawn" if story.retracted else story.status.replace("_", " ")
    return one_line(news if state == "announced" else f"{news} ({state})")


def title(notice: Notice) -> str:
    """What the whole message is called."""
    if notice.form == "notice":
        return one_line(notice.title)
    if notice.form == "digest":
        return _digest_title(notice)
    first, *others = views(notice)
    if others:
        return _group_title(notice)
    return f"Update: {first.headline}" if first.updated else first.headline


def type_name(kind: str) -> str:
    """How people call the type.

    >>> type_name("series_b")
    'Series B'
    """
    if kind in TYPE_NAMES:
        return TYPE_NAMES[kind]
    words = kind.replace("_", " ")
    if kind.startswith("series_"):
        return words.title()
    return words[:1].upper() + words[1:]


def web_link(url: str) -> str:
    """The address where it is a plain web address, else nothing: `javascript:` and the like are no links."""
    cleaned = one_line(url)
    try:
        parts = urlsplit(cleaned)
    except ValueError:
        return ""
    safe = parts.scheme.lower() in {"http", "https"} and bool(parts.netloc)
    return quote(cleaned, safe="/:?#[]@!$&'()*+,;=%~") if safe else ""


def _digest_title(notice: Notice) -> str:
    """The biggest story by name, so that one digest is not like the other in a list of mails."""
    return f"Digest: {_biggest(views(notice))}"


def _group_title(notice: Notice) -> str:
    """The rule, where all are of one, and the biggest story by name."""
    shown = views(notice)
    rules = {one.rule for one in shown}
    return f"{rules.pop()}: {_biggest(shown)}" if len(rules) == 1 else _biggest(shown)


def _biggest(shown: tuple[View, ...]) -> str:
    """The biggest story in a line, and how many there are beside it."""
    biggest, *others = sorted(shown, key=lambda one: -one.worth)
    more = f", and {len(others)} more {'story' if len(others) == 1 else 'stories'}" if others else ""
    return biggest.headline + more


def _digest_quote(story: Story | None, said: str) -> str:
    if story is None or story.amount or story.quantities or fold_text(said) == fold_text(story_headline(story)):
        return ""
    return said


def _who(story: Story) -> str:
    if story.category == "mna" and story.names("acquirer") and story.names("target"):
        return f"{story.names('acquirer')[0]} → {story.names('target')[0]}"
    return story.subject or ""


def _named(story: Story) -> tuple[str, ...]:
    """Whom the headline names."""
    return tuple(one_line(_who(story)).split(" → "))


def _measure(story: Story) -> str:
    return "" if story.amount or not story.quantities else format_quantity(story.quantities[0])


def _facts(story: Story) -> Iterator[tuple[str, str]]:
    """Label and value of each fact that the headline does not tell."""
    if not story.subject:
        yield "Type", type_name(story.type)
    yield "Status", "withdrawn" if story.retracted else story.status.replace("_", " ")
    if story.amount:
        yield "Price" if story.category == "mna" else "Amount", figure_said(story.amount)
    if story.valuation:
        yield "Valuation", figure_said(story.valuation)
    for role, label in ROLE_NAMES.items():
        names = list(dict.fromkeys(one_line(p.name) for p in story.participants if p.role == role))
        if names and (len(names) > 1 or names[0] not in _named(story)):
            more = f" and {len(names) - NAMES_MAX} more" if len(names) > NAMES_MAX else ""
            yield label, ", ".join(names[:NAMES_MAX]) + more
    for quantity in story.quantities:
        yield quantity.kind.replace("_", " ").capitalize(), format_quantity(quantity)
    if story.regions:
        yield "Regions", ", ".join(story.regions) + (", cross-border" if story.cross_border else "")


def best_said(figure: Figure | None) -> str:
    """The best-founded sum: "about $730B"; nothing where there is none."""
    if figure is None:
        return ""
    return QUALIFIERS.get(figure.best.qualifier, "") + format_money(
        figure.best.model_copy(update={"qualifier": "exact"})
    )


def figure_said(figure: Figure | None) -> str:
    """The sum, with the span of what its sources say where they differ."""
    if figure is None or figure.high <= figure.low:
        return best_said(figure)
    low, high = (Money(value=v, currency=figure.best.currency) for v in (figure.low, figure.high))
    return f"{best_said(figure)} ({format_money(low)} to {format_money(high)} by source)"


def _reason(reason: Reason) -> str:
    """The clause and the value that met it; nothing where the message says as much elsewhere.

    A clause that offers a choice is told by what was chosen: "acquirer Apple", not the list that Apple is on.
    """
    if reason.field in TOLD_ELSEWHERE or reason.clause.startswith("not "):
        return ""
    if reason.field == "cross_border":
        return "across a border"
    if reason.field == "text":
        return f"says “{one_line(reason.met_by)}”"
    if reason.field == "story":
        return "" if reason.met_by == "retracted" else one_line(reason.met_by)
    clause, met_by = one_line(reason.clause).replace("_", " "), one_line(reason.met_by)
    field, offers, choices = clause.partition(": ")
    if offers and ", " in choices and met_by:
        return f"{field} {met_by}"
    if met_by == NOT_GIVEN or fold_text(met_by) in fold_text(clause):
        return clause
    return f"{clause} ({met_by})"


def _changes(alert: Alert) -> Iterator[str]:
    for change in alert.changes:
        name = change.kind.replace("_", " ").capitalize()
        before, after = (value.replace("_", " ") for value in (change.before, change.after))
        if change.kind == "retracted":
            told = _cause(alert.story_view) if alert.story_view else None
            yield one_line(f"Withdrawn by {told.source}") if told and told.source else "Withdrawn"
        elif before and after:
            yield one_line(f"{name}: {before} → {after}")
        elif after:
            yield one_line(f"{name}: {after}")
        else:
            yield name


def _cause(story: Story) -> Telling | None:
    """The article that made the story what it is: the last version's, else the newest."""
    tellings = {telling.article: telling for telling in story.tellings}
    last = story.versions[-1].article if story.versions else ""
    return tellings.get(last) or max(story.tellings, key=lambda t: (t.at, t.article), default=None)


def _quoted(story: Story) -> tuple[str, str]:
    """The words that say what happened, and who wrote them; the article's title where they are too few to say it."""
    telling = _cause(story)
    if telling is None:
        return "", ""
    quotes = sorted((q for q in story.quotes if q.article == telling.article), key=lambda q: q.fact != "trigger")
    said = next((q.quote for q in quotes if len(q.quote.split()) >= QUOTE_WORDS_MIN), telling.title)
    return cut(one_line(said), QUOTE_LENGTH_MAX), one_line(telling.source)


def _sources(story: Story) -> Iterator[Source]:
    for telling in sorted(story.tellings, key=lambda t: t.at, reverse=True):
        if telling.copy_of is None:
            url = web_link(telling.url)
            name = telling.source or urlsplit(url).hostname or "source"
            yield Source(one_line(name), one_line(telling.title), url, f"{telling.at:%d %b %Y}")


def _worth(story: Story | None) -> float:
    return float(story.amount.best.usd or 0) if story and story.amount else 0.0
