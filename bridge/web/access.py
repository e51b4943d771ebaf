"""Who may come: decided from what a request says of itself, without any socket.

Without a password only this machine itself may, by a name of its own, so that no foreign page can
point a name of its choice at it (DNS rebinding), and not through a proxy, which would let in others.
With one, everybody who has it. In the add-on, Home Assistant's ingress proxy has asked already who
it is; it is believed by the address of its connection alone (Home Assistant, "Presenting your app").
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

INGRESS_PEER = "172.30.32.2"
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Standing(enum.Enum):
    """How far a caller gets."""

    OPEN = "open"
    """No password is needed."""
    ASKED = "asked"
    """A session or the password is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request as far as access is concerned: headers as they came, None where absent."""

    peer: str | None
    host: str | None
    unsafe: bool
    """Whether it may change something: any method but GET and HEAD."""
    origin: str | None = None
    fetch_site: str | None = None
    forwarded: bool = False
    """Whether a proxy says that it passes the request on for somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Not to be answered; `why` is for the person in front of it."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """What the settings say about who may come.

    `names` are the first labels of host names by which the device is known: its own, and its id.
    """

    guarded: bool
    names: Collection[str] = ()
    ingress_peer: str | None = None

    def judge(self, visit: Visit) -> Standing | Refused:
        """Whether a visit may go on, and whether it must show that it knows the password."""
        if self.ingress_peer is not None and visit.peer == self.ingress_peer:
            # Host and Origin are Home Assistant's own there; the browser's word and the token remain.
            return _same_site(visit) or Standing.OPEN
        if not self._is_ours(visit.host):
            return Refused(why="This host name is not one of the device's: use its address.")
        if not self.guarded and (visit.forwarded or not _is_loopback(visit.peer)):
            return Refused(why="From other machines the page can be used when web.password_file is set.")
        if visit.unsafe and visit.origin is not None and urlsplit(visit.origin).netloc != visit.host:
            return Refused(why="A page of another origin may not do this.")
        return _same_site(visit) or (Standing.ASKED if self.guarded else Standing.OPEN)

    def _is_ours(self, host: str | None) -> bool:
        name = _host_name(host)
        if name is None:
            return False
        if name in LOOPBACK_NAMES:
            return True
        if not self.guarded:
            return False
        # With a password a name that leads here by another's doing brings no session along.
        return _is_address(name) or name.partition(".")[0] in self.names


def _same_site(visit: Visit) -> Refused | None:
    """Browsers say where a request comes from (Fetch Metadata); a navigation by a person is `none`."""
    if visit.unsafe and visit.fetch_site not in (None, "same-origin", "none"):
        return Refused(why="A page of another origin may not do this.")
    return None


def _host_name(host: str | None) -> str | None:
    """The name or address in a Host header, without port and brackets; None if it is none."""
    if not host or any(one in host for one in "/@?# "):
        return None
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # refuses what is no port
    except ValueError:
        return None
    return parts.hostname


def _is_address(name: str) -> bool:
    try:
        ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(peer: str | None) -> bool:
    if peer is None or not _is_address(peer):
        return False
    address = ip_address(peer)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
