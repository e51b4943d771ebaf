"""SOAP 1.2 envelopes: a request around its operation, and an answer without its envelope (pure)."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

from bridge.errors import CameraRefused, MessageMalformed
from bridge.lines.onvif.xml_tree import each_below, local, text_at, tree_of
from bridge.text.printable import printable, shortened

ENVELOPE = "http://www.w3.org/2003/05/soap-envelope"
_SECURITY = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-"
_TOKEN = "http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-"  # noqa: S105 - a name
_NAMESPACES = {
    "s": ENVELOPE,
    "tds": "http://www.onvif.org/ver10/device/wsdl",
    "tev": "http://www.onvif.org/ver10/events/wsdl",
    "tmd": "http://www.onvif.org/ver10/deviceIO/wsdl",
    "trt": "http://www.onvif.org/ver10/media/wsdl",
    "tt": "http://www.onvif.org/ver10/schema",
    "wsnt": "http://docs.oasis-open.org/wsn/b-2",
    "wsa": "http://www.w3.org/2005/08/addressing",
}
LONGEST_REASON = 120
_LOGIN_FAULTS = ("NotAuthorized", "FailedAuthentication", "InvalidSecurity", "FailedCheck")


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One operation: its body in the prefixes of `_NAMESPACES`, and where it is addressed to.

    `to` and `action` are of WS-Addressing, for subscriptions alone; `reference` are the elements that the camera gave
    with a subscription's address, as XML.
    """

    name: str
    body: str = field(repr=False)
    action: str | None = None
    to: str | None = None
    reference: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A WS-UsernameToken with the password's digest; `created` is the camera's own time."""

    username: str
    password: str = field(repr=False)
    nonce: bytes
    created: datetime


def envelope(request: Request, token: Token | None) -> bytes:
    """Returns a request as a document."""
    names = "".join(f' xmlns:{prefix}="{name}"' for prefix, name in _NAMESPACES.items())
    header = ("" if token is None else _security(token)) + _addressing(request)
    head = f"<s:Header>{header}</s:Header>" if header else ""
    whole = f"<s:Envelope{names}>{head}<s:Body>{request.body}</s:Body></s:Envelope>"
    return f'<?xml version="1.0" encoding="utf-8"?>{whole}'.encode()


def answer(data: bytes) -> Element:
    """Returns the operation's answer in an envelope.

    Raises:
        CameraRefused: it is a fault.
        MessageMalformed: it is no envelope.
    """
    root = tree_of(data)
    bodies = [each for each in root if local(each) == "Body"] if local(root) == "Envelope" else []
    if not bodies or len(bodies[0]) == 0:
        message = "is no SOAP answer"
        raise MessageMalformed(message)
    found = bodies[0][0]
    if local(found) == "Fault":
        raise fault_of(found)
    return found


def fault_of(fault: Element) -> CameraRefused:
    """Returns a SOAP fault as an exception, in the camera's own words."""
    codes = [(each.text or "").strip().rpartition(":")[2] for each in each_below(fault, "Value")]
    reason = text_at(fault, "Reason", "Text") or text_at(fault, "faultstring") or next(iter(reversed(codes)), "")
    words = shortened(printable(reason), LONGEST_REASON) or "a fault without words"
    return CameraRefused(words, is_login=any(code in _LOGIN_FAULTS for code in codes))


def _security(token: Token) -> str:
    """Returns the header of a WS-UsernameToken (Core 5.9.4; Web Services Security UsernameToken Profile 1.0)."""
    created = token.created.strftime("%Y-%m-%dT%H:%M:%S.") + f"{token.created.microsecond // 1000:03d}Z"
    digest = hashlib.sha1(token.nonce + created.encode() + token.password.encode(), usedforsecurity=False).digest()
    return (
        f'<wsse:Security s:mustUnderstand="1" xmlns:wsse="{_SECURITY}secext-1.0.xsd" '
        f'xmlns:wsu="{_SECURITY}utility-1.0.xsd"><wsse:UsernameToken>'
        f"<wsse:Username>{escape(token.username)}</wsse:Username>"
        f'<wsse:Password Type="{_TOKEN}username-token-profile-1.0#PasswordDigest">'
        f"{base64.b64encode(digest).decode()}</wsse:Password>"
        f'<wsse:Nonce EncodingType="{_TOKEN}soap-message-security-1.0#Base64Binary">'
        f"{base64.b64encode(token.nonce).decode()}</wsse:Nonce>"
        f"<wsu:Created>{created}</wsu:Created></wsse:UsernameToken></wsse:Security>"
    )


def _addressing(request: Request) -> str:
    parts = [
        f"<wsa:{key}>{escape(value)}</wsa:{key}>"
        for key, value in (("Action", request.action), ("To", request.to))
        if value
    ]
    return "".join(parts) + request.reference
