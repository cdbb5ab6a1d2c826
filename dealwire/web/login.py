"""Shell: signing in and out, for those who do not come from this machine itself."""

import asyncio

from aiohttp import web

from dealwire.errors import UsageError
from dealwire.web.access import SESSION_SECONDS
from dealwire.web.guards import ACCESS, ENTERED, SESSION_COOKIE
from dealwire.web.pages.frame import bare_frame, page
from dealwire.web.pages.wording import sentence


def add_login(app: web.Application) -> None:
    app.router.add_get("/login", ask)
    app.router.add_post("/login", sign_in)
    app.router.add_post("/logout", sign_out)


async def ask(request: web.Request) -> web.StreamResponse:
    """GET /login"""
    if request[ENTERED]:
        raise web.HTTPSeeOther(location=destination(request.query.get("to", "")))
    return _form(request, to=request.query.get("to", ""))


async def sign_in(request: web.Request) -> web.StreamResponse:
    """POST /login"""
    form = await request.post()
    user, password, to = (str(form.get(name, "")) for name in ("user", "password", "to"))
    access = request.app[ACCESS]
    try:
        name = await asyncio.to_thread(access.sign_in, user.strip(), password, request.remote or "")
    except UsageError as error:
        return _form(request, to=to, user=user, refused=sentence(str(error)))
    response = web.HTTPSeeOther(location=destination(to))
    response.set_cookie(
        SESSION_COOKIE,
        access.session(name),
        max_age=SESSION_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=request.secure,
    )
    raise response


async def sign_out(_: web.Request) -> web.StreamResponse:
    """POST /logout"""
    response = web.HTTPSeeOther(location="/login")
    response.del_cookie(SESSION_COOKIE)
    raise response


def destination(to: str) -> str:
    """Where to go after signing in: a page of ours, and nowhere else.

    >>> destination("/stories/1?x=2"), destination("//evil.example"), destination("https://evil.example")
    ('/stories/1?x=2', '/', '/')
    """
    return to if to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable() else "/"


def _form(request: web.Request, *, to: str, user: str = "", refused: str = "") -> web.Response:
    status = 403 if refused else 200
    return page("login.html.j2", bare_frame(request), "Sign in", status=status, to=to, user=user, refused=refused)
