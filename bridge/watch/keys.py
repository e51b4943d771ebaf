"""Single keys from a terminal, while it shows something else."""

from __future__ import annotations

import asyncio
import os
import sys
import termios
import tty
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def keys(pressed: Callable[[str], None]) -> Iterator[None]:
    """Calls `pressed` for each key on standard input; nothing where that is no terminal.

    Keys are not echoed meanwhile, and the terminal is what it was afterwards.
    """
    descriptor = sys.stdin.fileno()
    if not os.isatty(descriptor):
        yield
        return
    loop = asyncio.get_running_loop()
    before = termios.tcgetattr(descriptor)

    def read() -> None:
        read_keys = os.read(descriptor, 64).decode("utf-8", "ignore")
        for key in read_keys:
            pressed(key)
        if not read_keys:  # the terminal is gone
            loop.remove_reader(descriptor)

    tty.setcbreak(descriptor, termios.TCSADRAIN)
    try:
        loop.add_reader(descriptor, read)
        yield
    finally:
        loop.remove_reader(descriptor)
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
