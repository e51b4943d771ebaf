"""Password check, sessions and CSRF tokens. All of it is in memory; a restart ends every session."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from collections import OrderedDict
from collections.abc import Callable

from bridge.system.backoff import Backoff
from bridge.web.access.policy import network_of

# The work of OWASP's setting for stored passwords (N=2^13, p=10) in half its memory: this one is not stored.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**12, 8, 20
LONGEST_PASSWORD = 1024
FREE_FAILURES = 3
WAITS = Backoff(first_s=1.0, longest_s=60.0)
MOST_PEERS = 256
MOST_SESSIONS = 32
SESSION_S = 7 * 86_400.0
IDLE_S = 12 * 3600.0


class Throttle:
    """The wait after wrong passwords: none for the first failures, then 1 s doubling to a minute.

    Clients are counted by `network_of`. `now` is monotonic seconds.
    """

    def __init__(self) -> None:
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()

    def wait_s(self, peer: str, now: float) -> float:
        """Returns the seconds until this client's next attempt is checked; 0 if it is checked now."""
        failures, at = self._failures.get(network_of(peer), (0, 0.0))
        if failures < FREE_FAILURES:
            return 0.0
        return max(at + WAITS.wait_s(failures - FREE_FAILURES + 1) - now, 0.0)

    def failed(self, peer: str, now: float) -> None:
        """Counts a failure of this client."""
        key = network_of(peer)
        failures, _ = self._failures.pop(key, (0, 0.0))
        self._failures[key] = (failures + 1, now)
        while len(self._failures) > MOST_PEERS:
            self._failures.popitem(last=False)

    def succeeded(self, peer: str) -> None:
        """Forgets this client's failures."""
        self._failures.pop(network_of(peer), None)


class Password:
    """Compares an attempt with the password, slowly (scrypt) and in constant time."""

    def __init__(self, password: str) -> None:
        self._password: str | None = password
        self._salt = secrets.token_bytes(16)
        self._hash = b""
        self._one_at_a_time = asyncio.Lock()
        self._key = secrets.token_bytes(32)
        self._seen = b""

    async def matches(self, given: str) -> bool:
        """Returns whether the attempt is the password; attempts are checked one at a time, off the event loop."""
        async with self._one_at_a_time:
            if self._password is not None:
                self._hash = await asyncio.to_thread(self._derived, self._password)
                self._password = None
            derived = await asyncio.to_thread(self._derived, given[:LONGEST_PASSWORD])
        if hmac.compare_digest(derived, self._hash):
            self._seen = self._mark(given)
            return True
        return False

    def has_seen(self, given: str) -> bool:
        """Returns whether this very text is the last that has matched.

        Fast, for machines, which send it with every request.
        """
        return bool(self._seen) and hmac.compare_digest(self._mark(given), self._seen)

    @property
    def busy(self) -> bool:
        """Whether an attempt is being checked."""
        return self._one_at_a_time.locked()

    def _mark(self, given: str) -> bytes:
        """Returns a fast keyed digest of a password that was tried."""
        return hmac.digest(self._key, given.encode(errors="surrogateescape"), "sha256")

    def _derived(self, text: str) -> bytes:
        """Returns the slow digest of a password (scrypt)."""
        return hashlib.scrypt(
            text.encode(errors="surrogateescape"),
            salt=self._salt,
            n=SCRYPT_N,
            r=SCRYPT_R,
            p=SCRYPT_P,
            maxmem=64 * 2**20,
            dklen=32,
        )


class Sessions:
    """The open sessions, stored as hashes. A session ends by idling, by age, or as the oldest above the limit."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._open: OrderedDict[bytes, tuple[float, float]] = OrderedDict()
        self._key = secrets.token_bytes(32)

    def begin(self) -> str:
        """Opens a session and returns the value of its cookie; above the limit the oldest session ends."""
        cookie = secrets.token_urlsafe(32)
        now = self._monotonic()
        self._open[_digest(cookie)] = (now, now)
        while len(self._open) > MOST_SESSIONS:
            self._open.popitem(last=False)
        return cookie

    def knows(self, cookie: str | None) -> bool:
        """Returns whether the cookie's session is open, and counts this as its use; False for None."""
        if not cookie:
            return False
        key, now = _digest(cookie), self._monotonic()
        begun, used = self._open.get(key, (0.0, 0.0))
        if key not in self._open:
            return False
        if now - begun > SESSION_S or now - used > IDLE_S:
            del self._open[key]
            return False
        self._open[key] = (begun, now)
        return True

    def end(self, cookie: str | None) -> None:
        """Ends the cookie's session, if there is one; None is ignored."""
        if cookie:
            self._open.pop(_digest(cookie), None)

    def token(self, cookie: str | None) -> str:
        """Returns the CSRF token of a session; for None the one shared by all who have no session."""
        return hmac.new(self._key, (cookie or "").encode(), "sha256").hexdigest()

    def is_token(self, cookie: str | None, token: str) -> bool:
        """Returns whether `token` is the session's CSRF token, compared in constant time."""
        return hmac.compare_digest(self.token(cookie).encode(), token.encode())


def _digest(cookie: str) -> bytes:
    """Returns the digest under which a cookie is kept."""
    return hashlib.sha256(cookie.encode()).digest()
