"""Subscribes on one connection, at most eight filters a packet, and waits for each answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from bridge.mqtt.connection import reason_codes as codes
from bridge.mqtt.connection.answer_in_time import came_in_time
from bridge.mqtt.connection.broker_limits import BrokerLimits
from bridge.mqtt.connection.packet_reader import Suback
from bridge.mqtt.connection.paho_client import PahoClient
from bridge.mqtt.connection.session_types import Ended, Filter

SUBACK_S = 5.0
"""Limit for a SUBACK: without one the session goes on, and the subscription is asked for again."""
UNANSWERED_S = 1.0
"""Limit for a SUBACK of a broker that has not answered a SUBSCRIBE before."""


class Subscriber:
    """Subscribes on one session; `ended` is that session's end."""

    def __init__(self, client: PahoClient, *, limits: BrokerLimits, ended: asyncio.Future[Ended]) -> None:
        self.refused: dict[str, str] = {}
        """Filters that the broker refused or did not answer in time, with the reason."""
        self.waiting: tuple[Filter, ...] = ()
        """Filters that the broker has not answered yet."""
        self.wildcards = limits.wildcards
        """Whether the broker takes filters with wildcards."""
        self._client = client
        self._limits = limits
        self._ended = ended
        self._answer: asyncio.Future[Suback] | None = None
        self._answer_to = 0
        self._limit_s = SUBACK_S
        self._turn = asyncio.Lock()
        """Several parts subscribe on their own: one SUBSCRIBE is answered before the next is sent."""
        self._one_at_a_time = asyncio.Lock()

    async def subscribe(self, filters: Sequence[Filter]) -> None:
        """Subscribes and waits for the answers, or returns at the end of the session.

        `refused` has those of these filters that failed.
        """
        taken = []
        for one in filters:
            self.refused.pop(one.topic, None)
            if self._limits.leaves_out_filter(one.topic):
                self.refused[one.topic] = "the broker closes the connection then"
            else:
                taken.append(one)
        many = self._limits.filters_a_packet
        for begin in range(0, len(taken), many):
            async with self._one_at_a_time:
                if self._ended.done():
                    return
                await self._subscribe(tuple(taken[begin : begin + many]))

    def answered(self, packet: Suback) -> None:
        """Records the broker's answer to a SUBSCRIBE; ignores one that nobody waits for."""
        if self._answer is not None and not self._answer.done() and packet.identifier == self._answer_to:
            self._answer.set_result(packet)

    async def _subscribe(self, filters: tuple[Filter, ...]) -> None:
        """Sends one SUBSCRIBE and waits for the answer; `refused` gets the filters that failed."""
        self._answer = answer = asyncio.get_running_loop().create_future()
        self.waiting = filters
        self._answer_to = self._client.subscribe_to(filters, options=self._limits.options)
        in_time = await came_in_time(answer, self._ended, self._limit_s)
        if not in_time:
            self._limit_s = UNANSWERED_S
        if self._ended.done():
            return
        self.waiting = ()
        found = answer.result().codes if in_time else b""
        reason = answer.result().reason if in_time else None
        for number, one in enumerate(filters):
            if number >= len(found):
                self.refused[one.topic] = "not answered"
            elif found[number] >= codes.FAILED:
                self.refused[one.topic] = codes.in_words(found[number], reason=reason)
                if found[number] == codes.NO_WILDCARDS:
                    self.wildcards = self._limits.wildcards = False
