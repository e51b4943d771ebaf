"""The cameras that a bridge of the bench watches: played by a process of their own, with motion in each."""

from __future__ import annotations

import sys
import urllib.request
from typing import Any

from bench.contestant import OUTPUTS
from bench.ours import TOPIC
from bench.process import Program
from bench.stage import Stage
from bench.waiting import hear_while
from bench.wire import Client, Message

COUNT = 16
READY_S = 20.0
LINE = OUTPUTS[0]
"""The output that follows the motion of every camera."""


class FarCameras:
    """The cameras, in a process of their own, and the settings that lead to them."""

    def __init__(self, stage: Stage) -> None:
        file = stage.folder / "cameras.port"
        arguments = [sys.executable, "-m", "bench.far_cameras", str(COUNT), str(file)]
        self._program = stage.keep(Program(arguments, log=stage.folder / "cameras.log"))

        def starting() -> bool:
            self._program.check()
            return not file.exists()

        hear_while([], starting, within_s=READY_S, what="the cameras")
        self._port = int(file.read_text())

    def settings(self) -> dict[str, Any]:
        """Cameras, and an input for the motion of each."""
        each = [
            {
                "id": f"moves-{number}",
                "line": {"kind": "onvif_event", "camera": f"cam-{number}", "event": "motion"},
                "debounce_ms": 0,
                "quiet_s": 0,
                "linkage": {"outputs": [LINE]},
            }
            for number in range(COUNT)
        ]
        place = f"http://127.0.0.1:{self._port}/cam"
        return {
            "cameras": {f"cam-{number}": {"onvif": f"{place}/{number}/device"} for number in range(COUNT)},
            "more_inputs": each,
        }

    def send(self, events_a_second: float) -> None:
        """Each camera sends so many from now on."""
        self._ask(f"rate/{events_a_second:g}")

    def moves(self, camera: int, *, motion: bool) -> int:
        """One camera sees a motion, or its end; the instant."""
        return int(self._ask(f"moves/{camera}/{int(motion)}"))

    def _ask(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/{path}", timeout=READY_S) as answer:
            return bytes(answer.read())


class Known:
    """Hears when a bridge that is started after it knows the motion of every camera.

    What lies on the broker is of the bridge before.
    """

    def __init__(self, stage: Stage) -> None:
        self._waiting = {f"{TOPIC}/input/moves-{number}/state" for number in range(COUNT)}
        self._client = Client(port=stage.broker.port, name="knows", heard=self._heard)
        self._client.subscribe(f"{TOPIC}/input/+/state")

    def _heard(self, message: Message) -> None:
        if not message.retained and message.payload in (b"ON", b"OFF"):
            self._waiting.discard(message.topic)

    def wait(self) -> None:
        """Until it knows."""
        hear_while([self._client], lambda: bool(self._waiting), within_s=READY_S, what="the state of every camera")
        self._client.close()
