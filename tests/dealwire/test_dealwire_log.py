"""What dealwire says while it runs."""

import json
import logging

import pytest

from dealwire.log import configure, logger


@pytest.fixture(autouse=True)
def restored_logging():
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    yield
    root.handlers, root.level = before[0], before[1]


def test_an_event_is_one_line_with_its_fields(capsys):
    configure("text")
    logger("poll").info("feed_unreachable", feed="tech wire", tries=3)
    line = capsys.readouterr().err
    assert line.endswith('info feed_unreachable feed="tech wire" tries=3\n')


def test_as_json_each_line_is_an_object(capsys):
    configure("json")
    logger("poll").warning("feed_unreachable", feed="x", cause="line\nbreak")
    said = json.loads(capsys.readouterr().err)
    assert (said["event"], said["level"], said["feed"], said["cause"]) == (
        "feed_unreachable", "warning", "x", "line\nbreak",
    )  # fmt: skip


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_secret_is_struck_out_whoever_wrote_it(capsys, form):
    configure(form, secrets=["https://hooks.example/T0/s3cr3t-token", "short"])
    logger("send").warning("delivery_failed", url="https://hooks.example/T0/s3cr3t-token")
    logging.getLogger("somelibrary").warning("POST https://hooks.example/T0/s3cr3t-token 403, short")
    said = capsys.readouterr().err
    assert "s3cr3t-token" not in said
    assert said.count("[secret]") == 2
    assert "short" in said


def test_libraries_speak_only_of_trouble(capsys):
    configure("text", level="debug")
    logging.getLogger("aiokafka").info("rebalancing")
    logger("worker").debug("record_folded")
    said = capsys.readouterr().err
    assert "rebalancing" not in said
    assert "record_folded" in said
