"""A camera that speaks ONVIF: its properties, its subscription, and the process that follows them."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from fakes.camera_process import CameraProcess
from fakes.outsides.outside import Outside, Stage
from words.line_world import Open

from bridge.lines.onvif.driver import OnvifLines
from bridge.lines.onvif.messages import CameraFailed, CameraReached, CameraSubscribed
from bridge.lines.onvif.notifications import Notification


class CameraOutside(Outside):
    """A camera with properties `a` and `b`; the line follows one of them."""

    cameras: ClassVar[Mapping[str, Any]] = {"gate": {"onvif": "http://gate.invalid/onvif"}}
    topic = "Device/Trigger/DigitalInput"
    item = "LogicalState"
    source = "InputToken"

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.process: CameraProcess = None  # type: ignore[assignment]
        self.is_there = True
        """Whether the subscription stands, or would if there were a process."""
        self.values: dict[str, bool] = {}
        """The properties that the camera has."""
        self.down_since: float | None = None
        """The instant at which the subscription went down."""
        self.mentioned: dict[str, bool] = {}
        """Those that it mentioned to this process."""

    @property
    def drivers(self) -> Mapping[str, Open]:
        return {"onvif": lambda around: OnvifLines(around, child_of=self.made)}  # type: ignore[arg-type]

    def made(self, **calls: Any) -> CameraProcess:
        self.process, self.down_since = CameraProcess(**calls), None
        self.mentioned.clear()
        return self.process

    def line(self) -> dict[str, Any]:
        return {"kind": "onvif_input", "camera": "gate", "token": self.letter}

    def happenings(self) -> tuple[Callable[[], None], ...]:
        return (
            self.becomes_true,
            self.becomes_false,
            self.is_deleted,
            self.other_moves,
            self.subscription_moves,
            self.process_moves,
        )

    def becomes_true(self) -> None:
        self.changes(self.letter, value=True)

    def becomes_false(self) -> None:
        self.changes(self.letter, value=False)

    def other_moves(self) -> None:
        other = "b" if self.letter == "a" else "a"
        self.changes(other, value=not self.values.get(other, False))

    def changes(self, name: str, *, value: bool) -> None:
        self.values[name] = value
        if self.speaks:
            self.notifies(name, value, "Changed")

    def is_deleted(self) -> None:
        if self.letter in self.values:
            del self.values[self.letter]
            if self.speaks:
                self.notifies(self.letter, False, "Deleted")

    @property
    def speaks(self) -> bool:
        return self.is_there and self.process.is_running

    def notifies(self, name: str, value: bool, operation: str) -> None:
        data = {} if operation == "Deleted" else {self.item: "true" if value else "false"}
        message = Notification(topic=self.topic, source={self.source: name}, data=data, operation=operation)
        self.world.do(lambda: self.process.take(message))
        if operation == "Deleted":
            self.mentioned.pop(name, None)
        else:
            self.mentioned[name] = value
        if name == self.letter:
            self.is_told(None if operation == "Deleted" else value, event=operation != "Initialized")

    def is_told(self, value: bool | None, *, event: bool) -> None:
        self.model.says({True: "connected", False: "disconnected", None: None}[value], event=event)

    def subscription_moves(self) -> None:
        self.is_there = not self.is_there
        if self.process.is_running:
            if self.is_there:
                self.subscribes()
            else:
                self.fails(CameraFailed(camera="gate", at=time.monotonic(), problem="no answer", is_away=True))

    def process_moves(self) -> None:
        """The process dies, or is started again."""
        if self.process.is_running:
            self.world.do(self.process.dies)
            self.mentioned.clear()
            if self.is_there:
                self.is_out_of_reach()
        else:
            self.world.do(self.process.start)
            if self.is_there:
                self.subscribes()

    def fails(self, report: CameraFailed) -> None:
        self.world.do(lambda: self.process.report(report))
        self.is_out_of_reach()

    def is_out_of_reach(self) -> None:
        if self.down_since is None:
            self.down_since = self.model.now
        left_s = self.down_since + 10.0 - self.model.now
        if "camera" in self.model.timers or "camera" in self.model.reasons:
            return
        if left_s > 0:
            self.model.after("camera", left_s, lambda: self.model.cannot_be_known("camera"))
        else:
            self.model.cannot_be_known("camera")

    def subscribes(self) -> None:
        for each in (CameraReached(camera="gate"), CameraSubscribed(camera="gate")):
            self.world.do(lambda each=each: self.process.report(each))
        self.down_since = None
        self.model.not_after_all("camera")
        self.model.can_be_known("camera")
        for name, value in self.values.items():
            self.notifies(name, value, "Initialized")

    def opened(self) -> None:
        if not self.speaks:
            self.is_out_of_reach()
        if self.letter in self.mentioned:
            self.is_told(self.mentioned[self.letter], event=False)

    def started(self) -> None:
        self.is_out_of_reach()
        if self.is_there:
            self.subscribes()

    def close(self) -> None:
        self.process.close()


class MotionOutside(CameraOutside):
    """A motion detector."""

    topic, item, source = "RuleEngine/CellMotionDetector/Motion", "IsMotion", "VideoSourceConfigurationToken"

    def line(self) -> dict[str, Any]:
        return {"kind": "onvif_event", "camera": "gate", "event": "motion", "source": self.letter}


class HeldMotionOutside(MotionOutside):
    """The same with a hold, for a camera that may not say the end."""

    hold_s = 4.75

    def line(self) -> dict[str, Any]:
        return {**super().line(), "hold_s": self.hold_s}

    def opened(self) -> None:
        self.model.says("disconnected", event=False)
        if not self.speaks:
            self.is_out_of_reach()

    def is_told(self, value: bool | None, *, event: bool) -> None:
        if not event:
            return  # an old event
        self.model.not_after_all("hold")
        self.model.says("connected" if value else "disconnected", event=True)
        if value:
            self.model.after("hold", self.hold_s, lambda: self.model.says("disconnected", event=True))
