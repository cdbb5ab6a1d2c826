"""A store and desks on it, for all tests of the notifier."""

import pytest
from notifier_desk import Desk, VirtualClock
from notifier_servers import HttpServer, MailServer

from dealwire.store.database import Store


@pytest.fixture
def clock():
    return VirtualClock()


@pytest.fixture
def store(tmp_path):
    with Store.open(tmp_path / "dealwire.db") as opened:
        yield opened


@pytest.fixture
def desk(store, clock):
    """Makes a desk: `desk({"receivers": …})`."""
    return lambda policy: Desk(store, policy, clock)


@pytest.fixture
def http():
    server = HttpServer()
    yield server
    server.close()


@pytest.fixture
def mail():
    server = MailServer()
    yield server
    server.close()
