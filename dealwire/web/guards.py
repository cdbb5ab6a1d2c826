"""Shell: what every request passes on its way in and every answer on its way out.

errors    what went wrong, as a page for people and as JSON for programs; its cause goes to the log
headers   the content security policy and its like
limits    so many requests from one address
entry     this machine's own addresses freely, all others signed in or by token
forms     a change needs a token that only our own pages have
"""

import hmac
import secrets
from http import HTTPStatus
from urllib.parse import quote, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from dealwire.errors import DealwireError, StoreError, UsageError
from dealwire.log import logger
from dealwire.web.access import REQUESTS_AT_ONCE, REQUESTS_PER_SECOND, Access, Tally, is_loopback
from dealwire.web.pages.errors import error_page
from dealwire.web.pages.frame import FORM_TOKEN, USER

log = logger("web")

ACCESS = web.AppKey("access", Access)
ENTERED = web.RequestKey("entered", bool)
BY_TOKEN = web.RequestKey("by_token", bool)
SESSION_COOKIE = "dealwire_session"
FORM_COOKIE = "dealwire_form"
FORM_COOKIE_SECONDS = 30 * 86_400
REFERENCE_OCTETS = 4
OWN_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
OPEN = ("/static/", "/act/", "/healthz", "/readyz")
"""Without signing in: what the login page is made of, links that carry their own right, and health."""
SIGNING_IN = frozenset({"/login"})
CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
    " connect-src 'self'; font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}


def has_entered(request: web.Request) -> bool:
    """Whether whoever asks has signed in, or need not."""
    return bool(request.get(ENTERED, False))


def guards(hosts: frozenset[str]) -> list[Middleware]:
    """The middlewares in their order; `hosts` are names under which the page may be asked for."""
    return [_headers, _errors, _limits(Tally(REQUESTS_AT_ONCE, REQUESTS_PER_SECOND)), _entry(hosts), _forms]


@web.middleware
async def _headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    async def dress(_: web.Request, response: web.StreamResponse) -> None:
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.secure:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if response.content_type in {"text/html", "application/json", "application/problem+json"}:
            response.headers.setdefault("Cache-Control", "no-store")

    try:
        response = await handler(request)
    except web.HTTPException as answer:
        await dress(request, answer)
        raise
    if not response.prepared:
        await dress(request, response)
    return response


@web.middleware
async def _errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as answer:
        if answer.status < 400:
            raise
        plain = f"{answer.status}: {answer.reason}"
        headers = {name: answer.headers[name] for name in ("Retry-After", "Allow") if name in answer.headers}
        return _refusal(request, answer.status, "" if answer.text == plain else answer.text or "", headers=headers)
    except StoreError as error:
        log.warning("page_waits", path=request.path, cause=str(error))
        return _refusal(request, 503, f"{error}; try again in a moment")
    except DealwireError as error:
        return _refusal(request, 422, str(error))
    except (ConnectionError, TimeoutError):
        raise
    except Exception as error:  # noqa: BLE001 - the one place where a failing page becomes a page that says so
        reference = secrets.token_hex(REFERENCE_OCTETS)
        cause = f"{type(error).__name__}: {error}"
        log.error("page_failed", path=request.path, reference=reference, cause=cause)  # noqa: TRY400 - ours has fields
        return _refusal(request, 500, reference=reference)


def _refusal(
    request: web.Request, status: int, said: str = "", *, reference: str = "", headers: dict[str, str] | None = None
) -> web.Response:
    if request.path.startswith("/api/") or "text/html" not in request.headers.get("Accept", "text/html"):
        body = {"title": HTTPStatus(status).phrase, "status": status, "detail": said or web_reason(status)}
        return web.json_response(
            body | ({"reference": reference} if reference else {}),
            status=status,
            headers=headers,
            content_type="application/problem+json",
        )
    response = error_page(request, status, said, reference, bare=not request.get(ENTERED, False))
    response.headers.update(headers or {})
    return response


def web_reason(status: int) -> str:
    return {401: "sign in, or send the token", 404: "there is nothing here", 429: "too many requests"}.get(
        status, "failed"
    )


def _limits(tally: Tally) -> Middleware:
    @web.middleware
    async def limits(request: web.Request, handler: Handler) -> web.StreamResponse:
        address = request.remote or ""
        if not is_loopback(address) and not tally.take(address):
            raise web.HTTPTooManyRequests(headers={"Retry-After": "10"})
        return await handler(request)

    return limits


def _entry(hosts: frozenset[str]) -> Middleware:
    @web.middleware
    async def entry(request: web.Request, handler: Handler) -> web.StreamResponse:
        access = request.app[ACCESS]
        name = urlsplit(f"//{request.host}").hostname or ""
        if not access.required:
            # a page of elsewhere whose name was made to lead here (DNS rebinding) names itself as the host
            if name not in OWN_NAMES | hosts:
                raise web.HTTPMisdirectedRequest(text=f"this page is not served under the name {name!r}")
        elif hosts and name not in OWN_NAMES | hosts:
            raise web.HTTPMisdirectedRequest(text=f"this page is not served under the name {name!r}")
        try:
            bearer = access.bearer(request.headers.get("Authorization", ""), request.remote or "")
        except UsageError as error:
            raise web.HTTPTooManyRequests(text=str(error), headers={"Retry-After": "60"}) from error
        request[USER] = bearer or access.user_of(request.cookies.get(SESSION_COOKIE, ""))
        request[BY_TOKEN] = bool(bearer)
        request[ENTERED] = not access.required or bool(request[USER])
        if request[ENTERED] or request.path.startswith(OPEN) or request.path in SIGNING_IN:
            return await handler(request)
        if request.path.startswith("/api/") or request.method != "GET":
            raise web.HTTPUnauthorized(headers={"WWW-Authenticate": "Bearer"})
        raise web.HTTPSeeOther(location=f"/login?to={quote(request.path_qs)}")

    return entry


@web.middleware
async def _forms(request: web.Request, handler: Handler) -> web.StreamResponse:
    held = request.cookies.get(FORM_COOKIE, "")
    fresh = not _is_token(held)
    request[FORM_TOKEN] = secrets.token_urlsafe(24) if fresh else held
    if request.method in CHANGES and not request.path.startswith("/act/") and not request[BY_TOKEN]:
        site = request.headers.get("Sec-Fetch-Site", "same-origin")
        sent = request.headers.get("X-Form-Token", "") or str((await request.post()).get("csrf", ""))
        if fresh or site not in {"same-origin", "none"} or not hmac.compare_digest(sent.encode(), held.encode()):
            raise web.HTTPForbidden(
                text="the form was not sent from a page of ours that is still good; open the page anew"
            )
    response = await handler(request)
    if fresh and response.content_type == "text/html" and not response.prepared:
        response.set_cookie(
            FORM_COOKIE,
            request[FORM_TOKEN],
            max_age=FORM_COOKIE_SECONDS,
            httponly=True,
            samesite="Strict",
            secure=request.secure,
        )
    return response


def _is_token(text: str) -> bool:
    return 20 <= len(text) <= 64 and text.isascii() and text.replace("-", "").replace("_", "").isalnum()
