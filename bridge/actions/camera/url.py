"""A camera's address, whose credentials are never shown.

Cameras take passwords in the user part, in the query (`?user=…&pwd=…`) and even in the path
(`/user=admin&password=…`), so what people are shown is scheme, host and port alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from bridge.errors import ActionRefused

_NO_ADDRESS = "the camera's address is not one"


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraUrl:
    """An address taken apart; `bare` has no user part, and is still not to be shown: see `shown`."""

    bare: str = field(repr=False)
    shown: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @property
    def scheme(self) -> str:
        """In lower case: http, https, rtsp, rtsps or v4l2."""
        return self.bare.partition(":")[0].lower()

    @property
    def server(self) -> str:
        """Host and port, as the address has them."""
        return self.shown.partition("://")[2]

    @property
    def full(self) -> str:
        """With user part, for a library that takes no other credentials; a secret."""
        if self.username is None:
            return self.bare
        scheme, rest = self.bare.split("://", 1)
        secret = quote(self.username, safe="") + ":" + quote(self.password or "", safe="")
        return f"{scheme}://{secret}@{rest}"

    def hide(self, text: str) -> str:
        """A library's message, with this address and its credentials taken out."""
        for secret in (self.full, self.bare, self.bare.partition("://")[2], self.password):
            if secret:
                text = text.replace(secret, "…")
        return text


def camera_url(address: str, *, username: str | None = None, password: str | None = None) -> CameraUrl:
    """`address` of the settings; `username` and `password` win over those in its user part.

    Raises ActionRefused for an address that is none.
    """
    if address.lower().startswith("v4l2:"):
        return CameraUrl(bare=address, shown=address)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        raise ActionRefused(_NO_ADDRESS) from None
    if not parts.scheme or not parts.hostname:
        raise ActionRefused(_NO_ADDRESS)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = host if port is None else f"{host}:{port}"
    if username is None and parts.username is not None:
        username, password = unquote(parts.username), unquote(parts.password or "")
    return CameraUrl(
        bare=urlunsplit((parts.scheme.lower(), place, parts.path, parts.query, "")),
        shown=f"{parts.scheme.lower()}://{place}",
        username=username,
        password=password if username is not None else None,
    )
