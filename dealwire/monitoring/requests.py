"""Shell: requests to a process's own web application as metrics, by route ("/stories/{id}"), never by address."""

import time

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

BUCKETS_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
UNKNOWN = "none"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class RequestMetrics:
    """Counts answers, how long they took, and requests under way, such as pages that listen for events."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._answers = Counter(
            "dealwire_http_requests", "Requests answered.", ["route", "method", "status"], registry=registry
        )
        self._seconds = Histogram(
            "dealwire_http_request_duration_seconds",
            "From a request to its whole answer, streams of events left out.",
            ["route"],
            buckets=BUCKETS_SECONDS,
            registry=registry,
        )
        self._open = Gauge("dealwire_http_requests_in_progress", "Requests under way.", registry=registry)

    def middleware(self) -> Middleware:
        """What has to stand before all other middlewares, to see what they refuse."""

        @web.middleware
        async def counted(request: web.Request, handler: Handler) -> web.StreamResponse:
            began, status, whole = time.perf_counter(), 500, True
            self._open.inc()
            try:
                answer = await handler(request)
                status, whole = answer.status, isinstance(answer, (web.Response, web.FileResponse))
            except web.HTTPException as refused:
                status = refused.status
                raise
            finally:
                self._open.dec()
                route = _route(request)
                method = request.method if request.method in METHODS else UNKNOWN
                self._answers.labels(route, method, str(status)).inc()
                if whole:
                    self._seconds.labels(route).observe(time.perf_counter() - began)
            return answer

        return counted


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else UNKNOWN
