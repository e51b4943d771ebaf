"""A room with a microphone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from fakes.outsides.outside import Outside, Stage
from words.line_world import Open

from bridge.lines.sound.driver import SoundLines
from bridge.lines.sound.microphone import Listener


class FakeMicrophone:
    """Windows and breaks, as the recording thread gives them to its listener."""

    def __init__(self, device: str, listener: Listener) -> None:
        self.device, self.listener = device, listener

    def start(self) -> None: ...
    def stop(self) -> None: ...

    def hears(self, *windows_db: float) -> None:
        for each in windows_db:
            contact = self.listener.gate.feed(each)
            if contact is not None:
                self.listener.heard(contact)

    def breaks(self) -> None:
        self.listener.gate.reset()
        self.listener.lost("the recording ended")


class SoundOutside(Outside):
    """A room with a microphone: two windows above -20 dB are a sound."""

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.microphone: FakeMicrophone = None  # type: ignore[assignment]
        self.loud = 0
        self.is_first = True

    @property
    def drivers(self) -> Mapping[str, Open]:
        return {"sound": lambda _: SoundLines(microphone_of=self.made)}

    def made(self, device: str, listener: Listener) -> FakeMicrophone:
        self.microphone = FakeMicrophone(device, listener)
        return self.microphone

    def line(self) -> dict[str, Any]:
        return {"kind": "sound", "device": self.letter, "level_db": -20, "for_ms": 100}

    def happenings(self) -> tuple[Callable[[], None], ...]:
        return (self.is_loud, self.is_quiet, self.microphone_breaks)

    def opened(self) -> None:
        self.loud, self.is_first = 0, True

    def is_loud(self) -> None:
        self.window(-3.0, loud=self.loud + 1)

    def is_quiet(self) -> None:
        self.window(-50.0, loud=0)

    def window(self, level_db: float, *, loud: int) -> None:
        self.world.do(lambda: self.microphone.hears(level_db))
        self.loud = loud
        contact = "connected" if loud >= 2 else "disconnected"
        if "microphone" in self.model.reasons or contact != self.model.value:
            self.model.is_heard_again("microphone", contact, event=not self.is_first)
        self.is_first = False

    def microphone_breaks(self) -> None:
        self.world.do(self.microphone.breaks)
        self.loud = 0
        self.model.cannot_be_known("microphone")
