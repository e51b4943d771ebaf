"""A real Mosquitto on a free loopback port."""

from __future__ import annotations

import os
import shutil
import socket
import time
from pathlib import Path

from bench.process import Program

READY_S = 10.0
RETRY_S = 0.002


def free_port() -> int:
    """A port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def mosquitto() -> str | None:
    """Where the broker is; sbin is often not in PATH."""
    return shutil.which("mosquitto") or shutil.which("mosquitto", path="/usr/sbin:/usr/local/sbin")


class Broker:
    """Started on construction; nothing is kept over a restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.port = free_port()
        self._config = folder / "mosquitto.conf"
        lines = [
            f"listener {self.port} 127.0.0.1",
            "allow_anonymous true",
            "log_dest stderr",
            "log_type error",
            "log_type warning",
            # Without it answers at QoS 1 wait for delayed acknowledgements, about 40 ms.
            "set_tcp_nodelay true",
        ]
        if os.getuid() == 0:
            lines.append("user root")  # else it becomes a user that cannot read the folder
        self._config.write_text("\n".join(lines) + "\n")
        self.start()

    def start(self) -> int:
        """Back on the same port; when it began to listen, in monotonic nanoseconds."""
        binary = mosquitto()
        if binary is None:
            message = "mosquitto is not installed"
            raise FileNotFoundError(message)
        self._program = Program([binary, "-c", self._config], log=self._folder / "mosquitto.log")
        end = time.monotonic() + READY_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                self._program.check()
                if time.monotonic() > end:
                    raise
                time.sleep(RETRY_S)
            else:
                return time.monotonic_ns()

    def stop(self) -> None:
        """Away: every client sees its connection closed."""
        self._program.stop()
