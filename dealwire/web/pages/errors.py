"""Shell: what a reader sees where there is no page: what happened, and where to go from there."""

from datetime import UTC, datetime

from aiohttp import web

from dealwire.web.pages.frame import FORM_TOKEN, USER, Frame, page
from dealwire.web.pages.wording import sentence

TITLES = {
    400: "That request could not be understood",
    401: "Sign in first",
    403: "Not allowed",
    404: "There is no such page",
    405: "Not this way",
    409: "It changed meanwhile",
    413: "Too much at once",
    422: "That cannot be done as asked",
    429: "Too many requests",
    500: "Something went wrong here",
    503: "Not ready",
}
SAID = {
    400: "Go back, check what you entered, and send it again.",
    403: "The page may have been open too long, or the form came from elsewhere. Open the page anew and try again.",
    404: "The address may be mistyped, or the story may have expired from the store.",
    405: "This address takes forms that this page sends; open the page itself instead.",
    413: "What you sent is larger than dealwire takes.",
    429: "Wait a minute, then try again.",
    500: "It is recorded in dealwire's log, with its cause. The rest goes on: news is read and alerts are sent.",
    503: "dealwire is starting, or its store is busy. Try again in a moment.",
}
WAYS = (("/", "Today's stories"), ("/companies", "Companies"), ("/rules", "Rules"), ("/system", "How the machine does"))


def error_page(
    request: web.Request, status: int, said: str = "", reference: str = "", *, bare: bool = False
) -> web.Response:
    """The page for this status; `said` is the cause where it helps, `reference` what the log calls it."""
    frame = Frame(
        here="", now=datetime.now(UTC), csrf=request.get(FORM_TOKEN, ""), user=request.get(USER, ""), bare=bare
    )
    return page(
        "error.html.j2",
        frame,
        TITLES.get(status, "That did not work"),
        status=status,
        said=sentence(said) or SAID.get(status, "It is recorded in dealwire's log."),
        reference=reference,
        ways=() if bare else WAYS,
    )
