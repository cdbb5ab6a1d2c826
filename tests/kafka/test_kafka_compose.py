"""The Compose file and the image: valid, complete, and made of commands that exist."""

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest
import typer
import yaml

from dealwire.bootstrap.rules import load_book
from dealwire.cli.main import build
from dealwire.config import load_settings
from dealwire.monitoring.listener import Listener
from dealwire.monitoring.monitor import Monitor

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


def test_processes_that_last_count_as_healthy_while_they_are_ready(ours):
    """Where the configuration has them listen, and by a program that the image has."""
    settings = load_settings(ROOT / "examples" / "compose" / "dealwire.yaml")
    port = settings.metrics.listen.rpartition(":")[2]
    lasting = {name: service for name, service in ours.items() if service["restart"] != "no"}
    assert lasting.keys() == {"ingest", "worker", "notifier"}
    for service in lasting.values():
        word, program, option, code = service["healthcheck"]["test"]
        assert (word, program, option) == ("CMD", "python", "-c")
        assert f"http://127.0.0.1:{port}/readyz" in code


def test_the_health_check_fails_where_the_process_is_not_ready(compose):
    monitor = Monitor()
    monitor.health.complete()
    with Listener(monitor, "127.0.0.1:0") as listener:
        code = compose["x-watched"]["test"][3].replace(":9464", f":{listener.port}")
        assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30).returncode == 0
        monitor.health.add("store", lambda: "disk is full")
        assert subprocess.run([sys.executable, "-c", code], check=False, timeout=30, stderr=-3).returncode == 1


def test_what_is_mounted_exists(compose):
    mounted = [volume for service in compose["services"].values() for volume in service.get("volumes", ())]
    paths = [volume.partition(":")[0] for volume in mounted if volume.startswith("./")]
    assert len(paths) == 4
    assert all((ROOT / path).exists() for path in paths)
    dashboards = yaml.safe_load((ROOT / "docs/operations/grafana/dashboards/dealwire.yml").read_text())
    (provider,) = dashboards["providers"]
    assert any(f":{provider['options']['path']}/" in volume for volume in mounted)


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
