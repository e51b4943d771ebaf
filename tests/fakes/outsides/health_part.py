"""A part of the device that is in trouble, or well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from fakes.outsides.outside import Outside
from words.line_world import Open

from bridge.lines.health.driver import HealthLines


class HealthOutside(Outside):
    """A part of the device; without `after_s` its trouble counts at once."""

    driver: ClassVar[dict[str, Open]] = {"health": lambda around: HealthLines(around.health)}
    after_s = 0.0
    is_known = False

    def line(self) -> dict[str, Any]:
        return {"kind": "health", "what": "disk" if self.letter == "a" else "clock", "after_s": self.after_s}

    def happenings(self) -> tuple[Callable[[], None], ...]:
        return (self.is_well, self.is_in_trouble, self.has_another_trouble)

    def opened(self) -> None:
        self.is_known = False

    def report(self, trouble: str | None) -> None:
        part = self.line()["what"]
        self.world.do(lambda: self.world.surroundings.health.report(part, trouble))

    def is_well(self) -> None:
        self.report(None)
        self.model.not_after_all("trouble")
        self.says("disconnected")

    def is_in_trouble(self) -> None:
        self.report("full")
        self.troubled()

    def has_another_trouble(self) -> None:
        self.report("read-only")
        self.troubled()

    def troubled(self) -> None:
        if self.model.value == "connected" or "trouble" in self.model.timers:
            return
        if self.after_s:
            self.model.after("trouble", self.after_s, lambda: self.says("connected"))
        else:
            self.says("connected")

    def says(self, contact: str) -> None:
        if contact != self.model.value:
            self.model.says(contact, event=self.is_known)
        self.is_known = True


class LastingHealthOutside(HealthOutside):
    after_s = 12.75
