"""Properties of MQTT 5 packets (2.2.2), read leniently: what makes no sense is left out and named; pure."""

from __future__ import annotations

from dataclasses import dataclass, field

EXPIRY = 0x02
RESPONSE_TOPIC = 0x08
CORRELATION = 0x09
SERVER_KEEP_ALIVE = 0x13
SERVER_REFERENCE = 0x1C
REASON = 0x1F
RECEIVE_MAXIMUM = 0x21
MAXIMUM_QOS = 0x24
RETAIN_AVAILABLE = 0x25
USER = 0x26
MAXIMUM_PACKET_SIZE = 0x27
WILDCARDS_AVAILABLE = 0x28

_BYTES = {
    **dict.fromkeys((0x01, 0x17, 0x19, MAXIMUM_QOS, RETAIN_AVAILABLE, WILDCARDS_AVAILABLE, 0x29, 0x2A), 1),
    **dict.fromkeys((SERVER_KEEP_ALIVE, RECEIVE_MAXIMUM, 0x22, 0x23), 2),
    **dict.fromkeys((EXPIRY, 0x11, 0x18, MAXIMUM_PACKET_SIZE), 4),
}
"""Bytes of the numbers, by property."""
_TEXTS = frozenset({0x03, RESPONSE_TOPIC, CORRELATION, 0x12, 0x15, 0x16, 0x1A, SERVER_REFERENCE, REASON})
"""Properties with two bytes of length before them."""
_SUBSCRIPTION = 0x0B
"""The only number of variable length."""
_NAMES = {
    SERVER_KEEP_ALIVE: "Server Keep Alive",
    RECEIVE_MAXIMUM: "Receive Maximum",
    MAXIMUM_QOS: "Maximum QoS",
    RETAIN_AVAILABLE: "Retain Available",
    MAXIMUM_PACKET_SIZE: "Maximum Packet Size",
    WILDCARDS_AVAILABLE: "Wildcard Subscription Available",
    0x22: "Topic Alias Maximum",
}


def name(identifier: int) -> str:
    """Returns the name of a property, or its number."""
    return _NAMES.get(identifier, f"property 0x{identifier:02X}")


@dataclass(slots=True, kw_only=True)
class Properties:
    """Properties of one packet: `numbers` and `texts` by identifier, `odd` in words what was left out."""

    numbers: dict[int, int] = field(default_factory=dict)
    texts: dict[int, bytes] = field(default_factory=dict)
    odd: list[str] = field(default_factory=list)

    def text(self, identifier: int) -> str | None:
        """Returns a text, or None if the packet does not have it; bytes that are no UTF-8 become U+FFFD."""
        found = self.texts.get(identifier)
        return None if found is None else found.decode("utf-8", "replace")


def variable_number(data: bytes, at: int) -> tuple[int, int] | None:
    """Returns a variable byte integer (1.5.5) and the offset behind it.

    None if the data ends first or it has no end.
    """
    number = 0
    for count, byte in enumerate(data[at : at + 4]):
        number |= (byte & 0x7F) << 7 * count
        if byte < 0x80:  # noqa: PLR2004 - the sign of more
            return number, at + count + 1
    return None


def read(data: bytes) -> Properties:
    """Returns the properties of `data`.

    Of two numbers alike the smaller counts, since they are limits; behind one that is unknown nothing is read.
    """
    found = Properties()
    at = 0
    while at < len(data):
        identifier = data[at]
        end = _read_one(found, data, at + 1, identifier)
        if end is None:
            found.odd.append(name(identifier))
            break
        at = end
    return found


def _read_one(found: Properties, data: bytes, at: int, identifier: int) -> int | None:
    """Reads one value into `found`. Returns the offset behind it, or None if it is cut off or unknown."""
    size = _BYTES.get(identifier)
    if size is not None:
        return _number(found, data, at, identifier, size)
    if identifier in _TEXTS:
        return _text(found, data, at, identifier)
    if identifier == USER:
        middle = _behind_text(data, at)
        return None if middle is None else _behind_text(data, middle)
    if identifier == _SUBSCRIPTION:
        number = variable_number(data, at)
        return None if number is None else number[1]
    return None


def _number(found: Properties, data: bytes, at: int, identifier: int, size: int) -> int | None:
    """Reads a number of `size` bytes into `found`; of two the smaller counts.

    Returns the offset behind it, None if cut off.
    """
    if at + size > len(data):
        return None
    if identifier in found.numbers:
        found.odd.append(f"{name(identifier)} twice")
    number = int.from_bytes(data[at : at + size], "big")
    found.numbers[identifier] = min(number, found.numbers.get(identifier, number))
    return at + size


def _text(found: Properties, data: bytes, at: int, identifier: int) -> int | None:
    """Reads a text into `found`; of two the first counts. Returns the offset behind it, or None if it is cut off."""
    end = _behind_text(data, at)
    if end is None:
        return None
    if identifier in found.texts:
        found.odd.append(f"{name(identifier)} twice")
    found.texts.setdefault(identifier, data[at + 2 : end])
    return end


def _behind_text(data: bytes, at: int) -> int | None:
    """Returns the offset behind a text with its length before it, or None if it is cut off."""
    end = at + 2 + int.from_bytes(data[at : at + 2], "big")
    return end if end <= len(data) and at + 2 <= len(data) else None
