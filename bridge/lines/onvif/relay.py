"""One output that is a relay of a camera: its contact as orders, and the camera's own word for it."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable
from typing import Final

from bridge.core.contact import Contact
from bridge.core.definitions.onvif_lines import OnvifRelay
from bridge.core.facts import SinkFound, SinkLost, SinkReported
from bridge.core.line_driver import LineFact
from bridge.system.backoff import Backoff

WITHOUT_END_S: Final = 60.0
"""The camera's own delay for a demand that has no end in sight, so that a siren ends even if the bridge dies."""
AGAIN_S: Final = 30.0
"""So often that delay is begun anew."""
WAITS: Final = Backoff(first_s=5.0, longest_s=60.0)
"""Pauses until the contact that holds then is ordered again: a camera may fail at its relays alone, and nobody says
when that is over."""
LONGEST_S: Final = 7.0
"""An order is answered within five seconds; without a process nobody answers."""


class RelayOutput:
    """Orders one relay; `open` begins, `close` ends. `order` sends an order, whose number `sent` knows."""

    def __init__(
        self,
        terminal: str,
        line: OnvifRelay,
        *,
        order: Callable[[OnvifRelay, bool, float | None], int],
        put: Callable[[LineFact], None],
    ) -> None:
        self._terminal = terminal
        self._line = line
        self._order = order
        self._put = put
        self._contact = Contact.UNKNOWN
        self._until: float | None = None
        self._is_open = self._is_lost = self._is_due = False
        self._number: int | None = None
        self._failures = 0
        self._retry: asyncio.TimerHandle | None = None
        self._renewal: asyncio.TimerHandle | None = None
        self._patience: asyncio.TimerHandle | None = None

    @property
    def line(self) -> OnvifRelay:
        """Its settings."""
        return self._line

    def open(self) -> None:
        """Begins to command the relay, on a running event loop: the contact that holds is ordered."""
        self._is_open = True
        self._command()

    def drive(self, contact: Contact, until: float | None) -> None:
        """Orders a contact, with the end of its demand (monotonic); the same contact only with a new end."""
        is_news = contact is not self._contact or (contact is Contact.CONNECTED and until != self._until)
        self._contact, self._until = contact, until
        if is_news and self._is_open:
            self._failures = 0
            self._command()

    def close(self) -> None:
        """Leaves the relay as it was ordered last."""
        self._stop_timers()
        self._number = None
        self._is_open = False

    def process_began(self) -> None:
        """There is a process again, which knows no orders: the contact that holds is ordered."""
        if self._is_open:
            self._command()

    def camera_reached(self) -> None:
        """The camera is back: the contact that holds now is set once, if the last order was given up."""
        if self._is_due:
            self._failures = 0
            self._command()

    def camera_lost(self) -> None:
        """Nobody can say any more what the relay does."""
        self._put(SinkReported(terminal=self._terminal, contact=Contact.UNKNOWN))

    def done(self, number: int, problem: str | None) -> None:
        """Takes the result of an order; of an older one it is ignored."""
        if number != self._number:
            return
        self._number = None
        if self._patience is not None:
            self._patience.cancel()
        if problem is None:
            self._failures = 0
            if self._is_lost:
                self._is_lost = False
                self._put(SinkFound(terminal=self._terminal))
            return
        self._is_due = not problem.startswith("the camera refuses")
        if self._is_due:
            self._failures += 1
            self._retry = asyncio.get_running_loop().call_later(WAITS.wait_s(self._failures), self._command)
        if not self._is_lost:
            self._is_lost = True
            self._put(SinkLost(terminal=self._terminal, problem=problem))

    def seen(self, *, active: bool) -> None:
        """Takes the camera's own word."""
        contact = Contact.CONNECTED if active else Contact.DISCONNECTED
        self._put(SinkReported(terminal=self._terminal, contact=contact))

    def _command(self) -> None:
        self._stop_timers()
        if self._contact is Contact.UNKNOWN:
            return
        self._is_due = False
        active, loop = self._contact is Contact.CONNECTED, asyncio.get_running_loop()
        self._number = self._order(self._line, active, self._delay_s())
        problem = f"camera {self._line.camera} could not be commanded for {LONGEST_S:g} s"
        self._patience = loop.call_later(LONGEST_S, self.done, self._number, problem)
        if active and self._line.mode == "monostable" and self._until is None:
            self._renewal = loop.call_later(AGAIN_S, self._command)

    def _delay_s(self) -> float | None:
        """Returns the seconds after which the relay falls back by itself; None for one that stays."""
        if self._line.mode == "bistable":
            return None
        if self._until is None:
            return WITHOUT_END_S
        return float(max(1, math.ceil(self._until - asyncio.get_running_loop().time())))

    def _stop_timers(self) -> None:
        for timer in (self._renewal, self._patience, self._retry):
            if timer is not None:
                timer.cancel()
