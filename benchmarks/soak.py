"""Everything killed, twenty times each: `make soak`, or `python benchmarks/soak.py [KILLS [SEED]]`.

The tests that kill three times, told to kill more often: the embedded process, and on a real Kafka the worker, the
ingest, the notifier and the broker. Each of them asserts that every alert of an undisturbed run is in the outbox once.
"""

import os
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
KILLS = 20
TESTS = ("tests/streams/test_streams_kill.py", "tests/kafka/test_kafka_kill.py")


def main(kills: int, seed: int) -> int:
    os.environ.update(DEALWIRE_KILLS=str(kills), DEALWIRE_SEED=str(seed), CI="true")  # a soak that skips proves nothing
    os.chdir(ROOT)
    print(f"soak: {kills} kills of each process, seed {seed}", flush=True)
    return pytest.main(["-q", "-p", "no:randomly", "--durations=0", "--durations-min=1", *TESTS])


if __name__ == "__main__":
    arguments = [int(argument) for argument in sys.argv[1:3]]
    sys.exit(main(*arguments, *(KILLS, 1)[len(arguments) :]))
