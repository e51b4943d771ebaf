"""SOAP as a camera speaks it: the operation in a request, and the envelope of an answer or a fault (pure)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element

from bridge.errors import MessageMalformed
from bridge.lines.onvif.xml_tree import below, local, tree_of

NAMESPACES: Final = (
    'xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:tds="http://www.onvif.org/ver10/device/wsdl" '
    'xmlns:tt="http://www.onvif.org/ver10/schema" xmlns:trt="http://www.onvif.org/ver10/media/wsdl" '
    'xmlns:tev="http://www.onvif.org/ver10/events/wsdl" xmlns:tmd="http://www.onvif.org/ver10/deviceIO/wsdl" '
    'xmlns:wsnt="http://docs.oasis-open.org/wsn/b-2" xmlns:wsa5="http://www.w3.org/2005/08/addressing" '
    'xmlns:wstop="http://docs.oasis-open.org/wsn/t-1" xmlns:xs="http://www.w3.org/2001/XMLSchema" '
    'xmlns:tns1="http://www.onvif.org/ver10/topics" xmlns:ter="http://www.onvif.org/ver10/error"'
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An operation that a client asks for: its name, the texts of its elements by local name, and the path asked."""

    name: str
    values: Mapping[str, str]
    path: str
    header: Element | None = None


def call_in(body: bytes, path: str) -> Call:
    """Returns the operation in a request's body. Raises MessageMalformed if there is none."""
    root = tree_of(body)
    operation = next(iter(below(root, "Body") or ()), None)
    if operation is None:
        message = "has no operation"
        raise MessageMalformed(message)
    values = {local(each): (each.text or "").strip() for each in operation.iter()}
    return Call(name=local(operation), values=values, path=path, header=below(root, "Header"))


def envelope(content: str) -> str:
    """Returns the document around an answer."""
    return f'<?xml version="1.0" encoding="UTF-8"?><s:Envelope {NAMESPACES}><s:Body>{content}</s:Body></s:Envelope>'


def fault(code: str, reason: str) -> str:
    """Returns the document of a refusal."""
    return envelope(
        f"<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode><s:Value>{code}</s:Value></s:Subcode></s:Code>"
        f'<s:Reason><s:Text xml:lang="en">{reason}</s:Text></s:Reason></s:Fault>'
    )
