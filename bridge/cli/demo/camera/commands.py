"""The commands of a person to the simulated camera: motion, its alarm input, its network cable."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Final

from bridge.cli.demo.camera.simulated_camera import SimulatedCamera

INPUT: Final = "AlarmIn_1"
RELAY: Final = "AlarmOut_0"
MOTION_S: Final = 5.0
WORDS: Final = ("motion", "connect", "disconnect", "unplug", "plug", "state")


class CameraCommands:
    """Executes commands on the event loop's thread; `motion` ends after `MOTION_S`."""

    def __init__(self, camera: SimulatedCamera) -> None:
        self._camera = camera
        self._still: asyncio.TimerHandle | None = None

    def obey(self, command: str) -> bytes:
        """Executes one of `WORDS`. Returns the camera's state as a line of JSON, or the refusal."""
        if command not in WORDS:
            return _line({"ok": False, "error": f"{command or 'nothing'} is no command; there are: {', '.join(WORDS)}"})
        self._execute(command)
        return _line(
            {
                "ok": True,
                "plugged": self._camera.is_plugged,
                "motion": self._camera.motion_is,
                "input": "connected" if self._camera.inputs[INPUT] else "disconnected",
                "relay": "active" if self._camera.relays[RELAY].active else "inactive",
            }
        )

    def _execute(self, command: str) -> None:
        match command:
            case "motion":
                self._move()
            case "connect" | "disconnect":
                self._camera.set_input(INPUT, command == "connect")
            case "unplug":
                self._camera.unplug()
            case "plug":
                self._camera.plug()

    def _move(self) -> None:
        if self._still is not None:
            self._still.cancel()
        self._camera.motion(True)  # noqa: FBT003 - as one sets a switch
        self._still = asyncio.get_running_loop().call_later(MOTION_S, self._camera.motion, False)  # noqa: FBT003


def _line(answer: dict[str, Any]) -> bytes:
    return json.dumps(answer).encode() + b"\n"
