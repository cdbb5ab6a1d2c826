"""Core: the routing tree: which receivers an alert goes to, by which way, with which settings.

A rule's `send_to` is a way of its own and is taken instead of the tree. Otherwise the tree is asked as in Alertmanager:
children first, the first that matches unless it says `continue`, and the node itself where no child matches. Without
either, an alert goes to every receiver that is not an operator's: an alert too many is better than one lost.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dealwire.model import Alert
from notifier.decide.matchers import all_match
from notifier.decide.settings import Policy, ReceiverSettings, Route

INHERITED = ("group_by", "group_wait", "group_interval", "mute_time_intervals")


@dataclass(frozen=True, slots=True)
class Destination:
    """A receiver an alert goes to, how it got there, and the settings that hold on that way."""

    receiver: str
    settings: ReceiverSettings
    path: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """One node that was asked, for `dealwire routes test`."""

    path: tuple[str, ...]
    matched: bool
    why: str
    receivers: tuple[str, ...] = ()


@dataclass(slots=True)
class _Node:
    route: Route
    path: tuple[str, ...]
    destinations: tuple[Destination, ...]
    children: list["_Node"] = field(default_factory=list)


class Router:
    """The policy, compiled once: what each node sends where is worked out ahead of the alerts."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._root = self._compile(policy.routing.route, ("route",), (), {}) if policy.routing.route else None
        self._named = {name: Destination(name, settings, ("send_to",)) for name, settings in policy.receivers.items()}
        self._everyone = tuple(
            Destination(name, settings, ("every receiver",))
            for name, settings in policy.receivers.items()
            if not settings.operator
        )

    def destinations(self, alert: Alert) -> tuple[Destination, ...]:
        """Where the alert goes, each receiver once."""
        if alert.send_to:
            return tuple(
                self._named.get(name) or Destination(name, self.policy.settings(name), ("send_to",))
                for name in dict.fromkeys(alert.send_to)
            )
        if self._root is None:
            return self._everyone
        first: dict[str, Destination] = {}
        for destination in _walk(self._root, alert):
            first.setdefault(destination.receiver, destination)
        return tuple(first.values())

    def explain(self, alert: Alert) -> tuple[Step, ...]:
        """Every node that was asked on the alert's way, and what it said."""
        if alert.send_to:
            return (Step(("send_to",), matched=True, why=f"rule {alert.rule} names them", receivers=alert.send_to),)
        if self._root is None:
            names = tuple(d.receiver for d in self._everyone)
            return (Step(("every receiver",), matched=True, why="there is no routing tree", receivers=names),)
        return tuple(_explain(self._root, alert))

    def draw(self) -> Iterator[tuple[int, str]]:
        """The tree as (depth, line), for `dealwire routes show`."""
        if self._root is None:
            yield 0, "every receiver: " + ", ".join(d.receiver for d in self._everyone)
        else:
            yield from _draw(self._root, 0)

    def _compile(self, route: Route, path: tuple[str, ...], above: tuple[str, ...], inherited: dict[str, Any]) -> _Node:
        receivers = route.receiver or above
        given = {name: getattr(route, name) for name in INHERITED if getattr(route, name) is not None}
        overriding = {**inherited, **given}
        destinations = tuple(
            Destination(name, self.policy.settings(name).model_copy(update=overriding), path) for name in receivers
        )
        node = _Node(route, path, destinations)
        for number, child in enumerate(route.routes, start=1):
            label = " ".join(map(str, child.matchers)) or f"#{number}"
            node.children.append(self._compile(child, (*path, label), receivers, overriding))
        return node


def _walk(node: _Node, alert: Alert) -> Iterator[Destination]:
    if not all_match(node.route.matchers, alert):
        return
    matched = False
    for child in node.children:
        found = tuple(_walk(child, alert))
        yield from found
        if found:
            matched = True
            if not child.route.go_on:
                break
    if not matched:
        yield from node.destinations


def _explain(node: _Node, alert: Alert) -> Iterator[Step]:
    failed = next((m for m in node.route.matchers if not m.matches(alert)), None)
    if failed:
        yield Step(node.path, matched=False, why=f"{failed} does not hold")
        return
    below: list[Step] = []
    matched = False
    for child in node.children:
        steps = tuple(_explain(child, alert))
        below.extend(steps)
        if steps[0].matched:
            matched = True
            if not child.route.go_on:
                break
    receivers = () if matched else tuple(d.receiver for d in node.destinations)
    why = "a child takes it" if matched else "no child matches" if node.children else "matches"
    yield Step(node.path, matched=True, why=why, receivers=receivers)
    yield from below


def _draw(node: _Node, depth: int) -> Iterator[tuple[int, str]]:
    to = ", ".join(d.receiver for d in node.destinations) or "nobody"
    settings = node.destinations[0].settings if node.destinations else None
    grouped = f" · grouped by {', '.join(settings.group_by)}" if settings and settings.group_by else ""
    label = node.path[-1] if depth else "everything"
    yield depth, f"{label} → {to}{grouped}{' · continue' if node.route.go_on else ''}"
    for child in node.children:
        yield from _draw(child, depth + 1)
