"""One container of the image under test, as the hardened deployment of packaging/README.md runs it."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from servers.process import wait_until

BOARD = Path(__file__).parents[1] / "packaging/board.yaml"
HARDENED = (
    "--read-only",
    "--read-only-tmpfs=false",
    "--cap-drop=all",
    "--security-opt=no-new-privileges",
    "--memory=256m",
    "--pids-limit=128",
)


class Box:
    """`with Box(...) as box:` runs it, and takes it away."""

    def __init__(self, rig: Any, image: str, *flags: str, socket: str, command: Sequence[str] = ()) -> None:
        self._rig = rig
        self._image = image
        self._flags = flags
        self._socket = socket
        self._command = command
        self.name = f"alarm2mqtt-{os.getpid()}-{id(self)}"

    def __enter__(self) -> Self:
        self._rig.container("run", "-d", "--pull=never", "--name", self.name, *self._flags, self._image, *self._command)
        return self

    def __exit__(self, *_: object) -> None:
        # At once: podman cannot remove one that ends by itself while it is about to be killed.
        self._rig.container("rm", "-f", "-v", "-t", "0", self.name)

    def sh(self, script: str) -> str:
        return self._rig.container("exec", self.name, "sh", "-c", script).strip()

    def is_well(self) -> bool:
        return self.sh("alarm2mqtt healthy >/dev/null && echo well || true") == "well"

    def well(self) -> Self:
        wait_until(self.is_well, within_s=30, what=f"a healthy container; log:\n{self.said()}")
        return self

    def daemon(self) -> str:
        """The guard's child."""
        return self.children("1")[0]

    def children(self, process: str) -> list[str]:
        """The processes that a process has begun, in whatever thread."""
        return self.sh(f"cat /proc/{process}/task/*/children").split()

    def board(self, words: str) -> Any:
        return json.loads(self.sh(f"alarm2mqtt board --socket {self._socket} {words}"))

    def siren(self) -> str:
        return self.board("contacts")["outputs"]["siren"]

    def sound_the_siren(self) -> None:
        self.board("disconnect door")
        self.board("connect door")
        wait_until(lambda: self.siren() == "connected", what="the siren")

    def said(self) -> str:
        return self._rig.container("logs", self.name)

    def stop(self) -> int:
        """As `docker stop`: SIGTERM, and ten seconds; the exit code."""
        self._rig.container("stop", "-t", "10", self.name)
        return int(self._rig.container("inspect", "-f", "{{.State.ExitCode}}", self.name))
