"""One far input: its newest contact, the hold of events without an end, and whether its source is in reach."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from datetime import datetime

from bridge.core.contact import Contact
from bridge.core.facts import ContactReported, LineFound, LineLost
from bridge.core.line_driver import LineFact


class ContactSource:
    """Reports an input's contact with `put`.

    With `hold_s` a connected contact is an event, which counts for so long and again from each repetition; before
    the first one the contact is disconnected. Without it the contact is unknown until something is seen.

    After an absence of the source its last contact stands again.
    """

    def __init__(self, terminal: str, *, put: Callable[[LineFact], None], hold_s: float | None = None) -> None:
        self._terminal = terminal
        self._put = put
        self._hold_s = hold_s
        self._contact = Contact.UNKNOWN if hold_s is None else Contact.DISCONNECTED
        self._problem: str | None = None
        self._ending: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        """Reports that the input can be used, and its contact before anything was seen."""
        self._put(LineFound(terminal=self._terminal))
        self._report(is_event=False)

    def seen(self, contact: Contact, *, is_event: bool, source_time: datetime | None = None) -> None:
        """Reports a contact that the source has, and so that the source is in reach.

        On a line with a hold a contact that is no event is of the past, and an unknown one no end: both are ignored.
        """
        if not self.noted(contact, is_event=is_event):
            self.found()
            return
        self._find()
        self._report(is_event=is_event, source_time=source_time)

    def noted(self, contact: Contact, *, is_event: bool) -> bool:
        """Notes a contact without a report, as of a source that is out of reach: it stands when that is found again.

        Returns whether it counts, as in `seen`.
        """
        if self._hold_s is not None and (not is_event or contact is Contact.UNKNOWN):
            return False
        self._end_hold()
        self._contact = contact
        if self._hold_s is not None and contact is Contact.CONNECTED:
            self._ending = asyncio.get_running_loop().call_later(self._hold_s, self._held)
        return True

    def lost(self, problem: str) -> None:
        """Reports that the source is out of reach, once."""
        if self._problem is None:
            self._problem = problem
            self._put(LineLost(terminal=self._terminal, problem=problem))

    def found(self) -> None:
        """Reports that the source is in reach again, with its last contact, which is no event.

        Does nothing if it was in reach.
        """
        if self._find():
            self._report(is_event=False)

    def close(self) -> None:
        """Ends the hold without a report."""
        self._end_hold()

    def _find(self) -> bool:
        """Reports the line as found if it was lost. Returns whether it was."""
        was_lost, self._problem = self._problem is not None, None
        if was_lost:
            self._put(LineFound(terminal=self._terminal))
        return was_lost

    def _report(self, *, is_event: bool, source_time: datetime | None = None) -> None:
        self._put(
            ContactReported(
                terminal=self._terminal,
                contact=self._contact,
                at=time.monotonic(),
                is_event=is_event,
                source_time=source_time,
            )
        )

    def _held(self) -> None:
        """Ends an event that has counted for its time; reported unless the source is out of reach."""
        self._ending = None
        self._contact = Contact.DISCONNECTED
        if self._problem is None:
            self._report(is_event=True)

    def _end_hold(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
