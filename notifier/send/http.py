"""Shell: one HTTP POST, without redirects, with the answer's size and the waiting time limited."""

import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache

from dealwire.errors import DeliveryError

ANSWER_BYTES_MAX = 64_000
RETRY_AFTER_SECONDS_MAX = 3600.0
"""A receiver that asks for longer is asked again after an hour."""


@cache
def tls() -> ssl.SSLContext:
    """How servers prove who they are, for all senders: reading the certificates takes longer than most answers."""
    return ssl.create_default_context()


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect could carry the message, and the key in its address, to somebody else."""

    def redirect_request(self, *_: object) -> None:
        return None


def post(
    url: str, body: bytes, headers: Mapping[str, str], timeout_seconds: float
) -> tuple[int, str, Mapping[str, str]]:
    """The answer's status, text and headers, whatever the status; OSError or HTTPException where there is none."""
    request = urllib.request.Request(url, data=body, headers=dict(headers), method="POST")  # noqa: S310 - build_sender admits http(s) only
    opener = urllib.request.build_opener(_NoRedirects, urllib.request.HTTPSHandler(context=tls()))
    try:
        with opener.open(request, timeout=timeout_seconds) as answer:
            text = _text(answer)
            if answer.length and len(text) < ANSWER_BYTES_MAX:
                raise http.client.IncompleteRead(b"", answer.length)
            return answer.status, text, dict(answer.headers)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, _text(error), dict(error.headers)


def _text(answer: http.client.HTTPResponse | urllib.error.HTTPError) -> str:
    return answer.read(ANSWER_BYTES_MAX).decode("utf-8", "replace")


@contextmanager
def faults_reported(target: str, clean: Callable[[object], str]) -> Iterator[None]:
    """A broken connection, a time-out, half an answer: DeliveryError, to be tried again.

    The cause is told in words but not chained: its traceback holds the address, which is the secret.
    """
    try:
        yield
    except TimeoutError:
        raise DeliveryError(f"{target} did not answer in time") from None
    except http.client.IncompleteRead:
        raise DeliveryError(f"{target} broke off in the middle of its answer") from None
    except (OSError, http.client.HTTPException) as error:
        cause = getattr(error, "reason", error)
        if isinstance(cause, TimeoutError):
            raise DeliveryError(f"{target} did not answer in time") from None
        raise DeliveryError(f"{target} cannot be reached: {type(error).__name__}: {clean(cause)}") from None


def retry_after_seconds(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """The wait that Retry-After asks for, in seconds or as a date (RFC 9110, 10.2.3); None without one."""
    said = next((value for name, value in headers.items() if name.lower() == "retry-after"), "").strip()
    if not said:
        return None
    try:
        seconds = float(said)
    except ValueError:
        try:
            moment = parsedate_to_datetime(said)
        except ValueError:
            return None
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        seconds = (moment - (now or datetime.now(UTC))).total_seconds()
    return min(max(seconds, 0.0), RETRY_AFTER_SECONDS_MAX) if seconds == seconds else None  # noqa: PLR0124 - NaN
