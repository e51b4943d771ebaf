"""WS-Discovery of cameras: the packets of a search, and what answers to it say (pure).

Core 7 and WS-Discovery 1.0 (2005/04), with SOAP 1.2 over UDP.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final
from urllib.parse import unquote, urlsplit

from bridge.errors import MessageMalformed
from bridge.lines.onvif.xml_tree import each_below, text_at, tree_of

GROUP: Final = "239.255.255.250"
PORT: Final = 3702
_PROBE = (
    '<?xml version="1.0" encoding="utf-8"?><s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" '
    'xmlns:wsa="http://schemas.xmlsoap.org/ws/2004/08/addressing" '
    'xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
    'xmlns:dn="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
    "<wsa:MessageID>urn:uuid:{}</wsa:MessageID><wsa:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</wsa:To>"
    "<wsa:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</wsa:Action></s:Header>"
    "<s:Body><d:Probe><d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"
)
_SCOPE = "onvif://www.onvif.org/"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCamera:
    """A camera that answered: its own unchanging name, its device service, and its name for people, may be empty."""

    endpoint: str
    address: str
    name: str


def probe(message_id: str) -> bytes:
    """Returns the question for all cameras; `message_id` is a UUID."""
    return _PROBE.format(message_id).encode()


def cameras_in(packet: bytes, sender: str) -> list[FoundCamera]:
    """Returns the cameras that an answer names; an empty list for any other packet.

    Of several addresses it is the one at `sender`, a host's address, or else the first.
    """
    try:
        root = tree_of(packet)
    except MessageMalformed:
        return []  # anybody may send to the port
    found = []
    for match in each_below(root, "ProbeMatch"):
        address = _best((text_at(match, "XAddrs") or "").split(), sender)
        if address is None:
            continue
        endpoint = text_at(match, "EndpointReference", "Address") or address
        scopes = (text_at(match, "Scopes") or "").split()
        name = _scope(scopes, "name/") or _scope(scopes, "hardware/")
        found.append(FoundCamera(endpoint=endpoint.lower(), address=address, name=name))
    return found


def distinct(found: Iterable[FoundCamera]) -> list[FoundCamera]:
    """Returns each camera once, by its own name and by its address, in the order of addresses."""
    by_endpoint = {each.endpoint: each for each in found}
    by_address = {each.address: each for each in by_endpoint.values()}
    return sorted(by_address.values(), key=_order)


def host_of(address: str) -> str | None:
    """Returns the host of an HTTP address; None for one that cannot be used, or that holds a log-in."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises for one that is no number
    except ValueError:
        return None
    is_plain = parts.scheme in ("http", "https") and "@" not in address and address.isprintable()
    return parts.hostname if is_plain else None


def _best(addresses: Iterable[str], sender: str) -> str | None:
    usable = [each for each in addresses if host_of(each)]
    at_sender = [each for each in usable if host_of(each) == sender]
    return next(iter(at_sender or usable), None)


def _scope(scopes: Iterable[str], kind: str) -> str:
    """Returns the text of the first scope of a kind; empty if there is none."""
    start = _SCOPE + kind
    return next((unquote(each[len(start) :]).strip() for each in scopes if each.lower().startswith(start)), "")


def _order(found: FoundCamera) -> tuple[list[tuple[int, str]], str]:
    parts = (host_of(found.address) or "").split(".")
    return [(int(each) if each.isdecimal() else -1, each) for each in parts], found.address
