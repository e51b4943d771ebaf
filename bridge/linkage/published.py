"""The picture of the last alarm on MQTT: never a larger one than is allowed, never one of another alarm.

A picture that is too large is made smaller. Where that cannot be, nothing is shown: the one of the
alarm before would stand there as if it were this one's.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Protocol

from bridge.actions.picture_smaller import make_smaller
from bridge.core.facts import ActionEnded
from bridge.errors import ActionError

log = logging.getLogger(__name__)

LARGEST_BYTES = 512 * 1024
"""`mqtt.md` 1."""

Publish = Callable[[str | None, bytes | None], None]


class MakeSmaller(Protocol):
    """As `make_smaller`."""

    def __call__(self, jpeg: bytes, *, most_bytes: int) -> Awaitable[bytes]:
        """Raises ActionError."""


class PublishedPictures:
    """`publish` takes an input, or None for nobody's, and its picture, or None for that there is none.

    `spawn` runs work beside everything else, or answers that it does not.
    """

    def __init__(
        self,
        *,
        publish: Publish,
        spawn: Callable[[str | None, Callable[[], Coroutine[None, None, None]]], bool],
        tell: Callable[[ActionEnded], None],
        smaller: MakeSmaller = make_smaller,
    ) -> None:
        self._publish = publish
        self._spawn = spawn
        self._tell = tell
        self._smaller = smaller
        self._in_turn = asyncio.Lock()
        self._waiting = 0

    def show(self, input_id: str | None, jpeg: bytes) -> None:
        """At once, or as soon as it is small enough; pictures come out in the order in which they went in."""
        if len(jpeg) <= LARGEST_BYTES and not self._waiting:
            self._publish(input_id, jpeg)
        elif self._spawn(input_id, lambda: self._in_its_turn(input_id, jpeg)):
            self._waiting += 1
        else:
            self._refuse(input_id, jpeg, "too many at once")

    async def _in_its_turn(self, input_id: str | None, jpeg: bytes) -> None:
        try:
            async with self._in_turn:
                if len(jpeg) <= LARGEST_BYTES:
                    self._publish(input_id, jpeg)
                    return
                try:
                    small = await self._smaller(jpeg, most_bytes=LARGEST_BYTES)
                except ActionError as error:
                    self._refuse(input_id, jpeg, str(error))
                else:
                    self._publish(input_id, small)
        finally:
            self._waiting -= 1

    def _refuse(self, input_id: str | None, jpeg: bytes, error: str) -> None:
        self._publish(input_id, None)
        told = f"{len(jpeg) // 1000} kB are too many for MQTT: {error}"
        log.warning("the picture of %s is not shown: %s", input_id or "the device", told)
        self._tell(ActionEnded(kind="snapshot", reason="not_shown", input=input_id, error=told))
