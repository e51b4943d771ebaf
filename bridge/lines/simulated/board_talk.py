"""One command to a simulated board, and what it says to it: for people at a shell."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

from bridge.errors import BoardError


def talk(path: Path, command: str) -> Iterator[str]:
    """The board's answer as it came; for `watch`, what it goes on to say, for as long as it does.

    Raises:
        BoardError: nobody listens there, or the command was refused.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as board:
        try:
            board.connect(str(path))
        except OSError as error:
            message = f"no simulated board listens at {path}: {error.strerror or error}"
            raise BoardError(message) from error
        board.sendall(f"{command}\n".encode())
        with board.makefile(encoding="utf-8") as answers:
            for line in answers:
                answer = json.loads(line)
                if answer.get("ok") is False:
                    raise BoardError(answer["error"])
                yield line.rstrip("\n")
                if command != "watch":
                    return
