"""The access policy, decided from a request's headers and address, without any socket.

Without a password only this machine itself is allowed, by a host name of its own, so that no foreign page can
point a name of its choice at it (DNS rebinding), and not through a proxy, which would let in others.
With a password, everybody who has it. In the add-on, Home Assistant's ingress proxy has authenticated
the person already; it is recognised by the address of its connection alone (Home Assistant, "Presenting your app").
"""

from __future__ import annotations

import enum
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

FOREIGN = "A page of another origin may not do this."
BEHIND_A_PROXY = (
    "If it is this device's own page behind a proxy or TLS, list the name or address that the browser shows "
    "in web.names, which needs web.password_file."
)

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


class Standing(enum.Enum):
    """The further check that a request needs."""

    OPEN = "open"
    """No password is needed."""
    ASKED = "asked"
    """A session or the password is needed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ingress:
    """A proxy that authenticates people: its address, and the port at which it expects the page."""

    peer: str
    port: int


INGRESS = Ingress(peer="172.30.32.2", port=8099)
"""Home Assistant's ingress proxy, the same in every add-on; the port is `ingress_port` of `addon/config.yaml`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """The parts of a request that matter for access: headers as received, None if absent."""

    peer: str | None
    host: str | None
    unsafe: bool
    """Whether it may change something: any method but GET and HEAD."""
    origin: str | None = None
    fetch_site: str | None = None
    fetch_mode: str | None = None
    forwarded: bool = False
    """Whether a proxy's header marks it as passed on for another client."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A refusal; `why` is the sentence for the person."""

    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """The policy that follows from the settings.

    `guarded`: there is a password.
    `names` are first labels of host names of the device: its own name, and its id.
    `called` are the further host names of `web.names`, in lower case.
    `near`: `web.host` is this machine alone; in the add-on the page listens on more addresses than that.
    """

    guarded: bool
    names: Collection[str] = ()
    called: Collection[str] = ()
    ingress_peer: str | None = None
    near: bool = False

    def may_connect(self, peer: str | None) -> bool:
        """Returns whether a connection from the address `peer` may be accepted, before a byte of it is read."""
        return self.passes_others_on(peer) or (self.guarded and not self.near)

    def passes_others_on(self, peer: str | None) -> bool:
        """Returns whether many clients may share this address: proxies of this machine, and the ingress proxy."""
        return _is_loopback(peer) or self.is_ingress(peer)

    def is_ingress(self, peer: str | None) -> bool:
        """Returns whether a connection comes from the ingress proxy; no header counts."""
        return self.ingress_peer is not None and peer == self.ingress_peer

    def judge(self, visit: Visit) -> Standing | Refused:
        """Returns the further check that a request needs, or its refusal with the reason."""
        if self.is_ingress(visit.peer):
            # Host and Origin are Home Assistant's own there; Fetch Metadata and the token remain.
            return _same_site(visit) or Standing.OPEN
        if not self._is_ours(visit.host):
            return Refused(why="This host name is not one of the device's: use its address, or list it in web.names.")
        if not self.guarded and (visit.forwarded or not _is_loopback(visit.peer)):
            return Refused(why="From other machines the page can be used when web.password_file is set.")
        if visit.unsafe and visit.origin is not None and not self._is_our_page(visit.origin, visit.host):
            return Refused(why=f"{FOREIGN} {BEHIND_A_PROXY}")
        return _same_site(visit) or (Standing.ASKED if self.guarded else Standing.OPEN)

    def _is_ours(self, host: str | None) -> bool:
        """Returns whether a Host header names this device: loopback, or with a password any address or name of it."""
        name = _host_name(host)
        if name is None:
            return False
        if name in LOOPBACK_NAMES:
            return True
        if not self.guarded:
            return False
        # With a password DNS rebinding gains nothing: a foreign name has no session cookie.
        return name in self.called or _is_address(name) or name.partition(".")[0] in self.names

    def _is_our_page(self, origin: str, host: str | None) -> bool:
        """Returns whether the origin is ours: the request's own host, or a name of `web.names` behind a proxy."""
        try:
            parts = urlsplit(origin)
        except ValueError:
            return False
        return parts.netloc == host or (self.guarded and parts.hostname in self.called)


def is_this_machine(host: str) -> bool:
    """Returns whether only this machine can reach a socket that listens on `host`."""
    return host == "localhost" or _is_loopback(host)


def network_of(peer: str) -> str:
    """Returns the network by which a client is counted: an IPv6 address's /64, else `peer` as it is."""
    try:
        address = ip_address(peer)
    except ValueError:
        return peer
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return peer


def _same_site(visit: Visit) -> Refused | None:
    """Returns a refusal if the browser names another site as the request's origin (Fetch Metadata), else None.

    A person may follow a link from elsewhere to here (`navigate`); a foreign page may request nothing
    by itself, since even a response that it cannot read takes a connection.
    """
    if visit.fetch_site in (None, "same-origin", "none") or (visit.fetch_mode == "navigate" and not visit.unsafe):
        return None
    return Refused(why=FOREIGN)


def _host_name(host: str | None) -> str | None:
    """Returns the name or address in a Host header, without port and brackets, or None if it is malformed."""
    if not host or any(one in host for one in "/@?# "):
        return None
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # raises ValueError for an invalid port
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
    """Returns whether an address is a loopback one, also as IPv4 mapped into IPv6; False for None and other texts."""
    if peer is None or not _is_address(peer):
        return False
    address = ip_address(peer)
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback
