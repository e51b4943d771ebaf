"""Paths of the simulated board's socket and file, and its lock."""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path

from bridge.errors import BoardError

ENVIRONMENT = "ALARM2MQTT_BOARD"
LOCK_PATIENCE_S = 0.5
"""A holder that is just being killed, or is `safe`, releases the lock within this."""
_PAUSE_S = 0.01


def board_socket(store_folder: Path) -> Path:
    """Returns the path of the board's socket: `ALARM2MQTT_BOARD`, else `board.sock` in the store's folder."""
    return Path(os.environ.get(ENVIRONMENT) or store_folder / "board.sock")


def board_file(socket: Path) -> Path:
    """Returns the path of the board's file: `board.json` beside the socket."""
    return socket.with_name("board.json")


class BoardLock:
    """The right to change a board: one process at a time, released by the kernel when it dies.

    So neither a second daemon nor `safe` ever writes to the file of a board that is alive, and a
    socket found by the holder of the lock belongs to a dead process.
    """

    def __init__(self, socket: Path) -> None:
        """Takes the lock; waits for at most `LOCK_PATIENCE_S`.

        Raises:
            BoardError: another process has it (the message says which), or the folder is unusable.
        """
        path = socket.with_name("board.lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o660)
        except OSError as error:
            message = f"the simulated board's lock {path} cannot be opened: {error.strerror}"
            raise BoardError(message) from error
        deadline = time.monotonic() + LOCK_PATIENCE_S
        while not self._taken():
            if time.monotonic() > deadline:
                holder = os.pread(self._fd, 32, 0).decode("ascii", "replace").strip()
                os.close(self._fd)
                message = f"the simulated board {socket} is held by another alarm2mqtt (process {holder or 'unknown'})"
                raise BoardError(message)
            time.sleep(_PAUSE_S)
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def _taken(self) -> bool:
        """Tries to take the lock. Returns whether that succeeded."""
        with suppress(BlockingIOError):
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        return False

    def close(self) -> None:
        """Releases the lock. Its file stays, for a file that is removed could be locked twice."""
        os.close(self._fd)
