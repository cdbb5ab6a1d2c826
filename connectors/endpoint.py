"""Shell: `POST /articles`: news pushed to dealwire over HTTP, as JSON Lines or a JSON array, behind a token.

    curl -H "Authorization: Bearer $TOKEN" --data-binary @news.jsonl http://127.0.0.1:8088/articles

The answer comes when the articles are taken, in one transaction; the same request sent again changes nothing, for an
article is known by its id. 401 without the token, 413 over the size, 429 over the rate with Retry-After, 400 with every
bad line named: then nothing of the request was taken.
"""

import hmac
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

import orjson
from aiohttp import web

from connectors.archive import article_of
from connectors.websub_endpoint import Callbacks
from dealwire.errors import DealwireError, RecordError
from dealwire.log import logger
from dealwire.model import Article

log = logger("connectors")

BODY_BYTES_MAX = 5 * 1024 * 1024
ARTICLES_MAX = 5_000
PROBLEMS_SHOWN_MAX = 20
TOKEN_LENGTH_MIN = 16
CALLERS_KEPT = 1_000

Take = Callable[[Sequence[Article]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Allowance:
    """A bucket of requests for each caller: so many at once, refilled at so many a second."""

    at_once: float = 20.0
    each_second: float = 5.0


class Endpoint:
    """Takes pushed articles. `app()` is the web application; whoever runs it chooses the address."""

    def __init__(
        self, take: Take, token: str, clock: Callable[[], datetime], allowance: Allowance | None = None
    ) -> None:
        if len(token) < TOKEN_LENGTH_MIN:
            raise ValueError(f"a token of at least {TOKEN_LENGTH_MIN} characters is needed")
        self._take = take
        self._token = token.encode()
        self._clock = clock
        self._allowance = allowance or Allowance()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def app(self) -> web.Application:
        app = web.Application(client_max_size=BODY_BYTES_MAX)
        app.router.add_post("/articles", self._post)
        return app

    async def _post(self, request: web.Request) -> web.Response:
        if (wait := self._wait(request.remote or "")) > 0:
            return _answer(429, {"error": "too many requests"}, {"Retry-After": str(ceil(wait))})
        given = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
        if not hmac.compare_digest(given, self._token):
            return _answer(401, {"error": "a token is needed"}, {"WWW-Authenticate": "Bearer"})
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _answer(413, {"error": f"more than {BODY_BYTES_MAX:,} bytes"})
        articles, problems = read_pushed(body, self._clock())
        if problems:
            return _answer(400, {"error": "nothing was taken", "problems": problems[:PROBLEMS_SHOWN_MAX]})
        try:
            await self._take(articles)
        except DealwireError as error:
            log.warning("push_not_taken", articles=len(articles), error=str(error))
            return _answer(503, {"error": "not taken; send it again"}, {"Retry-After": "30"})
        log.info("push_taken", articles=len(articles))
        return _answer(200, {"taken": [article.id for article in articles]})

    def _wait(self, caller: str) -> float:
        """Seconds until this caller may ask again, 0 where it may now, which then counts."""
        now = self._clock().timestamp()
        left, since = self._buckets.pop(caller, (self._allowance.at_once, now))
        left = min(self._allowance.at_once, left + (now - since) * self._allowance.each_second)
        allowed = left >= 1
        self._buckets[caller] = (left - 1 if allowed else left, now)
        if len(self._buckets) > CALLERS_KEPT:
            self._buckets.popitem(last=False)
        return 0.0 if allowed else (1 - left) / self._allowance.each_second


def read_pushed(body: bytes, now: datetime) -> tuple[list[Article], list[str]]:
    """The articles of a request's body, and what is wrong with it, line by line."""
    articles: list[Article] = []
    problems: list[str] = []
    for number, row in _rows(body, problems):
        if len(articles) >= ARTICLES_MAX:
            problems.append(f"line {number}: more than {ARTICLES_MAX} articles")
            break
        try:
            if not isinstance(row, dict):
                raise RecordError(f"a JSON object was expected, not {type(row).__name__}")  # noqa: TRY301 - named below
            article = article_of(row, undated=now)
        except RecordError as error:
            problems.append(f"line {number}: {error}")
        else:
            articles.append(article.model_copy(update={"fetched": now, "feed": article.feed or "push"}))
    if not articles and not problems:
        problems.append("no articles")
    return articles, problems


def _rows(body: bytes, problems: list[str]) -> list[tuple[int, object]]:
    rows: list[tuple[int, object]] = []
    if body.lstrip().startswith(b"["):
        try:
            return list(enumerate(orjson.loads(body), start=1))
        except orjson.JSONDecodeError as error:
            problems.append(f"broken JSON: {error}")
            return []
    for number, line in enumerate(body.splitlines(), start=1):
        if line.strip():
            try:
                rows.append((number, orjson.loads(line)))
            except orjson.JSONDecodeError as error:
                problems.append(f"line {number}: broken JSON: {error}")
    return rows


def _answer(status: int, value: object, headers: dict[str, str] | None = None) -> web.Response:
    return web.Response(
        status=status, body=orjson.dumps(value), headers=headers, content_type="application/json", charset="utf-8"
    )


async def serve(endpoint: Endpoint, host: str, port: int, callbacks: Callbacks | None = None) -> web.AppRunner:
    """Serve the endpoint, and the hubs' callbacks beside it; whoever calls cleans the runner up."""
    app = endpoint.app()
    if callbacks:
        callbacks.add_to(app)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, host, port).start()
    return runner
