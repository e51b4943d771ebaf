"""The checker's process, from the daemon's side: begun when it is needed, ended after a minute of quiet."""

from __future__ import annotations

import logging
import os
import selectors
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import bridge
from bridge.errors import CheckerFailed

if TYPE_CHECKING:
    from bridge.settings.checker.messages import Message

log = logging.getLogger(__name__)

QUIET_S = 60.0
"""After a request about changes, since more of them follow."""
BRIEF_S = 10.0
"""After the start and its search for warnings, which nothing follows."""
LONGEST_ANSWER_S = 30.0
"""Limit of one answer: a slow processor begins Python in 5 s, and the Supervisor may take 2 s."""
DYING_S = 2.0
"""After the end of its input; then it is killed."""
LARGEST_ANSWER = 64_000_000
"""Limit of one answer in bytes."""
_WHO = "the process that checks settings"
COMMAND = (sys.executable, "-P", "-m", "bridge.settings.checker")


class CheckerProcess:
    """One process at a time; every method blocks, and calls from several threads take turns."""

    def __init__(
        self,
        *,
        command: Sequence[str] = COMMAND,
        quiet_s: float = QUIET_S,
        brief_s: float = BRIEF_S,
        longest_s: float = LONGEST_ANSWER_S,
        dying_s: float = DYING_S,
        largest: int = LARGEST_ANSWER,
    ) -> None:
        self._command = command
        self._quiet_s = quiet_s
        self._brief_s = brief_s
        self._longest_s = longest_s
        self._dying_s = dying_s
        self._largest = largest
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._leaving: threading.Timer | None = None
        self._stays_until = 0.0

    @property
    def pid(self) -> int | None:
        """The process id; None while there is none."""
        process = self._process
        return None if process is None else process.pid

    def start(self) -> None:
        """Begins the process, if there is none. Raises CheckerFailed."""
        with self._lock:
            self._started()

    def ask(self, request: Mapping[str, Any]) -> Message:
        """Returns the answer to a request; what the checker logged is logged.

        Raises:
            CheckerFailed: the process cannot be started, ended, hung, or made no sense. It is gone then.
            ValueError, RecursionError: JSON cannot carry the request; nothing happened.
        """
        from bridge.settings.checker.messages import encoded  # noqa: PLC0415 - the process is begun before

        line = encoded(request)
        with self._lock:
            answer = self._asked(self._started(), line)
            self._leave_later(self._quiet_s if request["do"] in ("look", "edit") else self._brief_s)
        for name, level, message in answer.pop("log", ()):
            logging.getLogger(name).log(level, "%s", message)
        if "failed" in answer:
            message = f"the settings could not be checked, by a fault of the program ({answer['failed']})"
            raise CheckerFailed(message)
        return answer

    def close(self) -> None:
        """Ends the process, if there is one."""
        with self._lock:
            self._end()

    def _started(self) -> subprocess.Popen[bytes]:
        if self._leaving is not None:
            self._leaving.cancel()
        if self._process is not None and self._process.poll() is not None:
            self._end()  # it was killed while nobody asked
        if self._process is None:
            try:
                self._process = subprocess.Popen(
                    self._command, bufsize=0, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()
                )
            except OSError as error:
                message = f"{_WHO} cannot be started: {error.strerror}"
                raise CheckerFailed(message) from error
        return self._process

    def _asked(self, process: subprocess.Popen[bytes], line: bytes) -> Message:
        from bridge.settings.checker.messages import decoded  # noqa: PLC0415 - the process is begun before

        try:
            return decoded(_exchanged(process, line, self._longest_s, self._largest))
        except TimeoutError:
            process.kill()
            self._end()
            message = f"{_WHO} did not answer within {self._longest_s:g} s and was ended"
        except ValueError:
            code = self._end()
            message = f"{_WHO} ended without an answer that can be read; its own words are above, if it had any"
            if code is not None and code < 0:
                message = f"{_WHO} was ended by signal {-code} before it answered"
        raise CheckerFailed(message)

    def _leave_later(self, quiet_s: float) -> None:
        now = time.monotonic()
        self._stays_until = max(self._stays_until, now + quiet_s)
        self._leaving = threading.Timer(self._stays_until - now, self._leave)
        self._leaving.daemon = True
        self._leaving.start()

    def _leave(self) -> None:
        with self._lock:
            if threading.current_thread() is self._leaving:
                self._end()

    def _end(self) -> int | None:
        """Ends the process. Returns its exit code: None if it does not die, for it hangs within the kernel."""
        process, self._process = self._process, None
        if process is None:
            return None
        with suppress(OSError):
            if process.stdin is not None:
                process.stdin.close()
        try:
            try:
                return process.wait(self._dying_s)
            except subprocess.TimeoutExpired:
                process.kill()
                return process.wait(self._dying_s)
        except subprocess.TimeoutExpired:
            log.warning("process %d, which checks settings, cannot be killed: it hangs on a disk", process.pid)
            return None
        finally:
            if process.stdout is not None:
                process.stdout.close()


def _exchanged(process: subprocess.Popen[bytes], line: bytes, limit_s: float, largest: int) -> bytes:
    """Writes a request. Returns the answer's line, or what there is of it when the process has ended.

    Nothing here waits for the process itself: one that hangs within the kernel cannot even be killed.

    Raises:
        TimeoutError: there is no answer within `limit_s`.
    """
    assert process.stdin is not None  # noqa: S101 - it was begun with pipes
    assert process.stdout is not None  # noqa: S101 - the same
    until = time.monotonic() + limit_s
    left, answer = memoryview(line), bytearray()
    with selectors.DefaultSelector() as ready:
        os.set_blocking(process.stdin.fileno(), False)
        ready.register(process.stdin, selectors.EVENT_WRITE)
        ready.register(process.stdout, selectors.EVENT_READ)
        while not answer.endswith(b"\n") and len(answer) < largest:
            left_s = until - time.monotonic()
            if left_s <= 0:
                raise TimeoutError
            for key, _ in ready.select(left_s):
                if key.fileobj is process.stdout:
                    part = os.read(key.fd, 65_536)
                    if not part:
                        return bytes(answer)
                    answer += part
                else:
                    left = left[_written(key.fd, left) :]
                    if not left:
                        ready.unregister(process.stdin)
    return bytes(answer)


def _written(pipe: int, data: memoryview) -> int:
    """Returns how much of the data the pipe took: all of it where nobody reads any more, since no answer will tell."""
    try:
        return os.write(pipe, data)
    except BrokenPipeError:
        return len(data)


def _environment() -> dict[str, str]:
    """Returns the daemon's environment, in which Python finds this very package, installed or not."""
    here = Path(bridge.__file__).parents[1]
    if here.name in ("site-packages", "dist-packages"):
        return dict(os.environ)
    known = os.environ.get("PYTHONPATH")
    return {**os.environ, "PYTHONPATH": str(here) if not known else f"{here}{os.pathsep}{known}"}
