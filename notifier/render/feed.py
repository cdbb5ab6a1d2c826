"""Core: alerts as an Atom feed (RFC 4287), so that a feed reader may be a receiver too."""

from collections.abc import Sequence
from datetime import datetime
from xml.etree.ElementTree import Element, SubElement, tostring

from dealwire.model import Alert
from notifier.render.html import html
from notifier.render.notice import Notice
from notifier.render.view import title, view

ATOM = "http://www.w3.org/2005/Atom"


def atom(alerts: Sequence[Alert], now: datetime, story_url: str = "") -> str:
    """The feed, with each alert as an entry."""
    feed = Element("feed", xmlns=ATOM)
    SubElement(feed, "title").text = "dealwire alerts"
    SubElement(feed, "id").text = "urn:dealwire:alerts"
    SubElement(feed, "updated").text = max((alert.at for alert in alerts), default=now).isoformat()
    SubElement(SubElement(feed, "author"), "name").text = "dealwire"
    for alert in alerts:
        notice = Notice(id=alert.id, receiver="feed", form="alert", at=alert.at, alerts=(alert,), story_url=story_url)
        shown = view(alert, story_url)
        entry = SubElement(feed, "entry")
        SubElement(entry, "title").text = title(notice)
        SubElement(entry, "id").text = f"urn:dealwire:alert:{alert.id}"
        SubElement(entry, "updated").text = alert.at.isoformat()
        link = shown.link or next((source.url for source in shown.sources if source.url), "")
        if link:
            SubElement(entry, "link", href=link)
        SubElement(entry, "category", term=alert.rule)
        SubElement(entry, "content", type="html").text = html(notice)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + tostring(feed, encoding="unicode") + "\n"
