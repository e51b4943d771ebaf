"""Answers to challenges: Digest (RFC 7616, and RFC 2069 of old cameras) and Basic (RFC 7617); pure.

Of several challenges the strongest that is understood counts, whatever their order (RFC 7616 3.7): Basic
gives the password away to whoever listens.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from bridge.system.http.challenge import Challenge

_HASHES = {"md5": "md5", "sha-256": "sha256", "sha-512-256": "sha512_256"}
"""Digest's algorithms, the weakest first, as hashlib names them."""
_BASIC = -1


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """User name and password."""

    username: str
    password: str = field(repr=False)


class Login:
    """The answer to one challenge, for each request of it; the caller has checked the challenge with `strongest`."""

    def __init__(self, *, challenge: Challenge, credentials: Credentials, client_nonce: str) -> None:
        self._challenge = challenge
        self._credentials = credentials
        self._client_nonce = client_nonce
        self._uses = 0

    @property
    def is_basic(self) -> bool:
        """Whether the answer contains the password itself."""
        return self._challenge.scheme == "basic"

    def authorization(self, method: str, target: str) -> bytes:
        """Returns the value of the Authorization header for the next request; each call counts as one request."""
        if self.is_basic:
            pair = f"{self._credentials.username}:{self._credentials.password}"
            return b"Basic " + base64.b64encode(pair.encode())
        self._uses += 1
        return self._digest(method, target).encode()

    def _digest(self, method: str, target: str) -> str:
        """Returns the `Authorization` value for one request by Digest (RFC 7616); the algorithm must be known."""
        get = self._challenge.get
        realm, nonce, quality = get("realm"), get("nonce"), _quality(self._challenge)
        algorithm = get("algorithm") or "MD5"
        hashed = _hash(algorithm)
        assert hashed is not None  # noqa: S101 - `strongest` has left out the unknown ones
        count = f"{self._uses:08x}"
        secret = hashed(f"{self._credentials.username}:{realm}:{self._credentials.password}")
        if algorithm.lower().endswith("-sess"):
            secret = hashed(f"{secret}:{nonce}:{self._client_nonce}")
        request = f"{method}:{target}" + (f":{hashed('')}" if quality == "auth-int" else "")
        between = f"{nonce}:{count}:{self._client_nonce}:{quality}" if quality else nonce
        quoted = {
            "username": self._credentials.username,
            "realm": realm,
            "nonce": nonce,
            "uri": target,
            "response": hashed(f"{secret}:{between}:{hashed(request)}"),
        }
        if get("opaque"):
            quoted["opaque"] = get("opaque")
        # Cameras refuse these in quotes (RFC 7616 3.4).
        bare = {"algorithm": algorithm} if get("algorithm") else {}
        if quality:
            bare |= {"qop": quality, "nc": count}
        if quality or algorithm.lower().endswith("-sess"):
            quoted["cnonce"] = self._client_nonce
        parts = [f'{name}="{_escaped(value)}"' for name, value in quoted.items()]
        return "Digest " + ", ".join(parts + [f"{name}={value}" for name, value in bare.items()])


def strongest(found: Iterable[Challenge]) -> Challenge | None:
    """Returns the strongest challenge that `Login` can answer, the first of equal ones; None if it can answer none."""
    able = [each for each in found if _strength(each) is not None]
    return max(able, key=lambda each: _strength(each) or 0, default=None)


def is_stale(challenge: Challenge) -> bool:
    """Returns whether a challenge says that the password was right and only the nonce too old."""
    return challenge.get("stale").lower() == "true"


def _strength(challenge: Challenge) -> int | None:
    """Returns a rank among challenges, higher for stronger ones; None for one that cannot be answered."""
    if challenge.scheme == "basic":
        return _BASIC
    algorithm = challenge.get("algorithm") or "MD5"
    if challenge.scheme != "digest" or not challenge.get("nonce") or _hash(algorithm) is None:
        return None
    if challenge.get("qop") and not _quality(challenge):
        return None
    return tuple(_HASHES).index(algorithm.lower().removesuffix("-sess"))


def _quality(challenge: Challenge) -> str:
    """Returns the quality of protection to answer with; empty for RFC 2069, or if none is known."""
    offered = challenge.get("qop").lower().replace(",", " ").split()
    return next((each for each in ("auth", "auth-int") if each in offered), "")


def _hash(algorithm: str) -> Callable[[str], str] | None:
    """Returns the function that hashes a text for an algorithm of Digest, or None for an unknown algorithm."""
    name = _HASHES.get(algorithm.lower().removesuffix("-sess"))
    if name is None or name not in hashlib.algorithms_available:
        return None
    return lambda text: hashlib.new(name, text.encode(), usedforsecurity=False).hexdigest()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
