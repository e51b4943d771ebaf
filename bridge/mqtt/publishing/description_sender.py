"""Descriptions on their way to the broker: no more than it acknowledges, since there may be hundreds of 10 kB."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from bridge.mqtt.messages import Outgoing
from bridge.mqtt.publishing.send_queue import SendQueue

ON_THEIR_WAY = 20
"""Limit of descriptions that are not acknowledged yet."""


class DescriptionSender:
    """Puts retained messages into the queue; `begin` is called with each connection."""

    def __init__(self, outbox: SendQueue) -> None:
        self._outbox = outbox
        self._on_their_way = 0
        self._room = asyncio.Event()

    def begin(self) -> None:
        """Forgets what was on its way on the last connection."""
        self._on_their_way = 0

    async def room(self) -> None:
        """Returns once another description may be sent."""
        while self._on_their_way >= ON_THEIR_WAY:
            self._room.clear()
            await self._room.wait()

    def put(self, topic: str, payload: bytes, answered: Callable[[bool], None] | None = None) -> None:
        """Publishes a payload; `answered` is called with whether the broker took it."""
        self._on_their_way += 1

        def acknowledged(taken: bool) -> None:  # noqa: FBT001 - an acknowledgement's one value
            self._on_their_way -= 1
            self._room.set()
            if answered is not None:
                answered(taken)

        self._outbox.put(Outgoing(topic=topic, payload=payload, retained=True), acknowledged)

    async def taken(self, topic: str, payload: bytes) -> bool:
        """Publishes a payload and waits for the broker's answer. Returns whether the broker took it."""
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()

        def answered(taken: bool) -> None:  # noqa: FBT001 - an acknowledgement's one value
            if not answer.done():
                answer.set_result(taken)

        self.put(topic, payload, answered)
        return await answer
