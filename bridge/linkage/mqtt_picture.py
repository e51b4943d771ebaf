"""The picture of the last alarm on MQTT: never a larger one than is allowed, never one of another alarm.

A picture that is too large is made smaller. Where that cannot be, nothing is shown: the one of the
alarm before would stand there as if it were this one's. However many come while one is made smaller,
that is one task, and each input's newest picture in memory: mails and clips of alarms have their room.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Protocol

from bridge.actions.camera.shrink import make_smaller
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
        self._waiting: dict[str | None, bytes] = {}
        """The newest picture of each input, in the order in which they came."""
        self._at_work = False

    def show(self, input_id: str | None, jpeg: bytes) -> None:
        """At once, or as soon as it is small enough; in order, and of an input's pictures that wait only the newest."""
        if len(jpeg) <= LARGEST_BYTES and not self._waiting and not self._at_work:
            self._publish(input_id, jpeg)
            return
        self._waiting.pop(input_id, None)
        self._waiting[input_id] = jpeg
        self._at_work = self._at_work or self._spawn(input_id, self._work)
        if not self._at_work:
            del self._waiting[input_id]
            self._refuse(input_id, jpeg, "too many at once")

    async def _work(self) -> None:
        """One after the other, until none waits."""
        try:
            while self._waiting:
                input_id = next(iter(self._waiting))
                await self._show_in_turn(input_id, self._waiting.pop(input_id))
        finally:
            self._at_work = False

    async def _show_in_turn(self, input_id: str | None, jpeg: bytes) -> None:
        try:
            small = jpeg if len(jpeg) <= LARGEST_BYTES else await self._smaller(jpeg, most_bytes=LARGEST_BYTES)
        except ActionError as error:
            self._refuse(input_id, jpeg, str(error))
        else:
            self._publish(input_id, small)

    def _refuse(self, input_id: str | None, jpeg: bytes, error: str) -> None:
        self._publish(input_id, None)
        told = f"{len(jpeg) // 1000} kB are too many for MQTT: {error}"
        log.warning("the picture of %s is not shown: %s", input_id or "the device", told)
        self._tell(ActionEnded(kind="snapshot", reason="not_shown", input=input_id, error=told))
