"""Reason codes of MQTT 5 (2.4) and return codes of MQTT 3.1.1 (3.2.2.3); pure.

A code that the specification does not list is a refusal from 0x80 on, and a success below (`mqtt.md` 3).
"""

from __future__ import annotations

from bridge.text.printable import printable

FAILED = 0x80
"""Codes from here on are refusals."""
NORMAL = -1
"""Stands for the code 0 of a DISCONNECT, which is no success of anything."""
UNSUPPORTED_VERSION = 0x84
NOT_AUTHORIZED = 0x87
TAKEN_OVER = 0x8E
TOO_LARGE = 0x95
RATE_TOO_HIGH = 0x96
QUOTA_EXCEEDED = 0x97
ADMINISTRATIVE = 0x98
TOO_MANY = frozenset({RATE_TOO_HIGH, QUOTA_EXCEEDED})
NO_RETAIN = 0x9A
NO_QOS = 0x9B
NO_WILDCARDS = 0xA2
DENIED = frozenset({0x86, 0x87, 0x8A, 0x8C})
"""Of a CONNACK: bad user name or password, not authorized, banned, bad authentication method."""
INNOCENT = frozenset({0x00, 0x04, 0x88, 0x89, 0x8B, 0x8D, 0x8E, 0x98, 0x9C, 0x9D, 0x9F, 0xA0})
"""Of a DISCONNECT: codes that no message of ours can be the cause of."""

_NAMES = {
    NORMAL: "Normal disconnection",
    0x00: "Success",
    0x04: "Disconnect with will message",
    0x10: "No matching subscribers",
    0x80: "Unspecified error",
    0x81: "Malformed packet",
    0x82: "Protocol error",
    0x83: "Implementation specific error",
    0x84: "Unsupported protocol version",
    0x85: "Client identifier not valid",
    0x86: "Bad user name or password",
    0x87: "Not authorized",
    0x88: "Server unavailable",
    0x89: "Server busy",
    0x8A: "Banned",
    0x8B: "Server shutting down",
    0x8C: "Bad authentication method",
    0x8D: "Keep alive timeout",
    0x8E: "Session taken over",
    0x8F: "Topic filter invalid",
    0x90: "Topic name invalid",
    0x91: "Packet identifier in use",
    0x92: "Packet identifier not found",
    0x93: "Receive maximum exceeded",
    0x94: "Topic alias invalid",
    0x95: "Packet too large",
    0x96: "Message rate too high",
    0x97: "Quota exceeded",
    0x98: "Administrative action",
    0x99: "Payload format invalid",
    0x9A: "Retain not supported",
    0x9B: "QoS not supported",
    0x9C: "Use another server",
    0x9D: "Server moved",
    0x9E: "Shared subscriptions not supported",
    0x9F: "Connection rate exceeded",
    0xA0: "Maximum connect time",
    0xA1: "Subscription identifiers not supported",
    0xA2: "Wildcard subscriptions not supported",
}
_CONNACK_311 = {1: 0x84, 2: 0x85, 3: 0x88, 4: 0x86, 5: 0x87}


def from_311(return_code: int) -> int:
    """Returns the reason code of MQTT 5 for a CONNACK's return code of 3.1.1.

    0x80 for a code that 3.1.1 does not know; 0 and codes from 0x80 on stay as they are.
    """
    if return_code == 0 or return_code >= FAILED:
        return return_code
    return _CONNACK_311.get(return_code, FAILED)


def in_words(code: int, *, reason: str | None = None, server: str | None = None) -> str:
    """Returns the name of a code, or its number; behind it the broker's own words, cleaned and cut, if it sent some."""
    text = _NAMES.get(code, f"reason code 0x{code:02X}")
    if server:
        text += f', "{printable(server)}"'
    if reason:
        text += f' (the broker says: "{printable(reason)}")'
    return text
