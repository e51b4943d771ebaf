"""Single key presses from a terminal, beside the screen's output."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Callable
from typing import Self


class Keys:
    """Within `with`, calls `pressed` for each key on standard input; does nothing if that is no terminal.

    Keys are not echoed meanwhile, and the terminal's mode is restored afterwards. The block may be entered again.
    """

    def __init__(self, pressed: Callable[[str], None]) -> None:
        self._pressed = pressed
        self._descriptor = sys.stdin.fileno()
        self._before: termios._AttrReturn | None = None

    def __enter__(self) -> Self:
        if os.isatty(self._descriptor):
            self._before = termios.tcgetattr(self._descriptor)
            tty.setcbreak(self._descriptor, termios.TCSADRAIN)
            asyncio.get_running_loop().add_reader(self._descriptor, self._read)
        return self

    def __exit__(self, *_: object) -> None:
        if self._before is not None:
            asyncio.get_running_loop().remove_reader(self._descriptor)
            termios.tcsetattr(self._descriptor, termios.TCSADRAIN, self._before)
            self._before = None

    def _read(self) -> None:
        try:
            read = os.read(self._descriptor, 64)
        except OSError:  # EIO: the terminal is gone
            read = b""
        if not read:  # at the end of input the loop would call the reader without end
            asyncio.get_running_loop().remove_reader(self._descriptor)
        for key in read.decode("utf-8", "ignore"):
            self._pressed(key)
