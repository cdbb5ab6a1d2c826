"""`dealwire run` as a user meets it: what it prints, how it ends, and that it sends nothing twice."""

import signal
import subprocess
import sys
import time

import pytest

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>
<item><title>MatX raises $500 million to build chips for language models</title>
<link>https://wire.example/matx</link><pubDate>Mon, 16 Feb 2026 09:00:00 GMT</pubDate>
<description>The round was led by Spark Capital.</description></item>
<item><title>Rain is expected over the weekend</title><link>https://wire.example/rain</link>
<pubDate>Mon, 16 Feb 2026 10:00:00 GMT</pubDate></item></channel></rss>"""
RULES = """version: 1
receivers: {screen: {url: "terminal://"}}
rules:
  - {id: rounds, title: Large rounds, match: {category: funding, amount: ">= 100M USD"}, send_to: [screen]}
"""
CONFIG = """version: 1
store: dealwire.db
rules: watchlist.yaml
feeds:
  - {name: Wire, url: wire.xml}
  - {name: Nowhere, url: "http://127.0.0.1:9/feed", allow_private: true}
"""


@pytest.fixture
def place(tmp_path):
    (tmp_path / "wire.xml").write_text(FEED, encoding="utf-8")
    (tmp_path / "watchlist.yaml").write_text(RULES, encoding="utf-8")
    (tmp_path / "dealwire.yaml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def command(*arguments):
    return [sys.executable, "-m", "dealwire", *arguments]


def once(place, *arguments, **options):
    return subprocess.run(
        command("run", "--once", *arguments),
        cwd=place,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


def test_once_prints_what_was_understood_and_the_alert_with_its_facts_sentence_reason_and_link(place):
    done = once(place)
    assert done.returncode == 0, done.stderr
    assert "Wire: 2 new, 1 tell of a deal or a chip" in done.stdout
    for said in ("MatX", "$500M", "Large rounds", "amount >= 100M USD", "https://wire.example/matx"):
        assert said in done.stdout


def test_an_unreachable_feed_is_one_calm_line(place):
    said = once(place).stderr
    assert said.count("Nowhere") == 1
    assert "Traceback" not in said


def test_run_again_it_sends_nothing_twice(place):
    assert "Large rounds" in once(place).stdout
    again = once(place)
    assert again.returncode == 0
    assert "Large rounds" not in again.stdout


def test_a_changed_rules_file_is_used_and_a_broken_one_is_told_whole(place):
    (place / "watchlist.yaml").write_text(RULES.replace("amount:", "ammount:").replace("[screen]", "[scren]"))
    done = once(place)
    assert done.returncode == 1
    assert "watchlist.yaml:4:" in done.stderr
    assert "unknown field 'ammount'; did you mean 'amount'?" in done.stderr
    assert "did you mean 'screen'?" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_receiver_without_its_secret_is_left_out_and_the_rest_goes_on(place):
    rules = RULES.replace("screen: {url", 'desk: {url: "slack://${DESK_TOKEN}"}, screen: {url')
    (place / "watchlist.yaml").write_text(rules.replace("[screen]", "[screen, desk]"))
    done = once(place)
    assert done.returncode == 0, done.stderr
    assert "Large rounds" in done.stdout
    assert "desk" in done.stderr
    assert "DESK_TOKEN is not set in the environment" in done.stderr


def test_a_missing_configuration_is_a_usage_error_with_a_hint(place):
    done = once(place, "--config", "nothing.yaml")
    assert done.returncode == 2
    assert done.stderr.startswith("dealwire: nothing.yaml: No such file or directory; name one with --config")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_a_running_service_cleanly_and_a_second_one_beside_it_is_refused(place, number):
    with subprocess.Popen(
        command("run"), cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            for line in running.stdout:
                if "wire.example/matx" in line:
                    break
            second = once(place)
            assert second.returncode == 1
            assert f"another dealwire (process {running.pid}) runs on this store" in second.stderr
            began = time.monotonic()
            running.send_signal(number)
            _, said = running.communicate(timeout=30)
            assert running.returncode == 0
            assert "stopped; nothing is lost" in said
            assert "Traceback" not in said
            assert time.monotonic() - began < 20
        finally:
            running.kill()


def test_rules_edited_while_it_runs_take_effect_and_broken_ones_are_told_while_the_last_run_on(place):
    with subprocess.Popen(
        command("run", "--log-level", "info"), cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            said = iter(running.stderr.readline, "")
            next(line for line in running.stdout if "wire.example/matx" in line)
            (place / "watchlist.yaml").write_text(RULES.replace("amount:", "ammount:"))
            assert "unknown field 'ammount'" in next(line for line in said if "rules_rejected" in line)
            (place / "watchlist.yaml").unlink()
            assert "there is no such file" in next(line for line in said if "rules_rejected" in line)
            (place / "watchlist.yaml").write_text(RULES.replace("100M", "200M"))
            assert "hash=" in next(line for line in said if "rules_in_use" in line)
            running.send_signal(signal.SIGTERM)
            running.communicate(timeout=30)
            assert running.returncode == 0
        finally:
            running.kill()


def test_a_feed_whose_secret_is_not_set_is_left_out_by_name_and_the_others_are_read(place):
    paid = '{name: Paid, url: "https://paid.example/feed", headers: {Authorization: "Bearer ${PAID_KEY}"}}'
    (place / "dealwire.yaml").write_text(f"{CONFIG}  - {paid}\n")
    done = once(place)
    assert done.returncode == 0, done.stderr
    assert "feed_left_out feed=Paid" in done.stderr
    assert "PAID_KEY is not set in the environment" in done.stderr
    assert "Large rounds" in done.stdout


def test_ctrl_c_while_a_receiver_is_waited_for_ends_a_single_run_at_once(place):
    rules = RULES.replace("screen: {url", 'dead: {url: "json://127.0.0.1:9/"}, screen: {url').replace(
        "[screen]", "[dead, screen]"
    )
    (place / "watchlist.yaml").write_text(rules)
    with subprocess.Popen(
        command("run", "--once"), cwd=place, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        try:
            next(line for line in running.stdout if "wire.example/matx" in line)
            running.send_signal(signal.SIGINT)
            running.communicate(timeout=30)
            assert running.returncode == 130
        finally:
            running.kill()
