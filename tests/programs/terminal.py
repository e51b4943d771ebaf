"""A program at a terminal of its own, as a person sees it: what it shows is read, keys are pressed."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from pathlib import Path
from typing import Self

from programs.bridge import MAIN
from servers.process import wait_until

_CONTROL = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b[=>]")
_HOME = "\x1b[H"


class AtTerminal:
    """`alarm2mqtt WORDS` in a pseudo terminal of its own, which is its controlling one; killed at the end of `with`."""

    def __init__(
        self, *words: str, columns: int = 80, rows: int = 24, folder: Path | None = None, term: str = "xterm-256color"
    ) -> None:
        self.shown = ""
        """Everything so far, as it came."""
        self.process, self._terminal = pty.fork()
        if self.process == 0:
            # Given whole: readline, which pytest loads, puts its own LINES and COLUMNS into the process.
            kept = {name: value for name, value in os.environ.items() if name not in ("LINES", "COLUMNS", "NO_COLOR")}
            environ = kept | {"TERM": term, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
            os.chdir(folder or Path.cwd())
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # a test runner in the background ignores it
            os.execve(MAIN[0], [*MAIN, *words], environ)  # noqa: S606 - no shell is wanted
        self.resize(columns, rows)

    def resize(self, columns: int, rows: int) -> None:
        """The window's size from now on."""
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def type(self, keys: str) -> None:
        """Keys are pressed."""
        os.write(self._terminal, keys.encode())

    def answer(self, question: str, keys: str = "") -> None:
        """Waits for a question, then types an answer and Enter; what was shown before is forgotten."""
        self.wait_for(question)
        self.shown = ""
        self.type(f"{keys}\n")

    def wait_for(self, *texts: str, within_s: float = 20.0) -> str:
        """Waits until all of these are on the screen together; the screen."""
        deadline = time.monotonic() + within_s
        while not all(text in self.screen for text in texts):
            assert time.monotonic() < deadline, f"{texts} not seen within {within_s} s:\n{self.screen}"
            self._read(0.1)
        return self.screen

    @property
    def screen(self) -> str:
        """The last picture of a program that draws; all lines of one that does not. Without colours."""
        return _CONTROL.sub("", self.shown.rpartition(_HOME)[2]).replace("\r", "")

    def ended(self, within_s: float = 10.0) -> int:
        """Waits for its end; the exit code."""
        deadline = time.monotonic() + within_s
        while True:
            self._read(0.05)
            process, status = os.waitpid(self.process, os.WNOHANG)
            if process:
                self._read(0)
                self.process = 0
                return os.waitstatus_to_exitcode(status)
            assert time.monotonic() < deadline, f"it did not end:\n{self.screen}"

    def end_by(self, keys: str) -> int:
        """Presses keys until it ends; the exit code.

        Python loses a Ctrl-C that comes in the instant before it waits; a person presses again.
        """
        for _ in range(5):
            self.type(keys)
            try:
                return self.ended(2)
            except AssertionError:
                continue
        return self.ended(0)

    def hang_up(self) -> None:
        """The window is closed."""
        os.close(self._terminal)
        wait_until(lambda: os.waitpid(self.process, os.WNOHANG)[0], what="the end without a terminal")
        self.process = self._terminal = 0

    def echoes(self) -> bool:
        """Whether the terminal shows what is typed."""
        return bool(termios.tcgetattr(self._terminal)[3] & termios.ECHO)

    def _read(self, patience_s: float) -> None:
        while select.select([self._terminal], [], [], patience_s)[0]:
            try:
                read = os.read(self._terminal, 65536)
            except OSError:
                return  # EIO: nobody is at the other side any more
            if not read:
                return
            self.shown += read.decode("utf-8", "replace")
            patience_s = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self.process:
            os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        if self._terminal:
            os.close(self._terminal)
