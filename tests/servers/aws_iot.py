"""The limits of AWS IoT Core, as a habit of the relay: quotas of its documentation, and a policy for one device.

A connection is closed without a word at more than 8 filters in a SUBSCRIBE, at more than 100 publishes in a second, at
a message of more than 128 KB, and at a topic that the policy forbids. The keepalive is 30 to 1200 s.
"""

from __future__ import annotations

import asyncio

from servers.relay import CONNACK, CONNECT, PUBLISH, SUBSCRIBE, Link, Packet

MOST_FILTERS = 8
MOST_BYTES = 128 * 1024
A_SECOND = 100
KEEPALIVE_S = (30, 1200)


class AwsIot:
    """`asks` and `answers` are the two ways of a `Relay`; what lies outside `allowed` prefixes is forbidden."""

    def __init__(self, *allowed: str) -> None:
        self.ends: list[str] = []
        """Reason for each connection that it closed, in order."""
        self.busiest = 0
        """Most publishes within a second that passed."""
        self._allowed = allowed

    def asks(self, link: Link, one: Packet) -> bytes | None:
        """A client's packet; None after its last."""
        reason = self._against(link, one)
        if reason is None:
            return one.raw
        self.ends.append(reason)
        link.close()
        return None

    def answers(self, link: Link, one: Packet) -> bytes:
        """The broker's packet; a keepalive outside the limits is replaced."""
        if one.kind == CONNACK and link.version == 5:
            wanted = link.memory["keepalive"]
            kept = min(max(wanted, KEEPALIVE_S[0]), KEEPALIVE_S[1])
            if kept != wanted:
                return one.with_connack_properties(b"\x13" + kept.to_bytes(2, "big"))
        return one.raw

    def _against(self, link: Link, one: Packet) -> str | None:
        """The limit that a packet breaks."""
        if one.kind == CONNECT:
            link.memory["keepalive"] = int.from_bytes(one.body[8:10], "big")
        if one.kind == SUBSCRIBE:
            if len(one.filters) > MOST_FILTERS:
                return "filters"
            if any(not topic.startswith(self._allowed) for topic, _ in one.filters):
                return "forbidden"
        if one.kind == PUBLISH:
            if not one.topic.startswith(self._allowed):
                return "forbidden"
            if one.size > MOST_BYTES:
                return "size"
            return self._too_many(link)
        return None

    def _too_many(self, link: Link) -> str | None:
        at = int(asyncio.get_running_loop().time() * 1000)
        times = {key: when for key, when in link.memory.items() if key.startswith("publish ") and at - when < 1000}
        for key in [key for key in link.memory if key.startswith("publish ") and key not in times]:
            del link.memory[key]
        number = link.memory["number"] = link.memory.get("number", 0) + 1
        link.memory[f"publish {number}"] = at
        if len(times) >= A_SECOND:
            return "rate"
        self.busiest = max(self.busiest, len(times) + 1)
        return None
