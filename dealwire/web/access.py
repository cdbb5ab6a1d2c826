"""Shell: who may look: everybody on this machine itself, elsewhere those with a password or token.

Passwords and tokens are kept as scrypt hashes. A session is a cookie signed with a key that is drawn from the hashes:
it outlives a restart, and ends when the password changes.
"""

import hashlib
import hmac
import ipaddress
import secrets
import time
from base64 import b64decode, b64encode, urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field

from dealwire.errors import UsageError

SCRYPT = {"n": 2**14, "r": 8, "p": 1}
SALT_OCTETS = 16
SESSION_SECONDS = 14 * 86_400
PASSWORD_LENGTH_MIN = 8
TRIES_MAX = 10
TRIES_SECONDS = 600.0
REQUESTS_PER_SECOND = 20.0
REQUESTS_AT_ONCE = 120.0
ADDRESSES_KEPT = 10_000
TOKEN_USER = "token"  # noqa: S105 - a name
"""By which name those go who come with the token."""


def hash_password(password: str) -> str:
    """The password as the configuration keeps it; UsageError where it is too short."""
    if len(password) < PASSWORD_LENGTH_MIN:
        raise UsageError(f"a password has at least {PASSWORD_LENGTH_MIN} characters")
    salt = secrets.token_bytes(SALT_OCTETS)
    return f"scrypt${b64encode(salt).decode()}${b64encode(_scrypt(password, salt)).decode()}"


def check_password(password: str, kept: str) -> bool:
    """Whether this is the password behind the hash."""
    try:
        name, salt, digest = kept.split("$")
        held, wanted = b64decode(salt, validate=True), b64decode(digest, validate=True)
    except (ValueError, NotBase64Error):
        return False
    return name == "scrypt" and hmac.compare_digest(_scrypt(password, held), wanted)


def _scrypt(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, dklen=32, **SCRYPT)


def is_loopback(address: str) -> bool:
    """Whether the address is this machine's own."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address == "localhost"
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback


@dataclass(slots=True)
class Access:
    """Who may sign in: users with their hashes; `TOKEN_USER`'s is the token's."""

    hashes: Mapping[str, str] = field(default_factory=dict)
    required: bool = False
    """Whether one has to sign in at all: not on loopback."""
    _tries: "Tally" = field(default_factory=lambda: Tally(TRIES_MAX, TRIES_MAX / TRIES_SECONDS))
    _tokens: set[str] = field(default_factory=set)

    def sign_in(self, user: str, password: str, address: str) -> str:
        """Under which name this opens a session; UsageError where it does not, or was tried too often."""
        self._try(address)
        kept = self.hashes.get(user or TOKEN_USER, "")
        if not check_password(password, kept or NOBODY):
            raise UsageError("the user or the password is wrong")
        return user or TOKEN_USER

    def _try(self, address: str) -> None:
        """Guessing is slow, and so is what it costs: a hash takes a core some hundredths of a second."""
        if not self._tries.take(address):
            raise UsageError("too many tries from your address; wait ten minutes")

    def session(self, user: str, now: float | None = None) -> str:
        """The cookie of a session."""
        until = int((time.time() if now is None else now) + SESSION_SECONDS)
        said = f"{urlsafe_b64encode(user.encode()).decode()}.{until}"
        return f"{said}.{self._sign(said)}"

    def user_of(self, cookie: str, now: float | None = None) -> str:
        """Whose session the cookie is; empty where it is nobody's, forged or over."""
        said, _, signature = cookie.rpartition(".")
        name, _, until = said.partition(".")
        if not said.isascii() or not hmac.compare_digest(self._sign(said).encode(), signature.encode()):
            return ""
        if int(until) < (time.time() if now is None else now):
            return ""
        user = urlsafe_b64decode(name).decode()
        return user if user in self.hashes else ""

    def bearer(self, header: str, address: str) -> str:
        """Who sends `Authorization: Bearer …` with the token; UsageError where wrong ones came too often."""
        kind, _, token = header.partition(" ")
        known = self.hashes.get(TOKEN_USER, "")
        return TOKEN_USER if kind.lower() == "bearer" and known and self._is_token(token, known, address) else ""

    def _is_token(self, token: str, known: str, address: str) -> bool:
        """As check_password, which is slow on purpose, once for each token that was right."""
        held = hmac.new(self._key, token.encode(), hashlib.sha256).hexdigest()
        if held in self._tokens:
            return True
        self._try(address)
        if not check_password(token.strip(), known):
            return False
        self._tokens.add(held)
        return True

    @property
    def _key(self) -> bytes:
        return hashlib.sha256(
            "\n".join(f"{name} {kept}" for name, kept in sorted(self.hashes.items())).encode()
        ).digest()

    def _sign(self, said: str) -> str:
        return hmac.new(self._key, said.encode(), hashlib.sha256).hexdigest()


NOBODY = "scrypt$AAAAAAAAAAAAAAAAAAAAAA==$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
"""A hash that no password has: an unknown user takes as long to refuse as a known one."""


class Tally:
    """How often each address may do a thing: a bucket that fills again with time."""

    def __init__(self, most: float, per_second: float) -> None:
        self._most = most
        self._per_second = per_second
        self._held: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str, now: float | None = None) -> bool:
        """Whether it may do so once more."""
        moment = time.monotonic() if now is None else now
        left, at = self._held.pop(address, (self._most, moment))
        left = min(self._most, left + (moment - at) * self._per_second)
        allowed = left >= 1
        self._held[address] = (left - 1 if allowed else left, moment)
        while len(self._held) > ADDRESSES_KEPT:
            self._held.popitem(last=False)
        return allowed
