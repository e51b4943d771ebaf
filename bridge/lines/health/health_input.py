"""One input that is a part of this device: connected while the part's trouble has lasted long enough."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bridge.core.contact import Contact
from bridge.lines.contact_source import ContactSource

if TYPE_CHECKING:
    from bridge.core.definitions.health_lines import HealthSource
    from bridge.lines.far_terminals import Put
    from bridge.lines.health_signals import HealthSignals


class HealthInput:
    """Follows the trouble of one part; `open` begins, `close` ends.

    The first contact is a state: a trouble that outlasts a restart goes on, and is reported once it has lasted.
    """

    def __init__(self, terminal: str, line: HealthSource, *, signals: HealthSignals, put: Put) -> None:
        self._terminal = terminal
        self._line = line
        self._signals = signals
        self._source = ContactSource(terminal, put=put)
        self._contact = Contact.UNKNOWN
        self._lasting: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Begins to follow the part, on a running event loop."""
        self._source.begin()
        self._signals.follow(self._terminal, self._line.what, self._take)

    def close(self) -> None:
        """Leaves the part, and reports nothing more."""
        self._signals.leave(self._terminal)
        self._source.close()
        self._stop_waiting()

    def _take(self, trouble: str | None) -> None:
        if trouble is None:
            self._stop_waiting()
            self._report(Contact.DISCONNECTED)
        elif self._line.lasts_s == 0:
            self._report(Contact.CONNECTED)
        elif self._lasting is None and self._contact is not Contact.CONNECTED:
            self._lasting = asyncio.get_running_loop().call_later(self._line.lasts_s, self._lasted)

    def _lasted(self) -> None:
        self._lasting = None
        self._report(Contact.CONNECTED)

    def _report(self, contact: Contact) -> None:
        if contact is not self._contact:
            is_event = self._contact is not Contact.UNKNOWN
            self._contact = contact
            self._source.seen(contact, is_event=is_event)

    def _stop_waiting(self) -> None:
        if self._lasting is not None:
            self._lasting.cancel()
            self._lasting = None
