"""A worker over the real core: `kafka_worker.py SETTINGS`."""

import sys

from dealwire import log
from dealwire.bootstrap.kafka import CoreHalves
from streams.settings import KafkaSettings
from streams.worker import build_app, run_worker

if __name__ == "__main__":
    log.configure("json")
    run_worker(build_app(KafkaSettings.model_validate_json(sys.argv[1]), CoreHalves.of))
