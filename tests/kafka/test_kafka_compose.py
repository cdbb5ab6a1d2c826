"""The Compose file and the image: valid, complete, and made of commands that exist."""

import importlib.util
import json
import re
from pathlib import Path

import jsonschema
import pytest
import typer
import yaml

from dealwire.bootstrap.rules import load_book
from dealwire.cli.main import build
from dealwire.config import load_settings

ROOT = Path(__file__).parents[2]
IN_IMAGE = "/etc/dealwire/"
"""Where the image has the examples."""


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def ours(compose):
    return {name: service for name, service in compose["services"].items() if service["image"] == "dealwire"}


def test_the_file_is_valid_by_the_compose_specification(compose):
    """The schema is the specification's own, as check-jsonschema ships it."""
    (package,) = importlib.util.find_spec("check_jsonschema").submodule_search_locations
    schema = json.loads((Path(package) / "builtin_schemas" / "vendor" / "compose-spec.json").read_text())

    jsonschema.validate(compose, schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"services": {"kafka": {"imag": "x"}}}, schema)


def test_kafka_keeps_its_data_and_is_waited_for(compose):
    kafka = compose["services"]["kafka"]
    assert kafka["image"].startswith("apache/kafka:")
    assert kafka["volumes"] == ["kafka:/var/lib/kafka/data"]
    assert kafka["environment"]["KAFKA_LOG_DIRS"] == "/var/lib/kafka/data"
    assert "kafka-broker-api-versions.sh" in kafka["healthcheck"]["test"][1]
    assert compose["services"]["topics"]["depends_on"]["kafka"]["condition"] == "service_healthy"


def test_there_are_two_workers_and_one_of_each_other_process(ours):
    assert ours.keys() == {"topics", "rules", "ingest", "worker", "notifier"}
    assert ours["worker"]["deploy"]["replicas"] == 2


def test_every_service_runs_a_command_that_exists_with_options_that_it_knows(ours):
    root = typer.main.get_command(build())
    for service in ours.values():
        command, words = root, list(service["command"])
        while hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        command.make_context(None, words)


def test_the_configuration_that_the_services_name_can_be_used(ours, monkeypatch):
    monkeypatch.setenv("DESK_MAIL_URL", "mailto://mail:1025?to=desk@example.com")
    (named,) = {service["command"][service["command"].index("--config") + 1] for service in ours.values()}
    settings = load_settings(ROOT / "examples" / named.removeprefix(IN_IMAGE))

    assert settings.kafka.servers == "kafka:9092"
    book = load_book([settings.place(path) for path in settings.rules])
    assert "desk-mail" in book.receivers
    for feed in settings.feeds:
        if "://" not in feed.url:
            assert settings.place(Path(feed.url)).exists()


def test_the_image_has_all_packages_and_runs_as_nobody_in_particular():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    copied = {word for line in lines if line.startswith("COPY") and "--from" not in line for word in line.split()[1:-1]}
    assert {"dealwire", "connectors", "streams", "rules", "notifier"} <= copied
    assert all((ROOT / path).exists() for path in copied)
    users = [match[1] for line in lines if (match := re.match(r"USER (\w+)", line))]
    assert users == ["dealwire"]
    assert 'ENTRYPOINT ["dealwire"]' in lines
