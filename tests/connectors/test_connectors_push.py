"""POST /articles: behind a token, within limits, all or nothing, and the same twice."""

import asyncio
import json
from datetime import timedelta

import aiohttp
import pytest
from conftest import Clock

from connectors import endpoint
from connectors.endpoint import Allowance, Endpoint, read_pushed, serve
from dealwire.errors import StoreError

TOKEN = "a token long enough"
ONE = json.dumps({"id": "a", "title": "Acme raises $5M", "published": "2026-11-20T10:00:00Z"})


class Taker:
    def __init__(self):
        self.taken = []
        self.error = None

    async def __call__(self, articles):
        if self.error:
            raise self.error
        self.taken.extend(articles)


def posting(scene, allowance=None):
    """Run `scene(post, taker, clock)` against a served endpoint."""

    async def whole():
        taker, clock = Taker(), Clock()
        runner = await serve(Endpoint(taker, TOKEN, clock.now, allowance), "127.0.0.1", 0)
        url = f"http://127.0.0.1:{runner.addresses[0][1]}/articles"
        try:
            async with aiohttp.ClientSession() as session:

                async def post(body, token=TOKEN):
                    headers = {"Authorization": f"Bearer {token}"}
                    async with session.post(url, data=body, headers=headers) as answer:
                        return answer.status, await answer.json(), answer.headers

                await scene(post, taker, clock)
        finally:
            await runner.cleanup()

    asyncio.run(whole())


def test_json_lines_and_arrays_are_taken():
    async def scene(post, taker, clock):
        status, said, _ = await post(ONE + "\n" + json.dumps({"title": "Another"}))
        assert (status, said["taken"][0], len(said["taken"])) == (200, "a", 2)
        assert (await post(f"[{ONE}]"))[0] == 200
        first, second, again = taker.taken
        assert (first.id, first.fetched, first.feed) == ("a", clock.now(), "push")
        assert second.published is None
        assert (again.id, again.revision) == (first.id, first.revision)

    posting(scene)


@pytest.mark.parametrize("token", ["", "wrong", TOKEN + "x", "ключ"])
def test_nothing_is_taken_without_the_token(token):
    async def scene(post, taker, _clock):
        status, said, _ = await post(ONE, token.encode().decode("latin-1"))
        assert (status, taker.taken) == (401, [])
        assert TOKEN not in json.dumps(said)

    posting(scene)


def test_a_request_with_a_bad_line_is_refused_whole_and_every_line_is_named():
    async def scene(post, taker, _clock):
        status, said, _ = await post(ONE + '\n{broken\n[1]\n{"id": "x"}')
        assert (status, taker.taken) == (400, [])
        assert [problem.partition(":")[0] for problem in said["problems"]] == ["line 2", "line 3", "line 4"]

    posting(scene)


def test_a_caller_that_asks_too_often_is_told_when_to_come_back():
    async def scene(post, taker, clock):
        statuses = [(await post(ONE))[0] for _ in range(4)]
        assert statuses == [200, 200, 429, 429]
        assert (await post(ONE))[2]["Retry-After"] == "2"
        clock.pass_by(timedelta(seconds=2))
        assert (await post(ONE))[0] == 200

    posting(scene, Allowance(at_once=2, each_second=0.5))


def test_a_body_over_the_limit_is_refused(monkeypatch):
    monkeypatch.setattr(endpoint, "BODY_BYTES_MAX", 100)

    async def scene(post, taker, _clock):
        assert (await post("x" * 1000))[0] == 413
        assert taker.taken == []

    posting(scene)


def test_what_the_store_refuses_is_to_be_sent_again():
    async def scene(post, taker, _clock):
        taker.error = StoreError("dealwire.db: database or disk is full")
        status, said, headers = await post(ONE)
        assert (status, headers["Retry-After"]) == (503, "30")
        assert "send it again" in said["error"]

    posting(scene)


@pytest.mark.parametrize("body", [b"", b"\n\n", b"[]", b"[1, 2]", b"[{]", b"\xff\xfe", b"null"])
def test_a_body_without_articles_says_so(body):
    articles, problems = read_pushed(body, Clock().now())
    assert articles == []
    assert problems != []


def test_a_short_token_is_refused():
    with pytest.raises(ValueError, match="at least 16 characters"):
        Endpoint(Taker(), "short", Clock().now)
