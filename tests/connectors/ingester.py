"""A whole ingester as a process of its own: python ingester.py STORE HOLDER URL…; it visits the feeds every second."""

import asyncio
import sys
from datetime import UTC, datetime, timedelta

from connectors.fetch import Fetcher
from connectors.lease import visit_while_held
from connectors.poll import Poller
from connectors.registry import plan
from dealwire.store import feeds
from dealwire.store.database import Store


async def ingest(path, holder, urls):
    def clock():
        return datetime.now(UTC)

    with Store.open(path) as store:
        lease = feeds.FeedLease(store.connection, holder, clock, timedelta(seconds=1.5))

        async def deliver(visit):
            with store.transaction() as connection:
                feeds.require_lease(connection, holder)
                feeds.save(connection, visit.record)

        async with Fetcher(user_agent=holder) as fetcher:

            async def visit(ending):
                specs = [{"name": url, "url": url, "allow_private": True, "every": "1s"} for url in urls]
                planned = [plan(spec, fetcher) for spec in specs]
                await Poller(planned, feeds.load(store.connection)).run(deliver, ending)

            await visit_while_held(lease, visit, asyncio.Event(), every=timedelta(seconds=0.3))


if __name__ == "__main__":
    asyncio.run(ingest(sys.argv[1], sys.argv[2], sys.argv[3:]))
