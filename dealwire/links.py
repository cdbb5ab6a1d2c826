"""Core: signed links in messages: what a click asks for, in a token that only dealwire can make.

A link is its own right: whoever has the message may acknowledge or mute its story for that receiver, and nothing else.
"""

import base64
import binascii
import hashlib
import hmac
from datetime import UTC, datetime
from typing import Literal

import orjson
from pydantic import BaseModel, ConfigDict, ValidationError

from dealwire.errors import UsageError

KEY_BYTES_MIN = 16
SIGNATURE_BYTES = 16
"""Of HMAC-SHA256, truncated as RFC 2104, section 5 allows: short enough for a line of an email."""

TOKEN_LENGTH_MAX = 2_000

Verb = Literal["acknowledge", "mute", "unsubscribe"]


class Action(BaseModel):
    """What a click asks for: about one story, or about a receiver as a whole."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    verb: Verb
    receiver: str
    story: str = ""
    version: int = 0
    """The story's version that the message told of."""


def sign(key: bytes, action: Action, expires: datetime) -> str:
    """The token for the action; the same for the same arguments."""
    if len(key) < KEY_BYTES_MIN:
        raise UsageError(f"the key of links has {len(key)} bytes; give it {KEY_BYTES_MIN} or more")
    said = [action.verb, action.receiver, action.story, action.version, int(expires.timestamp())]
    body = orjson.dumps(said)
    return _written(_signature(key, body) + body)


def read(key: bytes, token: str, now: datetime) -> Action:
    """What the token asks for; UsageError where it is not of this key, or is too old."""
    if len(token) > TOKEN_LENGTH_MAX:
        raise UsageError("this link is damaged: it is too long")
    try:
        raw = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError) as error:
        raise UsageError("this link is damaged; was it cut in two lines?") from error
    signature, body = raw[:SIGNATURE_BYTES], raw[SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, _signature(key, body)):
        raise UsageError("this link is not one of dealwire's, or its key was changed since")
    verb, receiver, story, version, expires = orjson.loads(body)
    if now >= datetime.fromtimestamp(expires, UTC):
        raise UsageError("this link is too old; `dealwire silences` and the page do the same")
    try:
        return Action(verb=verb, receiver=receiver, story=story, version=version)
    except ValidationError as error:
        raise UsageError("this link asks for what this dealwire does not know; it is of another version") from error


def _signature(key: bytes, body: bytes) -> bytes:
    return hmac.new(key, b"dealwire link\0" + body, hashlib.sha256).digest()[:SIGNATURE_BYTES]


def _written(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
