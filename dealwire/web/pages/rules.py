"""Shell: the rules that run: what fired when, the loudest, and one rule as it is written."""

import sqlite3
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from aiohttp import web

from dealwire.model import Alert
from dealwire.store import browse, fired, sums
from dealwire.web.charts import Entry, ranking, spark
from dealwire.web.pages.cards import story_path, title_of
from dealwire.web.pages.desk import DESK
from dealwire.web.pages.editor import EDITING, edit_path
from dealwire.web.pages.frame import frame_of, page
from dealwire.web.pages.market import alerts_by_day, loudest_rules
from dealwire.web.pages.stories import list_links
from dealwire.web.pages.wording import counted
from notifier.render.escape import one_line
from notifier.render.view import view
from rules.book import Rule, RuleBook

DAYS = 30
ALERTS_SHOWN = 30
REASONS_SHOWN = 3
LOUDEST_MAX = 8
SOURCE_LINES_MAX = 120

Counts = Mapping[tuple[date, str], int]


async def listed(request: web.Request) -> web.Response:
    """GET /rules"""
    desk = request.app[DESK]
    until = (await desk.read(browse.newest_alert) or desk.now()).date()
    since = datetime.combine(until - timedelta(days=DAYS - 1), datetime.min.time(), UTC)
    counts, alerts, loudest = await desk.read(_read, since, [rule.id for rule in desk.book.rules])
    titles = {rule.id: rule.title or rule.id for rule in desk.book.rules}
    return page(
        "rules.html.j2",
        frame_of(request, "rules"),
        "Rules",
        hash=desk.book.hash,
        rows=[_row(rule, counts, loudest, until) for rule in desk.book.rules],
        alerts=[_alert(alert) for alert in alerts],
        chart=alerts_by_day(counts, titles, until, DAYS),
        loudest=loudest_rules(counts, titles, DAYS),
        files=_files(request.app[EDITING].names(), desk.book),
        links=list_links("/api/v1/rules"),
    )


Loudest = tuple[Mapping[str, datetime], Mapping[str, str]]
"""When each rule fired last, and of whom it spoke most."""


def _read(connection: sqlite3.Connection, since: datetime, rules: Sequence[str]) -> tuple[Counts, list[Alert], Loudest]:
    last = browse.last_fired(connection, rules), fired.loudest_subjects(connection, since)
    return sums.alerts_by_day(connection, since), browse.alerts(connection, limit=ALERTS_SHOWN), last


def _row(rule: Rule, counts: Counts, loudest: Loudest, until: date) -> dict[str, Any]:
    days = [counts.get((until - timedelta(days=back), rule.id), 0) for back in range(DAYS - 1, -1, -1)]
    last, subject = (loudest[0].get(rule.id), loudest[1].get(rule.id, ""))
    return {
        "id": rule.id,
        "title": rule.title or rule.id,
        "href": f"/rules/{rule.id}",
        "severity": rule.severity,
        "state": "off" if not rule.enabled else "experimental" if rule.experimental else "",
        "spark": spark(days, f"{counted(sum(days), 'alert')} in {DAYS} days"),
        "today": days[-1],
        "week": sum(days[-7:]),
        "month": sum(days),
        "last": last,
        "loudest": subject,
        "file": Path(rule.file).name,
        "line": rule.line,
        "edit": f"{edit_path(rule.file)}#line-{rule.line}",
    }


def _alert(alert: Alert) -> dict[str, Any]:
    return {
        "at": alert.at,
        "rule": alert.rule,
        "rule_title": one_line(alert.rule_title or alert.rule),
        "kind": alert.kind,
        "href": story_path(alert.story),
        "title": title_of(alert.story_view) if alert.story_view else alert.story,
        "why": "; ".join(view(alert).why[:REASONS_SHOWN]),
    }


def _files(names: Sequence[str], book: RuleBook) -> list[dict[str, Any]]:
    held = Counter(rule.file for rule in book.rules)
    return [{"name": name, "href": edit_path(name), "rules": held[name]} for name in names]


async def show(request: web.Request) -> web.Response:
    """GET /rules/{id}"""
    desk, found = request.app[DESK], request.app[DESK].book.find(request.match_info["id"])
    if found is None:
        raise web.HTTPNotFound(text="no rule of this id runs; it may have been renamed or removed")
    until = (await desk.read(browse.newest_alert) or desk.now()).date()
    since = datetime.combine(until - timedelta(days=DAYS - 1), datetime.min.time(), UTC)
    counts = await desk.read(sums.alerts_by_day, since)
    alerts = await desk.read(browse.alerts, found.id, ALERTS_SHOWN)
    mine = {key: number for key, number in counts.items() if key[1] == found.id}
    subjects = Counter(alert.story_view.subject or "nobody named" for alert in alerts if alert.story_view)
    return page(
        "rule.html.j2",
        frame_of(request, "rules"),
        found.title or found.id,
        rule=found,
        alerts=[_alert(alert) for alert in alerts],
        chart=alerts_by_day(mine, {found.id: found.title or found.id}, until, DAYS),
        loudest=ranking(
            "Told of most", "Subject", [Entry(name, times) for name, times in subjects.most_common(LOUDEST_MAX)]
        ),
        source=as_written(found.file, found.line),
        edit=f"{edit_path(found.file)}#line-{found.line}",
        links=list_links("/api/v1/alerts", f"?rule={found.id}"),
    )


def as_written(file: str, line: int) -> str:
    """The rule's own lines in its file; empty where the file cannot be read."""
    try:
        lines = Path(file).read_text(encoding="utf-8-sig").splitlines()[line - 1 :]
    except OSError:
        return ""
    return "\n".join(own_lines(lines[:SOURCE_LINES_MAX]))


def own_lines(lines: Sequence[str]) -> list[str]:
    """The first entry of a YAML list: its lines up to the next entry, without their common indentation.

    >>> own_lines(["  - id: a", "    title: A", "", "  - id: b"])
    ['- id: a', '  title: A']
    """
    if not lines:
        return []
    depth = len(lines[0]) - len(lines[0].lstrip())
    own = [lines[0]]
    for line in lines[1:]:
        if line.strip() and len(line) - len(line.lstrip()) <= depth:
            break
        own.append(line)
    while own and not own[-1].strip():
        own.pop()
    return [line[depth:] if not line[:depth].strip() else line for line in own]
