"""A camera that is there, or not at all."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, ClassVar

from fakes.outsides.camera import CameraOutside
from fakes.outsides.outside import Stage


class CameraLostOutside(CameraOutside):
    """A camera that is there, or not at all; it is asked each second, so only other times are compared."""

    seconds: ClassVar[tuple[float, ...]] = (7.0, 7.0, 28.0, 70.0, 602.0)
    settling_s = 3.5

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.answering: asyncio.Task[None] | None = None
        self.silent_since: float | None = None
        """By the clock of this run."""

    @property
    def after_s(self) -> float:
        """No multiple of 3.5 is within the two seconds after it."""
        return 29.0 if self.letter == "a" else 36.0

    def line(self) -> dict[str, Any]:
        return {"kind": "camera_lost", "camera": "gate", "after_s": self.after_s}

    def happenings(self) -> tuple[Callable[[], None], ...]:
        return (self.camera_moves,)

    def camera_moves(self) -> None:
        self.is_there = not self.is_there
        if self.is_there:
            self.answers()
        else:
            self.is_silent()
        self.settles()

    def answers(self) -> None:
        async def answer() -> None:
            while True:
                if self.process.absences is not None:
                    self.process.absences.answered()
                await asyncio.sleep(1.0)

        def begin() -> None:
            self.answering = asyncio.get_running_loop().create_task(answer())

        self.world.do(begin)
        self.silent_since = None
        self.model.not_after_all("lost")
        self.says("disconnected")

    def is_silent(self) -> None:
        def end() -> None:
            if self.answering is not None:
                self.answering.cancel()
            if self.process.absences is not None:
                self.process.absences.failed()

        self.world.do(end)
        self.silent_since = self.model.now
        self.is_lost_later()

    def is_lost_later(self) -> None:
        assert self.silent_since is not None
        wait_s = max(0.0, self.silent_since + self.after_s - self.model.now)
        self.model.after("lost", wait_s, lambda: self.says("connected"))

    def says(self, contact: str) -> None:
        """The first word is a state."""
        if contact != self.model.value:
            self.model.says(contact, event=self.model.value is not None)

    def settles(self) -> None:
        """The camera is asked."""
        self.stage.wait(self.settling_s)

    def opened(self) -> None: ...

    def exchanged(self) -> None:
        if self.is_there:
            self.says("disconnected")
        else:
            self.is_lost_later()
        self.settles()

    def started(self) -> None:
        """How long the camera has been away is not known after a start."""
        if self.answering is not None:
            self.world.do(self.answering.cancel)
        if self.is_there:
            self.answers()
        else:
            self.is_silent()
        self.settles()

    def close(self) -> None:
        super().close()
        if self.answering is not None:
            self.answering.cancel()
