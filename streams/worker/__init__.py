"""Shell: the Kafka worker: a Faust app with an understanding half and a folding half. Start reading in `app`.

    articles.v1 ──(understanding, N partitions, any number of workers)──▶ events.v1 ──(folding, one writer)──▶ alerts.v1

A record's offset is committed only when everything that follows from it has been acknowledged by the broker, so that a
worker may die at any moment: its successor takes the record again, and the core gives the same answer again.
"""

from streams.worker.app import build_app, run_worker

__all__ = ["build_app", "run_worker"]
