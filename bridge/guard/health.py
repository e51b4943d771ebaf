"""The daemon's health, from its messages on sd_notify(3)'s socket. Pure: time is an argument."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.system.backoff import Backoff

PAUSES = Backoff(first_s=1.0, longest_s=30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """The guard's time limits."""

    ready_s: float = 60.0
    """From the start to `READY=1`; a store on a slow card takes its time."""
    life_s: float = 10.0
    """From one `WATCHDOG=1` to the next."""
    stop_s: float = 8.0
    """From SIGTERM to the end (`behaviour.md` 6)."""
    safe_s: float = 5.0
    """For `alarm2mqtt safe`, which needs about half a second a busy line."""
    pauses: Backoff = PAUSES
    """Between the daemon's end and its next start; the first again after a life longer than the longest."""


class DaemonHealth:
    """Health of the present daemon, and whether any before it was ready."""

    def __init__(self, patience: Timeouts) -> None:
        self._patience = patience
        self._alive = False
        self._ready = False
        self._heard = 0.0
        self._status = "not started yet"
        self.was_ready = False
        """Whether any daemon was ever ready."""

    def started(self, now: float) -> None:
        """Begins the life of a new daemon at `now`."""
        self._alive, self._ready, self._heard = True, False, now
        self._status = "starting"

    def heard(self, message: str, now: float) -> None:
        """Updates the health from a message of the daemon: assignments of sd_notify(3), one a line.

        Unknown ones are ignored.
        """
        for assignment in message.splitlines():
            if assignment == "READY=1":
                self._ready = self.was_ready = True
                self._heard = now
            elif assignment == "WATCHDOG=1":
                self._heard = now
            elif assignment == "STOPPING=1":
                self._ready = False
                self._status = "stopping"
            elif assignment.startswith("STATUS="):
                self._status = assignment.removeprefix("STATUS=")

    def ended(self, how: str) -> None:
        """Marks the daemon as ended; `how` is the status in words from now on."""
        self._alive = self._ready = False
        self._status = how

    @property
    def ready(self) -> bool:
        """Whether the daemon has reported that it is ready, and not that it is stopping."""
        return self._ready

    @property
    def deadline(self) -> float:
        """The instant (monotonic seconds) at which the next sign of life is overdue."""
        return self._heard + (self._patience.life_s if self._ready else self._patience.ready_s)

    def health(self, now: float) -> tuple[bool, str]:
        """Returns whether the daemon is ready and gives signs of life, and its status in words."""
        if not self._ready:
            return False, self._status
        if now > self.deadline:
            return False, f"no sign of life for {now - self._heard:.0f} s"
        return True, self._status
