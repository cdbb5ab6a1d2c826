"""The contract that every receiver passes: what is retried, no secret in anything, nothing lost and nothing twice.

The servers are real; each kind is killed at every step of its deliveries.
"""

import logging
from contextlib import contextmanager
from datetime import timedelta

import pytest
from notifier_desk import START, Desk, VirtualClock, make_alert, make_story
from notifier_kinds import KINDS, LASTING, PASSING, SECRET, Kind, befalls
from notifier_servers import HttpServer, MailServer

from dealwire.errors import DeliveryError
from dealwire.store import outbox
from dealwire.store.database import Store
from notifier.render.notice import Notice
from notifier.send import Dispatcher

POLICY = {"receivers": {"desk": {}}}
EVERY_KIND = pytest.mark.parametrize("kind", KINDS, indirect=True)
THE_MAIL_SERVERS_OWN = "mail.log"


def pairs(faults):
    """Each kind with each of the faults that can befall it."""
    met = [(name, fault) for name in KINDS for fault in faults if befalls(fault, name)]
    return pytest.mark.parametrize(("kind", "fault"), met, indirect=["kind"])


@pytest.fixture(autouse=True)
def every_line_logged(caplog):
    """All libraries log all they have, and none of it holds the secret."""
    with caplog.at_level(logging.DEBUG):
        yield
    said = "".join(record.getMessage() for record in caplog.records if record.name != THE_MAIL_SERVERS_OWN)
    assert SECRET not in said


@pytest.fixture(scope="module")
def servers():
    """One server of each kind for all tests: each test begins with them clean."""
    http, mail = HttpServer(), MailServer()
    yield http, mail
    http.close()
    mail.close()


@pytest.fixture
def kind(request, servers):
    for server in servers:
        server.reset()
    return Kind(request.param, *servers)


def make_notice(*alerts):
    return Notice(id="delivery1", receiver="desk", form="alert", at=START, alerts=alerts or (alert(1),))


def alert(number, **more):
    return make_alert(number, story_view=make_story(f"story-{number}", subject=f"Company {number}"), **more)


def assert_says_no_secret(error):
    """Neither the error nor anything that a trace of it would print."""
    seen = [error]
    while (cause := seen[-1].__cause__) is not None:
        seen.append(cause)
    assert all(SECRET not in str(e) + repr(e) for e in seen)
    assert error.__suppress_context__ or error.__context__ is None


@EVERY_KIND
def test_a_message_that_is_taken_arrives_once_with_a_receipt(kind):
    receipt = kind.make().send(make_notice())
    assert [company for company, _ in kind.arrived] == [1]
    assert isinstance(receipt, dict)
    assert SECRET not in str(receipt)


@pairs(PASSING)
def test_what_may_pass_is_to_be_tried_again_and_is_tried_once(kind, fault):
    sender = kind.make()
    kind.fail(fault)
    with pytest.raises(DeliveryError) as raised:
        sender.send(make_notice())
    assert not raised.value.permanent
    assert kind.tries == 1
    assert_says_no_secret(raised.value)
    if fault == "slow down" and kind.name not in {"apprise", "mail"}:
        assert raised.value.retry_after_seconds == 30
    sender.send(make_notice())
    assert [company for company, _ in kind.arrived] == [1]


@pairs(LASTING)
def test_what_will_not_pass_is_permanent(kind, fault):
    sender = kind.make()
    kind.fail(fault)
    with pytest.raises(DeliveryError) as raised:
        sender.send(make_notice())
    assert raised.value.permanent
    assert kind.tries == 1
    assert_says_no_secret(raised.value)


@pytest.mark.parametrize("name", [name for name in KINDS if name != "terminal"])
def test_a_receiver_that_is_not_there_is_to_be_tried_again(name):
    kind = Kind(name, HttpServer(), MailServer())
    sender = kind.make()
    kind.go_away()
    with pytest.raises(DeliveryError) as raised:
        sender.send(make_notice())
    assert not raised.value.permanent
    assert_says_no_secret(raised.value)


def test_a_terminal_that_is_not_there_is_to_be_tried_again():
    kind = Kind("terminal", None, None)
    sender = kind.make()
    kind.screen.close()
    with pytest.raises(DeliveryError, match="terminal") as raised:
        sender.send(make_notice())
    assert not raised.value.permanent


@EVERY_KIND
def test_what_shows_a_sender_shows_no_secret(kind):
    sender = kind.make()
    assert SECRET not in repr(sender) + repr(sender.clean) + sender.target + sender.channel


@EVERY_KIND
def test_a_resend_carries_the_same_id(kind):
    sender = kind.make()
    for _ in range(2):
        sender.send(make_notice())
    (first, again) = kind.arrived
    assert first == again
    if kind.name not in {"apprise", "terminal", "slack webhook"}:
        assert "delivery1" in first[1]


class Kill(BaseException):
    """What `kill -9` is to the process."""


class DoomedStore:
    """A store in a process that is killed at its n-th step; steps are what `step` is called at."""

    def __init__(self, store, dies_at):
        self.store, self.connection, self.dies_at, self.steps = store, store.connection, dies_at, 0

    def step(self):
        self.steps += 1
        if self.steps == self.dies_at:
            raise Kill

    @contextmanager
    def transaction(self):
        self.step()
        with self.store.transaction() as connection:
            yield connection
            self.step()
        self.step()


class Doomed:
    """A sender whose process may die as it begins to send, or when the receiver has the message."""

    def __init__(self, sender, step):
        self._sender, self._step = sender, step

    def __getattr__(self, name):
        return getattr(self._sender, name)

    def send(self, notice):
        self._step()
        receipt = self._sender.send(notice)
        self._step()
        return receipt


def live_and_die(office, kind, dies_at):
    """Two alerts taken and sent in a process that dies at a step; how many steps it lived, and whether it died."""
    doomed = DoomedStore(office.store, dies_at)
    office.receivers = {"desk": Doomed(kind.make(), doomed.step)}
    if befalls("busy", kind.name):
        kind.fail("busy")
    dispatcher = Dispatcher(doomed, office.receivers, office.router, world=office.clock.world(), on_change=doomed.step)
    try:
        for number in (1, 2):
            with doomed.transaction() as connection:
                outbox.enqueue(connection, alert(number), office.router, office.clock.now())
        dispatcher.drain(patience=timedelta(days=1))
    except Kill:
        return doomed.steps, True
    return doomed.steps, False


def live_again(office, kind):
    """The next process: what it had not acknowledged comes again, and it sends what is left."""
    office.receivers = {"desk": kind.make()}
    office.restart()
    office.take(alert(1), alert(2))
    office.drain()


@EVERY_KIND
def test_a_kill_at_any_step_loses_nothing_and_repeats_the_one_in_flight_at_most(kind, tmp_path):
    with Store.open(tmp_path / "0.db") as store:
        steps, killed = live_and_die(Desk(store, POLICY, VirtualClock()), kind, dies_at=0)
    assert not killed
    assert steps > 15
    for dies_at in range(1, steps + 1):
        for server in (kind.http, kind.mail):
            server.reset()
        kind.screen.seek(0)
        kind.screen.truncate()
        with Store.open(tmp_path / f"{dies_at}.db") as store:
            office = Desk(store, POLICY, VirtualClock())
            assert live_and_die(office, kind, dies_at) == (dies_at, True)
            live_again(office, kind)
            assert set(office.states()) == {"sent"}
        companies = [company for company, _ in kind.arrived]
        assert list(dict.fromkeys(companies)) == [1, 2]
        assert len(companies) <= 3
        assert len(set(kind.arrived)) == 2
