"""One microphone: ALSA's arecord as a child process, read and measured on a thread of its own.

The event loop is called only when the contact of a line changes, so a microphone touches no alarm. If this process
is killed, the child's pipe breaks, and it ends by itself.
"""

from __future__ import annotations

import asyncio
import os
import select
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from bridge.core.contact import Contact
from bridge.lines.sound.loudness import RATE_HZ, WINDOW_BYTES, LoudnessGate, level_db
from bridge.system.backoff import Backoff
from bridge.text.printable import printable

PROGRAM: Final = "arecord"
SILENT_S: Final = 5.0
"""A microphone that gives no sample for so long is broken."""
WAITS: Final = Backoff(first_s=1.0, longest_s=30.0)
_STDERR_BYTES: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listener:
    """One line at a microphone. Both functions are called on the event loop's thread."""

    gate: LoudnessGate
    heard: Callable[[Contact], None]
    lost: Callable[[str], None]


class Microphone:
    """Records for its listeners from `start` to `stop`; a recording that ends is begun again."""

    def __init__(self, device: str, listener: Listener, *, program: str = PROGRAM, silent_s: float = SILENT_S) -> None:
        self._device = device
        self._listener = listener
        self._program = program
        self._silent_s = silent_s
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begins to record, on a running event loop."""
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._run, name=f"microphone {self._device}", daemon=True).start()

    def stop(self) -> None:
        """Ends the recording soon, and reports nothing more."""
        self._stopped.set()

    def _run(self) -> None:
        failures = 0
        while not self._stopped.is_set():
            self._listener.gate.reset()
            windows, problem = self._record()
            failures = 1 if windows else failures + 1
            self._post(self._listener.lost, problem)
            self._stopped.wait(WAITS.wait_s(failures))

    def _record(self) -> tuple[int, str]:
        """Records until that ends. Returns the number of windows that were heard, and the problem in words."""
        stderr = os.memfd_create("stderr of arecord")
        command = [self._program, "-q", "-t", "raw", "-f", "S16_LE", "-r", str(RATE_HZ), "-c", "1", "-D", self._device]
        try:
            with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr) as process:
                try:
                    windows, problem = self._hear(process)
                finally:
                    process.kill()
            said = printable(os.pread(stderr, _STDERR_BYTES, 0).decode("utf-8", "replace"))
        except OSError as error:
            return 0, f"{self._program} cannot be started: {error.strerror}; it is in the package alsa-utils"
        else:
            return windows, f"microphone {self._device}: {said or problem}"
        finally:
            os.close(stderr)

    def _hear(self, process: subprocess.Popen[bytes]) -> tuple[int, str]:
        """Measures what is recorded until that ends. Returns the number of windows and the problem."""
        assert process.stdout is not None  # noqa: S101 - a pipe
        pipe, windows, rest = process.stdout.fileno(), 0, b""
        while not self._stopped.is_set():
            if not select.select([pipe], [], [], self._silent_s)[0]:
                return windows, f"gave no sound for {self._silent_s:g} s"
            data = os.read(pipe, WINDOW_BYTES - len(rest))
            if not data:
                return windows, "the recording ended"
            rest += data
            if len(rest) == WINDOW_BYTES:
                contact = self._listener.gate.feed(level_db(rest))
                rest, windows = b"", windows + 1
                if contact is not None:
                    self._post(self._listener.heard, contact)
        return windows, "stopped"

    def _post(self, call: Callable[..., None], *args: object) -> None:
        """Has a function called on the event loop's thread, unless this was stopped meanwhile."""

        def called() -> None:
            if not self._stopped.is_set():
                call(*args)

        assert self._loop is not None  # noqa: S101 - started
        try:
            self._loop.call_soon_threadsafe(called)
        except RuntimeError:  # the loop is closed: the program has ended
            self._stopped.set()
