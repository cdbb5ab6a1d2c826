"""Messages: what they say, that nothing from a feed acts in any medium, and that they keep to each service's limits."""

import email
import email.policy
import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notifier_desk import START, make_alert, make_story

from dealwire.errors import ConfigError
from dealwire.model import Change, Figure, Money, Party, Quote, Reason, Telling, Version
from notifier.render.email import Envelope
from notifier.render.email import email as make_email
from notifier.render.escape import one_line, slack
from notifier.render.html import html
from notifier.render.markdown import markdown
from notifier.render.notice import Notice
from notifier.render.plain import plain
from notifier.render.slack import BLOCKS_MAX, blocks
from notifier.render.templates import Templates
from notifier.render.view import title, view, views

HOSTILE = [
    "<!channel> deal", "<@U123> deal", "<https://evil.example|click>", "*bold* & <b>x</b>",
    "deal\r\nBcc: all@example.com", "\x1b[2J\x1b]0;owned\x07deal", "\u202elead\u2066", "<script>alert(1)</script>",
    "[click](javascript:alert(1))", "{{ 7 * 7 }}", "#context\n#section", "x" * 10_000, "",
]  # fmt: skip


def notice(*alerts, form="alert"):
    return Notice(
        id="d1", receiver="desk", form=form, at=START, alerts=alerts, story_url="https://dealwire.example/stories/{id}"
    )


def hostile_alert(text):
    """An alert in which all that comes from a feed is the text."""
    story = make_story(
        subject=text, participants=(Party(name=text, role="recipient"),),
        tellings=(Telling(article="a1", revision="r", title=text, source=text, url=text, at=START),),
        quotes=(Quote(article="a1", fact="trigger", place="title", start=0, end=len(text), quote=text),),
    )  # fmt: skip
    return make_alert(story_view=story)


def texts(value):
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from texts(inner) if key != "text" or not isinstance(inner, str) else [inner]
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_a_message_says_the_facts_the_quote_why_the_sources_and_the_link():
    said = plain(notice(make_alert()))
    assert said.splitlines() == [
        "Orbital Silicon · $500M · Series B",
        "  Status: announced",
        "  Amount: $500M",
        "  Lead investor: Harbour Capital",
        "  “Orbital Silicon raises $500 million” — The Wire",
        "  Why: Big rounds: amount >= 100M USD ($500M); confidence 93%",
        "  The Wire, 02 Mar 2026: https://wire.example/orbital",
        "  Story: https://dealwire.example/stories/story-1",
    ]


def test_an_update_says_what_changed():
    changed = notice(make_alert(version=2, kind="changed"))
    assert title(changed) == "Update: Orbital Silicon · $500M · Series B"
    assert "Amount: $500M → $525M" in plain(changed)


def test_a_digest_is_by_category_biggest_first_with_one_line_a_story():
    small = make_story(
        "s2", subject="Tiny Chips", amount=Figure(best=Money(value=5e6, currency="USD", usd=5e6), low=5e6, high=5e6)
    )
    deal = make_story("s3", category="mna", type="acquisition", subject="Vela", participants=())
    said = plain(
        notice(
            make_alert(2, story="s2", story_view=small), make_alert(1), make_alert(3, story="s3", story_view=deal),
            make_alert(1, version=2, kind="changed"), form="digest",
        )
    )  # fmt: skip
    heads = [line for line in said.splitlines() if line and "https://" not in line]
    assert heads == [
        "Funding",
        "  - Orbital Silicon · $500M · Series B [Amount: $500M → $525M]",
        "  - Tiny Chips · $5M · Series B",
        "Mergers and acquisitions",
        "  - Vela · $500M · Acquisition",
    ]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("form", ["alert", "group", "digest"])
def test_slack_neither_mentions_nor_links_what_a_feed_says(text, form):
    made = blocks(notice(hostile_alert(text), make_alert(2), form=form))
    said = list(texts(made[1:]))
    for link in re.findall(r"<[^>]*>", " ".join(said)):
        assert re.fullmatch(r"<https://(dealwire|wire)\.example/[^|<>]*\|[^|<>]*>", link)
    assert all(block["type"] in {"header", "section", "context", "divider"} for block in made)


@pytest.mark.parametrize("text", HOSTILE)
def test_html_holds_no_markup_of_a_feed(text):
    class Tags(HTMLParser):
        def __init__(self):
            super().__init__()
            self.seen = set()

        def handle_starttag(self, tag, attrs):
            self.seen.add(tag)
            assert not any(name.startswith("on") for name, _ in attrs)
            assert all(value.startswith("https://") for name, value in attrs if name == "href")

    parser = Tags()
    parser.feed(html(notice(hostile_alert(text))))
    assert parser.seen <= {"html", "head", "meta", "title", "body", "div", "h1", "h2", "p", "b", "table", "tr", "td",
                           "blockquote", "span", "a", "br"}  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_an_emails_headers_are_ours_alone(text):
    message = make_email(notice(hostile_alert(text)), Envelope("deals@dealwire.example", ("desk@news.example",)))
    read = email.message_from_bytes(message.as_bytes(), policy=email.policy.default)
    assert read["Bcc"] is None
    assert len(read.get_all("To")) == 1
    assert read["Message-ID"] == "<d1@dealwire.example>"


@pytest.mark.parametrize("text", HOSTILE)
def test_plain_text_and_markdown_hold_no_controls(text):
    for said in (plain(notice(hostile_alert(text))), markdown(notice(hostile_alert(text)))):
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", said)
    assert "](javascript" not in markdown(notice(hostile_alert(text)))


@given(st.text())
def test_one_line_is_one_line_and_settles_at_once(text):
    said = one_line(text)
    assert "\n" not in said
    assert "\r" not in said
    assert one_line(said) == said


@given(st.text())
def test_slack_text_can_open_nothing(text):
    assert not set("<>") & set(slack(text))


def test_a_long_group_keeps_within_slacks_limits():
    many = [make_alert(n, story_view=make_story(f"story-{n}", subject="Long " * 200)) for n in range(100)]
    made = blocks(notice(*many, form="group"))
    assert len(made) == BLOCKS_MAX
    assert len(made[0]["text"]["text"]) <= 150
    assert all(len(t) <= 3000 for t in texts(made))
    assert "not shown" in made[-1]["elements"][0]["text"]


def test_a_cut_leaves_no_half_link():
    source = Telling(article="a1", revision="r", title="t", source="s" * 2990, url="https://wire.example/x", at=START)
    (context,) = (
        b for b in blocks(notice(make_alert(story_view=make_story(tellings=(source,))))) if b["type"] == "context"
    )
    assert context["elements"][0]["text"].count("<") == context["elements"][0]["text"].count(">")


def test_a_users_template_takes_the_built_ins_place():
    templates = Templates({"message.txt.j2": "{% for a in alerts %}{{ a.headline }}!{% endfor %}"})
    assert plain(notice(make_alert()), templates) == "Orbital Silicon · $500M · Series B!"


def test_a_users_template_that_fails_is_told_and_the_alert_goes_out():
    told = []
    templates = Templates({"message.txt.j2": "{{ alerts[7].headline }}"}, lambda name, error: told.append(name))
    assert plain(notice(make_alert()), templates).startswith("Orbital Silicon")
    assert told == ["message.txt.j2"]


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [("message.txt.j2", "line\n{{ x", "message.txt.j2:2:1: "), ("message.pdf.j2", "", "unknown template")],
)
def test_a_template_that_cannot_be_read_is_refused_with_its_place(name, text, said):
    with pytest.raises(ConfigError, match=re.escape(said)):
        Templates({name: text})


@pytest.mark.parametrize("text", ["{{ ''.__class__.__mro__ }}", "{{ alerts.__class__.__subclasses__() }}"])
def test_a_users_template_reaches_nothing_beyond_its_values(text):
    told = []
    plain(
        notice(make_alert()), Templates({"message.txt.j2": text}, lambda name, error: told.append(type(error).__name__))
    )
    assert told == ["SecurityError"]


def test_why_leaves_out_what_the_headline_says_and_what_only_rules_out():
    reasons = [
        Reason(clause="category: funding", field="category", met_by="funding"),
        Reason(clause="recipient in watchlist labs", field="recipient", met_by="Orbital Silicon"),
        Reason(clause="amount >= 1B USD", field="amount", met_by="$1B"),
        Reason(clause="status: announced", field="status", met_by="announced"),
        Reason(clause="cross_border: true", field="cross_border", met_by="yes"),
        Reason(clause="not type: grant, debt", field="type", met_by="series_b"),
    ]
    assert view(make_alert().model_copy(update={"reasons": tuple(reasons)})).why == (
        "recipient in watchlist labs (Orbital Silicon)", "amount >= 1B USD ($1B)", "status: announced",
        "across a border",
    )  # fmt: skip


def test_a_range_stands_in_the_facts_and_not_in_the_headline():
    story = make_story(
        amount=Figure(best=Money(value=110e9, currency="USD", qualifier="approx"), low=100e9, high=110e9)
    )
    shown = view(make_alert(story_view=story))
    assert shown.headline == "Orbital Silicon · about $110B · Series B"
    assert ("Amount", "about $110B ($100B to $110B by source)") in shown.facts


def test_the_newest_article_is_quoted_and_named_first():
    old, new = (
        Telling(article=name, revision="r", title=f"{name} title of some words here", source=name, url="", at=at)
        for name, at in (("old", START), ("new", START.replace(day=3)))
    )
    quotes = [Quote(article=a, fact="trigger", place="title", start=0, end=6, quote="raises") for a in ("new", "old")]
    shown = view(make_alert(story_view=make_story(tellings=(old, new), quotes=tuple(quotes))))
    assert (shown.quote, shown.quote_source) == ("new title of some words here", "new")
    assert [source.name for source in shown.sources] == ["new", "old"]


def test_the_article_that_made_the_version_is_quoted_before_a_newer_one():
    tellings = [
        Telling(article=name, revision="r", title="t", source=name, url="", at=START.replace(day=day))
        for name, day in (("rumor", 3), ("signed", 4), ("retold", 5))
    ]
    quotes = [
        Quote(article=t.article, fact="trigger", place="title", start=0, end=9, quote=f"They {t.article} a deal today")
        for t in tellings
    ]
    versions = (Version(number=2, at=START, article="signed"),)
    story = make_story(tellings=tuple(tellings), quotes=tuple(quotes), versions=versions)
    assert view(make_alert(kind="changed", version=2, story_view=story)).quote == "They signed a deal today"
    assert view(make_alert(story_view=story)).quote == "They signed a deal today"
    unversioned = story.model_copy(update={"versions": ()})
    assert view(make_alert(story_view=unversioned)).quote == "They retold a deal today"
    untold = story.model_copy(update={"quotes": tuple(quotes[:1])})
    assert view(make_alert(kind="changed", version=2, story_view=untold)).quote == "t"


@pytest.mark.parametrize(
    ("clause", "field", "met_by", "said"),
    [
        ("amount >= 100M USD", "amount", "£1.1B, about $1.51B", "amount >= 100M USD (£1.1B, about $1.51B)"),
        ("amount undisclosed", "amount", "not given", "amount undisclosed"),
        ("acquirer: watchlist labs, Apple, Microsoft", "acquirer", "Apple", "acquirer Apple"),
        ("status: rumored, in_talks", "status", "rumored", "status rumored"),
        ("recipient in watchlist labs", "recipient", "OpenAI", "recipient in watchlist labs (OpenAI)"),
        ("lead_investor: Harbour Capital", "lead_investor", "Harbour Capital", "lead investor: Harbour Capital"),
        ("source_count >= 3", "source_count", "4", "source count >= 3 (4)"),
        ("cross_border: true", "cross_border", "yes", "across a border"),
        ("match", "story", "no longer matches", "no longer matches"),
    ],
)
def test_why_reads_as_people_say_it(clause, field, met_by, said):
    alert = make_alert().model_copy(update={"reasons": (Reason(clause=clause, field=field, met_by=met_by),)})
    assert view(alert).why == (said,)


def test_a_withdrawn_story_says_who_withdrew_it():
    withdrawn = Change(kind="retracted", before="announced")
    story = make_story(version=2, retracted=True, versions=(Version(number=2, at=START, article="a1"),))
    alert = make_alert(version=2, kind="changed", story_view=story).model_copy(
        update={"changes": (withdrawn,), "reasons": (Reason(clause="match", field="story", met_by="retracted"),)}
    )
    shown = view(alert)
    assert (shown.changes, shown.why) == (("Withdrawn by The Wire",), ())
    assert shown.headline == "Orbital Silicon · $500M · Series B (withdrawn)"
    assert shown.sources[0].url == "https://wire.example/orbital"
    bare = alert.model_copy(update={"story_view": story.model_copy(update={"tellings": ()})})
    assert view(bare).changes == ("Withdrawn",)


def test_a_group_is_called_by_its_rule_and_its_biggest_story():
    small = Figure(best=Money(value=5e6, currency="USD", usd=5e6), low=5e6, high=5e6)
    tiny = make_alert(2, story_view=make_story("story-2", subject="Tiny Chips", amount=small))
    both = notice(tiny, make_alert(1), form="group")
    assert title(both) == "Big rounds: Orbital Silicon · $500M · Series B, and 1 more story"
    other = make_alert(1).model_copy(update={"rule_title": "Other"})
    assert title(notice(tiny, other, form="group")) == "Orbital Silicon · $500M · Series B, and 1 more story"


def test_a_story_that_changed_twice_in_one_message_says_why_once():
    first = make_alert(1)
    later = make_alert(1, version=2, kind="changed").model_copy(
        update={"reasons": (Reason(clause="amount >= 100M USD", field="amount", met_by="$525M"),)}
    )
    (shown,) = views(notice(first, later, form="group"))
    assert shown.why == ("amount >= 100M USD ($525M)",)
