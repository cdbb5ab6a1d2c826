"""Shell: the signed JSON webhook, for people who build on alerts.

    POST /… HTTP/1.1
    Content-Type: application/json
    Dealwire-Delivery: 3f…            the idempotency key: a resend has the same
    Dealwire-Timestamp: 1790000000    Unix seconds
    Dealwire-Signature: v1=9c…        hex HMAC-SHA256 of "<timestamp>.<body>" with the receiver's secret

The body's schema is `notifier.render.payload`. Check the signature in constant time and refuse old timestamps.
"""

import hashlib
import hmac

from dealwire.identity import digest
from notifier.decide.settings import ReceiverSettings
from notifier.render.notice import Notice
from notifier.render.payload import payload
from notifier.send.http import faults_reported, post, retry_after_seconds
from notifier.send.redact import Redactor, place_of
from notifier.send.sender import Outside, Receipt, refused


class Webhook:
    """Posts notices as JSON to one address."""

    def __init__(self, name: str, url: str, settings: ReceiverSettings, outside: Outside) -> None:
        self.name = name
        self.target = place_of(url)
        self.channel = digest("webhook", url)
        self.seconds_between = 0.0
        self._url = url
        self._secret = settings.secret
        self._timeout_seconds = settings.timeout.total_seconds()
        self._now = outside.now
        self.clean = Redactor(url, [settings.secret])

    def send(self, notice: Notice) -> Receipt:
        body = payload(notice)
        moment = str(int(self._now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "dealwire",
            "Dealwire-Delivery": notice.id,
            "Dealwire-Timestamp": moment,
        }
        if self._secret:
            headers["Dealwire-Signature"] = "v1=" + sign(self._secret, moment, body)
        with faults_reported(self.target, self.clean):
            status, said, answered = post(self._url, body, headers, self._timeout_seconds)
        if not 200 <= status < 300:
            raise refused(self.target, status, self.clean(said)[:200], retry_after_seconds(answered, self._now()))
        return {"status": str(status)}


def sign(secret: str, moment: str, body: bytes) -> str:
    """The hexadecimal HMAC-SHA256 of the moment, a full stop and the body."""
    return hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
