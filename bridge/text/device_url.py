"""The address of a camera or another device, with its credentials redacted for people.

Cameras take passwords in the user part, in the query (`?user=…&pwd=…`) and even in the path
(`/user=admin&password=…`), so the redacted address is scheme, host and port alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import parse_qsl, quote, unquote, urlsplit, urlunsplit

from bridge.errors import ActionRefused
from bridge.text.printable import without_secrets

_AS_IT_IS = "%/?:@!$&'()*+,;=~[]{}|^`\"<>\\"
"""Characters of a target that stay as the owner wrote them; spaces, control characters and letters are quoted."""
_SHORTEST_WORD = 4
"""Shorter parts of an address (`1`, `jpg`) are no credentials, and too frequent in a text."""
_NO_ADDRESS = "the address is not one"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceUrl:
    """A parsed address. `bare` has no user part but may still hold a password; `shown` is the redacted form."""

    bare: str = field(repr=False)
    shown: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def scheme(self) -> str:
        """The scheme in lower case: http, https, rtsp, rtsps or v4l2."""
        return self.bare.partition(":")[0].lower()

    @property
    def server(self) -> str:
        """Host and port as the address has them, with the brackets of IPv6."""
        return self.shown.partition("://")[2]

    @property
    def host(self) -> str:
        """The host alone, an IPv6 address without its brackets."""
        return urlsplit(self.bare).hostname or ""

    @property
    def port(self) -> int:
        """The port, or the scheme's usual one."""
        return urlsplit(self.bare).port or (443 if self.scheme == "https" else 80)

    @property
    def target(self) -> str:
        """Path and query for an HTTP request, in ASCII; may hold a password."""
        parts = urlsplit(self.bare)
        return quote(parts.path or "/", safe=_AS_IT_IS) + (
            f"?{quote(parts.query, safe=_AS_IT_IS)}" if parts.query else ""
        )

    @property
    def full(self) -> str:
        """The address with its user part, for a library that accepts no other credentials; a secret."""
        if self.username is None:
            return self.bare
        scheme, rest = self.bare.split("://", 1)
        secret = quote(self.username, safe="") + ":" + quote(self.password or "", safe="")
        return f"{scheme}://{secret}@{rest}"

    def hide(self, text: str) -> str:
        """Returns a text of a camera or library with `…` in place of this address and all that may be a credential."""
        parts = urlsplit(self.bare)
        query = parse_qsl(parts.query, keep_blank_values=True)
        words = {*(value for _, value in query), *parts.query.split("&"), *parts.path.split("/")}
        words |= {self.full, self.bare, self.bare.partition("://")[2], self.target, parts.query}
        words |= {unquote(word) for word in words}
        return without_secrets(text, {*(word for word in words if len(word) >= _SHORTEST_WORD), self.password or ""})


def device_url(address: str, *, username: str | None = None, password: str | None = None) -> DeviceUrl:
    """Returns the parsed `address`; `username` and `password` take precedence over its user part.

    Raises ActionRefused for an invalid address.
    """
    if address.lower().startswith("v4l2:"):
        return DeviceUrl(bare=address, shown=address)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ActionRefused(_NO_ADDRESS) from None
    if not parts.scheme or not parts.hostname:
        raise ActionRefused(_NO_ADDRESS)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    location = host if port is None else f"{host}:{port}"
    if username is None and parts.username is not None:
        username, password = unquote(parts.username), unquote(parts.password or "")
    return DeviceUrl(
        bare=urlunsplit((parts.scheme.lower(), location, parts.path, parts.query, "")),
        shown=f"{parts.scheme.lower()}://{location}",
        username=username,
        password=password if username is not None else None,
    )
