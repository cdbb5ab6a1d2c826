"""A small core for tests of the Kafka shell alone: a title is "NAME AMOUNT", a story is a name, a new amount a change.

It keeps the promises that the real core makes: state only by key, writes returned, a reading taken again gives the same
alerts and no writes. A title "FAIL …" makes understanding fail, "UNFOLDABLE …" folding. "STUCK PATH" keeps whoever
folds it first for ever, and leaves PATH as a mark that it did.

Run as a program it is a worker over this core: `kafka_standin.py SETTINGS_JSON`.
"""

import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from dealwire import log
from dealwire.errors import RecordError
from dealwire.model import Alert, MarketEvent, Reading
from streams.settings import KafkaSettings
from streams.worker import build_app, run_worker


@dataclass
class Outcome:
    writes: dict[str, bytes | None] = field(default_factory=dict)
    alerts: tuple[Alert, ...] = ()


class StandIn:
    def __init__(self, files):
        if any("broken" in file.text for file in files):
            raise RecordError("rules: broken")
        self.rule = files[0].text

    def understand(self, article):
        if article.title.startswith("FAIL"):
            raise ValueError("cannot be understood")
        name, amount = article.title.split()
        event = MarketEvent(
            id=f"{article.id}/{article.revision}", category="funding", type="seed", status=amount, subject=name
        )
        return Reading(article=article, events=(event,))

    def fold(self, state, reading):
        (event,) = reading.events
        if event.subject == "UNFOLDABLE":
            raise ValueError("cannot be folded")
        if event.subject == "STUCK" and not (mark := Path(event.status)).exists():
            mark.touch()
            while True:
                time.sleep(1)
        key = f"story/{event.subject}"
        story = orjson.loads(state.get(key, b'{"amounts": [], "taken": {}}'))
        if (before := story["taken"].get(event.id)) is not None:
            return Outcome({}, tuple(Alert.model_validate(alert) for alert in before))
        alerts = ()
        if event.status not in story["amounts"]:
            story["amounts"].append(event.status)
            alerts = (self._alert(reading, event, len(story["amounts"])),)
        story["taken"][event.id] = [alert.model_dump(mode="json") for alert in alerts]
        return Outcome({key: orjson.dumps(story), f"index/{event.subject}": b"1"}, alerts)

    def _alert(self, reading, event, version):
        kind = "new" if version == 1 else "changed"
        return Alert(
            id=Alert.id_of(self.rule, event.subject, version, event.status),
            rule=self.rule,
            story=event.subject,
            version=version,
            kind=kind,
            at=reading.article.at,
            articles=(reading.article.id,),
            labels={"amount": event.status},
            send_to=("file",),
        )

    def indexes(self, state):
        return {f"index/{key.removeprefix('story/')}": b"1" for key, _ in state}


if __name__ == "__main__":
    log.configure("json")
    run_worker(build_app(KafkaSettings.model_validate_json(sys.argv[1]), StandIn))
