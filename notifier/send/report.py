"""Shell: the coverage report sent by itself, once at each of its times, to the operators."""

from collections.abc import Callable
from datetime import datetime, timedelta

from dealwire.store import outbox
from dealwire.store.database import Store
from notifier.decide.calendar import last_due
from notifier.decide.settings import Policy
from notifier.render.coverage import Coverage, coverage_report, report_key
from notifier.send.verdict import tell_operators

Collect = Callable[[Store, datetime, datetime], Coverage | None]
"""From the outbox's store, the coverage of [since, until); None where nothing is known from before `until`."""

INSTANT = timedelta(microseconds=1)


class DailyReport:
    """Looks whether a report is due, and puts it into the outbox. A process that was down then sends it late."""

    def __init__(self, collect: Collect) -> None:
        self._collect = collect
        self._settled: datetime | None = None
        """The report of this time was sent, or there was nothing to report."""

    def look(self, store: Store, policy: Policy, now: datetime) -> bool:
        """Whether a report was due now, and is in the outbox."""
        schedule = policy.routing.report
        if schedule is None or not policy.operators:
            return False
        until = last_due(schedule, now)
        if until == self._settled:
            return False
        known = outbox.has_notice(store.connection, policy.operators[0], report_key(until))
        coverage = None if known else self._collect(store, last_due(schedule, until - INSTANT), until)
        if coverage:
            with store.transaction() as connection:
                tell_operators(connection, policy, coverage_report(coverage), now)
        self._settled = until
        return coverage is not None
