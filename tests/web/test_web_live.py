"""Live news for hundreds at once: nothing is missed over cuts and restarts, and who is slow holds up nobody."""

import asyncio
import json
import socket
import time

import aiohttp
import pytest
import web_desk

from dealwire.store import catalogue
from dealwire.web import live
from dealwire.web.app import NEWSROOM
from dealwire.web.live import Piece

LISTENERS = 200
PATIENCE_SECONDS = 30


@pytest.fixture
def desk(tmp_path):
    with web_desk.Newsdesk(tmp_path, deals=2) as desk:
        yield desk


def place(desk):
    return catalogue.place(desk.store.connection)


def tell(desk, count, word):
    """News of so many deals; the number of the last change, once all are laid out."""
    for number in range(count):
        desk.tell(f"{word}{number} Optics raises ${number + 20} million Series B")
    (last,) = desk.store.connection.execute("SELECT max(seq) FROM story_changes").fetchone()
    return last


def truth(desk, after, until):
    query = "SELECT seq FROM story_changes WHERE seq > ? AND seq <= ? ORDER BY seq"
    return [seq for (seq,) in desk.store.connection.execute(query, (after, until))]


async def hear(session, url, after, until, cut_after=None):
    """The ids that a listener gets which saw `after` last, up to `until`, or so many of them."""
    heard, headers = [], {"Last-Event-ID": str(after)}
    async with asyncio.timeout(PATIENCE_SECONDS), session.get(f"{url}/api/v1/events", headers=headers) as answer:
        told = 0
        async for raw in answer.content:
            line = raw.decode().strip()
            assert line != "event: reset"
            if line.startswith("id: "):
                told = int(line[4:])
            elif line.startswith("data: "):
                assert set(json.loads(line[6:])) == {"story"}
                heard.append(told)
                if told >= until or len(heard) == cut_after:
                    return heard
    return heard


def session():
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))


def test_two_hundred_listeners_hear_everything_over_a_cut_and_a_killed_server(desk):
    began = place(desk)
    first = tell(desk, 12, "Halden")

    async def before_the_kill():
        async with session() as client:
            cuts = (hear(client, desk.url, began, first, cut_after=n % 6 + 1) for n in range(LISTENERS))
            return await asyncio.gather(*cuts)

    async def after_it(heard):
        async with session() as client:
            rest = (hear(client, desk.url, one[-1], last) for one in heard)
            return await asyncio.gather(*rest)

    heard = asyncio.run(before_the_kill())
    desk.restart()
    last = tell(desk, 8, "Varn")
    rest = asyncio.run(after_it(heard))
    wanted = truth(desk, began, last)
    assert len(wanted) >= 20
    for start, end in zip(heard, rest, strict=True):
        assert start + end == wanted


def test_one_who_never_reads_is_cut_off_and_holds_up_nobody(desk, monkeypatch):
    monkeypatch.setattr(live, "WRITE_SECONDS_MAX", 0.2)
    newsroom = desk.served.runner.app[NEWSROOM]
    began = place(desk)
    with socket.create_connection(("127.0.0.1", desk.served.port)) as mute:
        mute.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1_024)
        mute.sendall(f"GET /api/v1/events HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: {began}\r\n\r\n".encode())
        wait_for(lambda: newsroom.listeners == 1)
        # far more than the buffers of both ends hold
        piece = Piece.of([(began + number, "x" * 400) for number in range(1, 20_000)])
        desk.served.loop.call_soon_threadsafe(newsroom.offer, piece)
        last = tell(desk, 5, "Orrery")

        async def other():
            async with session() as client:
                return await hear(client, desk.url, began, last)

        assert asyncio.run(other()) == truth(desk, began, last)
        wait_for(lambda: newsroom.listeners == 0)


def test_a_full_queue_ends_its_listener_and_no_other(desk):
    newsroom = desk.served.runner.app[NEWSROOM]

    async def both():
        slow, quick = newsroom.listen(None), newsroom.listen(None)
        got = [asyncio.ensure_future(anext(slow)), asyncio.ensure_future(anext(quick))]
        await asyncio.sleep(0)
        last = newsroom.last
        for number in range(1, live.QUEUE_MAX + 3):
            newsroom.offer(Piece.of([(last + number, "s")]))
            await got[1]
            got[1] = asyncio.ensure_future(anext(quick))
            await asyncio.sleep(0)
        await got[0]
        with pytest.raises(StopAsyncIteration):
            while True:
                await anext(slow)
        got[1].cancel()
        return newsroom.listeners

    assert asyncio.run_coroutine_threadsafe(both(), desk.served.loop).result(PATIENCE_SECONDS) <= 1


def test_one_who_saw_what_was_never_there_is_told_to_load_anew(desk):
    async def ask():
        headers = {"Last-Event-ID": str(10**12)}
        async with session() as client, client.get(f"{desk.url}/api/v1/events", headers=headers) as answer:
            return [(await answer.content.readline()).decode().strip() for _ in range(6)]

    lines = asyncio.run(asyncio.wait_for(ask(), PATIENCE_SECONDS))
    assert lines[3:5] == [f"id: {place(desk)}", "event: reset"]


def wait_for(reached):
    give_up = time.monotonic() + PATIENCE_SECONDS
    while not reached():
        assert time.monotonic() < give_up
        time.sleep(0.02)
