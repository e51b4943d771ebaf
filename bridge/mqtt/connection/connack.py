"""The broker's answer to CONNECT: the terms of the session, or its end; pure."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.mqtt.connection import properties as props
from bridge.mqtt.connection import reason_codes as codes
from bridge.mqtt.connection.packet_reader import Connack
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.connection.session_types import Ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Limits that an MQTT 5 broker announces; None where it announces none. 3.1.1 knows none of them."""

    receive_maximum: int | None = None
    """Publishes that may be unacknowledged."""
    largest: int | None = None
    """Bytes of the largest packet."""
    qos: int = 1
    retain: bool = True
    wildcards: bool = True
    keepalive_s: int | None = None
    odd: tuple[str, ...] = ()
    """Parts of the CONNACK that make no sense and are left out, in words."""


def read(packet: Connack, version: Version) -> Terms | Ended:
    """Returns the terms of a session that is open, or the reason against one.

    An answer in the form of 3.1.1 to a CONNECT of MQTT 5 is a refusal of that version, even one of success: the broker
    would not understand our packets.
    """
    code = packet.code if version is Version.V5 and not packet.old_form else codes.from_311(packet.code)
    reason = packet.properties.text(props.REASON)
    why = codes.in_words(code, reason=reason)
    if packet.old_form and code < codes.FAILED:
        code = codes.UNSUPPORTED_VERSION
    if code < codes.FAILED:
        return _terms(packet)
    if code in codes.DENIED:
        return Ended(how=EndReason.DENIED, why=why, code=code)
    if code == codes.UNSUPPORTED_VERSION:
        return Ended(how=EndReason.TOO_NEW, why=why, code=code)
    named = codes.in_words(code, reason=reason, server=packet.properties.text(props.SERVER_REFERENCE))
    return Ended(how=EndReason.REFUSED, why=f"the broker refuses: {named}", code=code)


def _terms(packet: Connack) -> Terms:
    """Returns the terms that a CONNACK of success announces, without those that make no sense."""
    numbers, odd = dict(packet.properties.numbers), list(packet.properties.odd)
    for zero in (props.RECEIVE_MAXIMUM, props.MAXIMUM_PACKET_SIZE):
        if numbers.get(zero) == 0:
            odd.append(f"{props.name(zero)} 0")
            del numbers[zero]
    if packet.session_present:
        odd.append("session present after a clean start")
    return Terms(
        receive_maximum=numbers.get(props.RECEIVE_MAXIMUM),
        largest=numbers.get(props.MAXIMUM_PACKET_SIZE),
        qos=min(numbers.get(props.MAXIMUM_QOS, 1), 1),
        retain=numbers.get(props.RETAIN_AVAILABLE, 1) != 0,
        wildcards=numbers.get(props.WILDCARDS_AVAILABLE, 1) != 0,
        keepalive_s=numbers.get(props.SERVER_KEEP_ALIVE) or None,
        odd=tuple(odd),
    )
