"""Keeps the daemon running, and its outputs idle whenever it does not.

However the daemon ends (a crash, kill -9, the out-of-memory killer, a hang that the watchdog ends,
an orderly stop), the rest of its processes is killed, `alarm2mqtt safe` drives the outputs to idle,
and unless a stop was requested it is started again. Only the death of the guard itself cannot
be answered from inside: as process 1 it takes the container with it, and the lines are the
kernel's; the next start requests them at idle.
"""

from __future__ import annotations

import logging
import os
import selectors
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from bridge.guard.health import DaemonHealth, Timeouts
from bridge.guard.sockets import HealthSocket, NotifySocket

log = logging.getLogger("alarm2mqtt.guard")

WRONG_SETTINGS = 2
_PROGRAM = (sys.executable, "-P", "-m", "bridge")
_STOPS = (signal.SIGTERM, signal.SIGINT)


def guard(file: Path) -> int:
    """Runs `alarm2mqtt run FILE`, again after each failure, until SIGTERM or SIGINT. Returns the exit code.

    0 after an orderly stop with all outputs idle; 2 when the settings are wrong at the first start, which only a person
    can correct; else 1.
    """
    return Guard(run=(*_PROGRAM, "run", str(file)), safe=(*_PROGRAM, "safe", str(file))).watch()


class Guard:
    """Runs one daemon after the other; `watch` is called once."""

    def __init__(self, *, run: Sequence[str], safe: Sequence[str], patience: Timeouts | None = None) -> None:
        self._run = run
        self._safe = safe
        self._patience = patience or Timeouts()
        self._signs = DaemonHealth(self._patience)
        self._notify = NotifySocket()
        self._health = HealthSocket()
        self._selector = selectors.DefaultSelector()
        self._daemon: int | None = None
        self._stop_by: float | None = None
        self._ended: dict[int, int | None] = {}
        """Exit codes of the guard's own processes; None while they run."""

    def watch(self) -> int:
        """Keeps the daemon running until SIGTERM or SIGINT. Returns the exit code of `guard`."""
        woken, wake = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        for number in (*_STOPS, signal.SIGHUP, signal.SIGCHLD):
            signal.signal(number, lambda *_: None)
        self._selector.register(woken, selectors.EVENT_READ, self._take_signals)
        self._selector.register(self._notify.socket, selectors.EVENT_READ, lambda _: self._listen())
        if self._health.is_open:
            self._selector.register(self._health.socket, selectors.EVENT_READ, lambda _: self._answer())
        try:
            return self._lives()
        finally:
            signal.set_wakeup_fd(-1)
            for closing in (self._selector, self._notify, self._health):
                closing.close()
            os.close(woken)
            os.close(wake)

    def _lives(self) -> int:
        """Runs one daemon after the other, with pauses, until a stop is requested. Returns the exit code of `guard`."""
        pauses, failures = self._patience.pauses, 0
        while True:
            begun = time.monotonic()
            code = self._live()
            # By SIGTERM: before it could take signals; an orderly stop all the same.
            disobeyed = self._stop_by is not None and code not in (0, -signal.SIGTERM)
            is_safe = self._make_safe()
            if self._stop_by is not None:
                return 0 if is_safe and not disobeyed else 1
            if code == WRONG_SETTINGS and not self._signs.was_ready:
                return code
            failures = 1 if time.monotonic() - begun > pauses.longest_s else failures + 1
            pause_s = pauses.wait_s(failures)
            log.error("the daemon %s; again in %.0f s", _how(code), pause_s)
            self._signs.ended(f"{_how(code)}, to be started again")
            self._rest(time.monotonic() + pause_s)
            if self._stop_by is not None:
                return 0 if is_safe else 1

    def _live(self) -> int:
        """Runs one daemon to the end of all its processes; kills it if no sign of life comes in time.

        Returns its exit code: negative for a signal, 1 if it could not be started.
        """
        watchdog = {"NOTIFY_SOCKET": self._notify.address, "WATCHDOG_USEC": str(round(self._patience.life_s * 1e6))}
        environ = {key: value for key, value in os.environ.items() if key != "WATCHDOG_PID"}
        daemon = self._spawn(self._run, environ | watchdog)
        if daemon is None:
            return 1
        self._signs.started(time.monotonic())
        self._daemon = daemon
        while (code := self._ended[daemon]) is None:
            deadline = self._signs.deadline if self._stop_by is None else self._stop_by
            if time.monotonic() >= deadline:
                log.error("the daemon gave no sign of life, or did not end, in time: it is killed")
                _kill_group(daemon)
                self._turn(time.monotonic() + 1)
            else:
                self._turn(deadline)
        self._daemon = None
        del self._ended[daemon]
        _kill_group(daemon)  # a player that outlived the daemon would go on playing
        return code

    def _make_safe(self) -> bool:
        """Drives every output to idle with `alarm2mqtt safe`.

        Returns whether that succeeded within its time; failure is logged.
        """
        self._signs.ended("ended; outputs are driven to idle")
        process = self._spawn(self._safe, os.environ)
        if process is None:
            return False
        deadline = time.monotonic() + self._patience.safe_s
        while self._ended[process] is None and time.monotonic() < deadline:
            self._turn(deadline)
        code = self._ended.pop(process)
        if code is None:
            _kill_group(process)
        if code != 0:
            log.error("not every output could be driven to idle%s", "" if code is not None else " in time")
        return code == 0

    def _spawn(self, command: Sequence[str], environ: Mapping[str, str]) -> int | None:
        """Starts a process in a group of its own. Returns its id, or None after logging a failure."""
        try:
            process = os.posix_spawn(command[0], list(command), environ, setpgroup=0, setsigdef=[signal.SIGPIPE])
        except OSError as error:
            log.error("%s cannot be started: %s", " ".join(command), error)  # noqa: TRY400 - the machine's fault
            return None
        self._ended[process] = None
        return process

    def _rest(self, until: float) -> None:
        """Handles events until `until`, or until a stop is requested."""
        while self._stop_by is None and time.monotonic() < until:
            self._turn(until)

    def _turn(self, until: float) -> None:
        """Waits for events, at most until `until`, and handles them."""
        for key, _ in self._selector.select(max(0.0, until - time.monotonic())):
            key.data(key.fd)

    def _take_signals(self, woken: int) -> None:
        """Handles the signals that wait in the pipe `woken`: a stop, a reload, an ended child."""
        for number in os.read(woken, 512):
            if number in _STOPS and self._stop_by is None:
                self._stop_by = time.monotonic() + self._patience.stop_s
                if self._daemon is not None:
                    os.kill(self._daemon, signal.SIGTERM)
            elif number == signal.SIGHUP and self._daemon is not None and self._signs.ready:
                os.kill(self._daemon, signal.SIGHUP)  # before it is ready it would die of it, and reads the file anyway
        self._reap()

    def _reap(self) -> None:
        """Reaps all ended children: process 1 is every orphan's parent. Exit codes of other processes are dropped."""
        with suppress(ChildProcessError):
            while (end := os.waitpid(-1, os.WNOHANG))[0]:
                if end[0] in self._ended:
                    self._ended[end[0]] = os.waitstatus_to_exitcode(end[1])

    def _listen(self) -> None:
        """Passes the daemon's waiting messages to its health."""
        for message in self._notify.messages(self._daemon):
            self._signs.heard(message, time.monotonic())

    def _answer(self) -> None:
        """Answers a caller of `alarm2mqtt healthy` with the daemon's health."""
        well, words = self._signs.health(time.monotonic())
        self._health.answer(well=well, words=words)


def _kill_group(leader: int) -> None:
    """Kills every process of the group of `leader`; none may be left."""
    with suppress(ProcessLookupError):
        os.killpg(leader, signal.SIGKILL)


def _how(code: int) -> str:
    """Returns how a process ended, in words, from its exit code (negative: a signal)."""
    return f"was ended by signal {-code} ({signal.strsignal(-code)})" if code < 0 else f"ended with exit code {code}"
