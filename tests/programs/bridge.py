"""The whole program as a process of its own, with its board and its settings in a folder."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Self

from programs.mqtt_client import Heard, MqttClient
from servers.process import wait_until

MAIN = [sys.executable, "-m", "bridge"]


def settings_text(folder: Path, port: int, **parts: Any) -> str:
    """JSON is YAML: settings for a simulated board in `folder` and a broker on `port`."""
    device = {"id": "front-gate", "startup_grace_s": 0, **parts.pop("device", {})}
    whole = {
        "device": device,
        "mqtt": {"host": "127.0.0.1", "port": port, **parts.pop("mqtt", {})},
        "lines": {"driver": "simulated"},
        "store": {"folder": str(folder)},
        "web": {"enabled": False},
        **parts,
    }
    return json.dumps(whole, indent=1)


class Bridge:
    """`alarm2mqtt run FILE`; `with` stops it cleanly, if it still runs."""

    before: Sequence[str] = ()
    """A program, with its arguments, that runs it elsewhere and becomes it."""

    def __init__(self, folder: Path, port: int, **parts: Any) -> None:
        self.folder = folder
        self.port = port
        self.file = folder / "alarm2mqtt.yaml"
        self.log = folder / "bridge.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.write(**parts)

    def write(self, **parts: Any) -> None:
        self.file.write_text(settings_text(self.folder, self.port, **parts))

    def launch(self) -> None:
        """Starts the process, and waits for nothing."""
        with self.log.open("ab") as log:
            command = [*self.before, *MAIN, "run", str(self.file)]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=log)

    def start(self) -> Self:
        self.launch()
        wait_until(self.answers, what=f"the board's answer; log:\n{self.said()}")
        return self

    def answers(self) -> bool:
        """Whether the board is there; a bridge that died will never answer."""
        assert self.process is not None
        assert self.process.poll() is None, f"the bridge ended:\n{self.said()}"
        try:
            self.board("contacts")
        except OSError:
            return False
        return True

    def said(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def board(self, command: str) -> Any:
        with socket.socket(socket.AF_UNIX) as board:
            board.settimeout(5)
            board.connect(str(self.folder / "board.sock"))
            board.sendall(f"{command}\n".encode())
            return json.loads(board.makefile().readline())

    def contact(self, output: str) -> str:
        return str(self.board("contacts")["outputs"][output])

    def signal(self, number: int) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self, within_s: float = 8.0) -> int:
        """SIGTERM; the exit code."""
        self.signal(signal.SIGTERM)
        assert self.process is not None
        return self.process.wait(within_s)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait(5)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another command of the program, to its end."""
        environ = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        return subprocess.run([*MAIN, *arguments], capture_output=True, text=True, timeout=30, check=False, env=environ)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.stop()


class Ear(MqttClient):
    """Hears topics, and waits until the newest message of one is what a test wants."""

    def wait_for(self, topic: str, payload: bytes) -> Heard:
        wait_until(lambda: self.last(topic) == payload, what=f"{topic} {payload!r} (is {self.last(topic)!r})")
        return self.on(topic)[-1]

    def wait_for_json(self, topic: str, condition: Callable[[Any], bool]) -> Any:
        wait_until(
            lambda: (last := self.last(topic)) and condition(json.loads(last)),
            what=f"{topic} (is {self.last(topic)!r})",
        )
        return self.on(topic)[-1].json
