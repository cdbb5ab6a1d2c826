"""Shell: /metrics, /healthz and /readyz on any aiohttp application.

GET /metrics   what Prometheus reads
GET /healthz   200 while the main loop turns, else 503
GET /readyz    200 while every check passes, else 503 with what does not and why
"""

import asyncio
from collections.abc import Callable

import orjson
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from dealwire.monitoring.monitor import Monitor


def add_monitoring(
    app: web.Application, monitor: Monitor, may_know_why: Callable[[web.Request], bool] = lambda _: True
) -> None:
    """Serve what the monitor shows, and count the application's requests.

    Who may see it is for the application's middlewares to say; to those who may not know why a check fails, for the
    reason can name files and machines, /readyz only names the check.
    """

    async def metrics(_: web.Request) -> web.Response:
        page = await asyncio.to_thread(generate_latest, monitor.registry)  # it reads the store
        return web.Response(body=page, headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})

    async def alive(_: web.Request) -> web.Response:
        heartbeat = monitor.heartbeat
        said = {"alive": heartbeat.alive, "seconds_since_beat": round(heartbeat.silence_seconds(), 1)}
        return _answer(said, ok=heartbeat.alive)

    async def ready(request: web.Request) -> web.Response:
        findings = await asyncio.to_thread(monitor.health.look)
        told = may_know_why(request)
        checks = {f.check: {"ok": f.ok} | ({"why": f.why_not} if f.why_not and told else {}) for f in findings}
        well = all(finding.ok for finding in findings)
        return _answer({"ready": well, "checks": checks}, ok=well)

    app.middlewares.insert(0, monitor.requests.middleware())
    app.router.add_get("/metrics", metrics)
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)


def _answer(value: object, *, ok: bool) -> web.Response:
    return web.Response(
        status=200 if ok else 503,
        body=orjson.dumps(value),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
