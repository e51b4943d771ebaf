"""The picture of the last alarm on MQTT, within the size limit, and never one of an earlier alarm.

A picture that is too large is made smaller. When that fails, an empty payload is published: otherwise the
picture of an earlier alarm would pass for this one's. At most one task shrinks pictures; of each input
only the newest picture waits, so memory is bounded.
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
"""Size limit of a picture on MQTT (`mqtt.md` 1); the broker's own may be smaller."""

Publish = Callable[[str | None, bytes | None, str | None], None]


class MakeSmaller(Protocol):
    """The signature of `shrink.make_smaller`."""

    def __call__(self, jpeg: bytes, *, most_bytes: int) -> Awaitable[bytes]:
        """Returns the picture with at most `most_bytes`. Raises ActionError if that fails."""


class PublishedPictures:
    """Publishes the pictures of alarms.

    `publish` gets the input, or None for a picture of no input, the picture, or None for no picture, and the id of the
    alarm that it shows.
    `room` returns the bytes of the largest picture that the broker takes now, None while no limit is known.
    `spawn` starts work in a task of its own, or returns False. `report` gets each picture that cannot be published.
    """

    def __init__(
        self,
        *,
        publish: Publish,
        spawn: Callable[[str | None, Callable[[], Coroutine[None, None, None]]], bool],
        report: Callable[[ActionEnded], None],
        room: Callable[[], int | None] = lambda: None,
        smaller: MakeSmaller = make_smaller,
    ) -> None:
        self._publish = publish
        self._spawn = spawn
        self._report = report
        self._room = room
        self._smaller = smaller
        self._waiting: dict[str | None, tuple[bytes, str | None]] = {}
        """The newest waiting picture of each input with the id of its alarm, in order of arrival."""
        self._at_work = False

    def show(self, input_id: str | None, jpeg: bytes, *, alarm: str | None = None) -> None:
        """Publishes a picture at once, or as soon as it is small enough; in order, of each input only the newest.

        `alarm` is the id of the alarm's journal entry. In place of a picture that cannot be published no picture is.
        """
        if len(jpeg) <= self._most_bytes() and not self._waiting and not self._at_work:
            self._publish(input_id, jpeg, alarm)
            return
        self._waiting.pop(input_id, None)
        self._waiting[input_id] = jpeg, alarm
        self._at_work = self._at_work or self._spawn(input_id, self._work)
        if not self._at_work:
            del self._waiting[input_id]
            self._refuse(input_id, jpeg, "too many at once", alarm)

    def _most_bytes(self) -> int:
        room = self._room()
        return LARGEST_BYTES if room is None else min(room, LARGEST_BYTES)

    async def _work(self) -> None:
        """Publishes the waiting pictures, one after the other."""
        try:
            while self._waiting:
                input_id = next(iter(self._waiting))
                await self._show_in_turn(input_id, *self._waiting.pop(input_id))
        finally:
            self._at_work = False

    async def _show_in_turn(self, input_id: str | None, jpeg: bytes, alarm: str | None) -> None:
        """Publishes a picture, made smaller if needed, or no picture if that fails."""
        try:
            most_bytes = self._most_bytes()
            small = jpeg if len(jpeg) <= most_bytes else await self._smaller(jpeg, most_bytes=most_bytes)
        except ActionError as error:
            self._refuse(input_id, jpeg, str(error), alarm)
        else:
            self._publish(input_id, small, alarm)

    def _refuse(self, input_id: str | None, jpeg: bytes, error: str, alarm: str | None) -> None:
        """Publishes no picture, and reports why."""
        self._publish(input_id, None, None)
        problem = f"{len(jpeg) // 1000} kB are too many for MQTT: {error}"
        log.warning("the picture of %s is not shown: %s", input_id or "the device", problem)
        self._report(ActionEnded(kind="snapshot", reason="not_shown", input=input_id, error=problem, alarm=alarm))
