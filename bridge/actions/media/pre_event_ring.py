"""The ring of the seconds before an event: packets of a stream, beginning with a key picture."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field

_LATE_S = 0.5
"""Reserve for the delay between an alarm's instant and its order: the seconds before the instant are needed."""
_STRETCH = 1.25
"""Limit of the ring relative to `pre_s`, so that memory follows the bit rate and not the camera's distance
between key pictures. In bytes that is less than 1.3 times: at its fullest the ring holds one key
picture more than its seconds have on average.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Packet:
    """One coded picture, or a piece of sound. A copy of the bytes: muxing a library's packet rewrites it.

    Stamps are in the stream's time base; `arrival` is of the monotonic clock.
    """

    stream: int
    video: bool
    key: bool
    pts: int
    dts: int
    duration: int
    arrival: float
    data: bytes = field(repr=False)


class PacketRing:
    """Holds whole groups of pictures that cover `pre_s` seconds before an event, and always the newest group.

    The first packet is a key picture. The oldest group is dropped when the rest still covers enough, when the ring
    exceeds 1.25 times `pre_s`, or when it exceeds `largest_bytes`. If a camera's key
    pictures are farther apart than that, only the newest group remains; if that alone exceeds
    `largest_bytes`, the ring is emptied until the next key picture.
    """

    def __init__(self, *, pre_s: float, largest_bytes: int = 64 * 1024 * 1024) -> None:
        self._enough_s = pre_s + _LATE_S
        self._longest_s = max(pre_s * _STRETCH, self._enough_s)
        self._largest_bytes = largest_bytes
        self._packets: deque[Packet] = deque()
        self._keys: deque[float] = deque()
        self._bytes = 0

    @property
    def held_bytes(self) -> int:
        """Size of the coded data in the ring."""
        return self._bytes

    @property
    def held_s(self) -> float:
        """Seconds from the first arrival in the ring to the last; 0 if it is empty."""
        return self._packets[-1].arrival - self._packets[0].arrival if self._packets else 0.0

    def __iter__(self) -> Iterator[Packet]:
        return iter(self._packets)

    def since(self, instant: float) -> list[Packet]:
        """Returns the packets from the last key picture at or before `instant` on; all of them if there is none."""
        begin = max((key for key in self._keys if key <= instant), default=-math.inf)
        return [packet for packet in self._packets if packet.arrival >= begin]

    def add(self, packet: Packet) -> None:
        """Adds the newest packet and drops those that are not needed any longer.

        Packets before the first key picture cannot be decoded, and are dropped.
        """
        is_key = packet.video and packet.key
        if not self._packets and not is_key:
            return
        self._packets.append(packet)
        self._bytes += len(packet.data)
        if is_key:
            self._keys.append(packet.arrival)
        while self._may_drop_front(packet.arrival):
            self._drop_group()
        if self._bytes > self._largest_bytes:
            self._packets.clear()
            self._keys.clear()
            self._bytes = 0

    def _may_drop_front(self, now: float) -> bool:
        """Returns whether the oldest group of pictures may be dropped.

        It may if there is a newer one, and either the remainder covers enough, or the ring is too large.
        """
        if len(self._keys) < 2:  # noqa: PLR2004 - the newest group stays
            return False
        covers_without = now - self._keys[1] >= self._enough_s
        too_long = now - self._keys[0] > self._longest_s
        return covers_without or too_long or self._bytes > self._largest_bytes

    def _drop_group(self) -> None:
        """Drops the oldest group of pictures; there is a newer one."""
        self._keys.popleft()
        self._bytes -= len(self._packets.popleft().data)
        while not (self._packets[0].video and self._packets[0].key):
            self._bytes -= len(self._packets.popleft().data)
