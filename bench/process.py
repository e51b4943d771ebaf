"""A program under measurement: started, watched through /proc, stopped.

Figures are of the process and its descendants, all threads.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

STOP_S = 10.0
# An installed program has its byte code beside it; a developer's shell may forbid that.
NOT_INHERITED = ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED", "PYTHONPATH")
SCHED_CLOCK = 2  # CPUCLOCK_SCHED of the kernel's posix-cpu-timers: nanoseconds of all threads


class Died(Exception):
    """A program ended that should not have; the message holds the end of its log."""


def _fields(pid: int, name: str) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/{name}").read_text().splitlines()
    return {key: value.strip() for key, _, value in (line.partition(":") for line in lines)}


def cpu_s(pid: int) -> float:
    """Processor time of one process so far, to the nanosecond."""
    return time.clock_gettime_ns((~pid << 3) | SCHED_CLOCK) / 1e9


def resident_mb(pid: int) -> float:
    """Resident memory of one process now; one that has ended and was not waited for yet has none."""
    return int(_fields(pid, "status").get("VmRSS", "0 kB").split()[0]) / 1024


def _command_line(pid: int) -> bytes:
    """Words of a process; none of one that has ended meanwhile."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return b""


class Program:
    """One child in a session of its own, its output in a file; started on construction."""

    def __init__(
        self, argv: Sequence[str | Path], *, log: Path, env: Mapping[str, str] | None = None, cwd: Path | None = None
    ) -> None:
        self.log = log
        self._figures: dict[str, dict[int, float]] = {}
        inherited = {name: value for name, value in os.environ.items() if name not in NOT_INHERITED}
        self.started_ns = time.monotonic_ns()
        with log.open("ab") as output:
            self._child = subprocess.Popen(
                [str(part) for part in argv],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env={**inherited, **(env or {})},
                cwd=cwd,
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """The first process."""
        return self._child.pid

    def check(self) -> None:
        """Raises Died when it is gone."""
        code = self._child.poll()
        if code is not None:
            tail = self.log.read_text(errors="replace")[-2000:]
            message = f"{self._child.args!r} ended with {code}:\n{tail}"
            raise Died(message)

    def stop(self) -> None:
        """SIGTERM, and SIGKILL when that is not enough."""
        self._signal(signal.SIGTERM)
        try:
            self._child.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """As a power cut would."""
        self._signal(signal.SIGKILL)
        self._child.wait(STOP_S)

    def _signal(self, number: signal.Signals) -> None:
        if self._child.poll() is None:
            os.killpg(self._child.pid, number)

    def _pids(self) -> list[int]:
        found, todo = [], [self.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            for task in Path(f"/proc/{pid}/task").iterdir():
                with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended meanwhile
                    todo += [int(child) for child in (task / "children").read_text().split()]
        return found

    def child(self, word: str) -> int | None:
        """The descendant whose command line holds a word, if there is one."""
        self.check()
        found = (pid for pid in self._pids() if word.encode() in _command_line(pid))
        return next(found, None)

    def cpu_s(self) -> float:
        """Processor time so far, to the nanosecond."""
        self.check()
        return self._total("cpu", {pid: cpu_s(pid) for pid in self._pids()})

    def resident_mb(self) -> float:
        """Resident memory now."""
        self.check()
        return sum(resident_mb(pid) for pid in self._pids())

    def written_bytes(self) -> int:
        """Bytes made dirty in the page cache so far, which go to the disk: whole pages, as the disk writes them."""
        self.check()
        return int(self._total("written", {pid: int(_fields(pid, "io")["write_bytes"]) for pid in self._pids()}))

    def wakeups(self) -> int:
        """How often a thread has gone to sleep so far: voluntary context switches."""
        self.check()
        tasks = [int(task.name) for pid in self._pids() for task in Path(f"/proc/{pid}/task").iterdir()]
        return int(
            self._total("woken", {task: int(_fields(task, "status")["voluntary_ctxt_switches"]) for task in tasks})
        )

    def _total(self, what: str, now: Mapping[int, float]) -> float:
        """Returns the sum over processes or threads; one that has ended keeps the figure that was last read of it."""
        known = self._figures.setdefault(what, {})
        known.update(now)
        return sum(known.values())
