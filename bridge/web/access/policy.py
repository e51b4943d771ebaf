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
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Standing(enum.Enum):
    """How far a caller gets."""

    OPEN = "open"
    """No password is needed."""
    ASKED = "asked"
    """A session or the password is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingress:
    """A proxy that has asked people already who they are: its address, and the port at which it looks for the page."""

    peer: str
    port: int


INGRESS = Ingress(peer="172.30.32.2", port=8099)
"""Home Assistant's, in every add-on; the port is `ingress_port` of `addon/config.yaml`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """A request as far as access is concerned: headers as they came, None where absent."""

    peer: str | None
    host: str | None
    unsafe: bool
    """Whether it may change something: any method but GET and HEAD."""
    origin: str | None = None
    fetch_site: str | None = None
    fetch_mode: str | None = None
    forwarded: bool = False
    """Whether a proxy says that it passes the request on for somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Not to be answered; `why` is for the person in front of it."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """What the settings say about who may come.

    `names` are the first labels of host names by which the device is known: its own, and its id.
    `called` are whole names, in small letters, by which a person says that it is called (`web.names`).
    `near` means that `web.host` is this machine alone: in the add-on the page listens further than that.
    """

    guarded: bool
    names: Collection[str] = ()
    called: Collection[str] = ()
    ingress_peer: str | None = None
    near: bool = False

    def may_connect(self, peer: str | None) -> bool:
        """Whether a connection is worth a look, before a byte of it is read."""
        return self.passes_others_on(peer) or (self.guarded and not self.near)

    def passes_others_on(self, peer: str | None) -> bool:
        """Whether many may be behind this one address: proxies of this machine, and the ingress."""
        return _is_loopback(peer) or self.is_ingress(peer)

    def is_ingress(self, peer: str | None) -> bool:
        """Whether a connection is the ingress proxy's; nothing that a request says of itself counts."""
        return self.ingress_peer is not None and peer == self.ingress_peer

    def judge(self, visit: Visit) -> Standing | Refused:
        """Whether a visit may go on, and whether it must show that it knows the password."""
        if self.is_ingress(visit.peer):
            # Host and Origin are Home Assistant's own there; the browser's word and the token remain.
            return _same_site(visit) or Standing.OPEN
        if not self._is_ours(visit.host):
            return Refused(why="This host name is not one of the device's: use its address, or list it in web.names.")
        if not self.guarded and (visit.forwarded or not _is_loopback(visit.peer)):
            return Refused(why="From other machines the page can be used when web.password_file is set.")
        if visit.unsafe and visit.origin is not None and not self._is_our_page(visit.origin, visit.host):
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
        return name in self.called or _is_address(name) or name.partition(".")[0] in self.names

    def _is_our_page(self, origin: str, host: str | None) -> bool:
        """Whether a page came from here, or through a proxy that does not pass on the name it was called by."""
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.netloc == host or (self.guarded and parts.hostname in self.called)


def is_this_machine(host: str) -> bool:
    """Whether who listens there can be reached by this machine alone."""
    return host == "localhost" or _is_loopback(host)


def network_of(peer: str) -> str:
    """Addresses told apart as networks hand them out: IPv6 by /64."""
    try:
        address = ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return peer


def _same_site(visit: Visit) -> Refused | None:
    """Browsers say where a request comes from (Fetch Metadata); a navigation by a person is `none`.

    From elsewhere a person may follow a link to here; a foreign page may not so much as ask for anything
    by itself, since an answer that it cannot read takes a connection still.
    """
    if visit.fetch_site in (None, "same-origin", "none") or (visit.fetch_mode == "navigate" and not visit.unsafe):
        return None
    return Refused(why="A page of another origin may not do this.")


def _host_name(host: str | None) -> str | None:
    """The name or address in a Host header, without port and brackets; None if it is none."""
    if not host or any(one in host for one in "/@?# "):
        return None
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # refuses what is no port
    except ValueError:
        return None
    return parts.hostname and parts.hostname.removesuffix(".")


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
