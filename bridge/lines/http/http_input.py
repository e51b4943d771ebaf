"""One input that other devices call over HTTP: an event that counts for a while, or a contact that they say."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bridge.core.contact import Contact
from bridge.core.facts import MessageIgnored
from bridge.lines.contact_source import ContactSource
from bridge.lines.hook_port import Hook

if TYPE_CHECKING:
    from bridge.core.definitions.http_lines import HttpSource
    from bridge.lines.far_terminals import Put
    from bridge.lines.hook_port import HookPort

_LOG = logging.getLogger(__name__)


class HttpInput:
    """Waits for calls; `open` begins, `close` ends. The contact is disconnected before the first, and never unknown."""

    def __init__(self, terminal: str, line: HttpSource, *, port: HookPort, put: Put) -> None:
        self._terminal = terminal
        self._line = line
        self._port = port
        self._put = put
        self._source = ContactSource(terminal, put=put)
        self._is_said = False
        """Whether a call said that the contact is connected, which no time ends."""
        self._ending: asyncio.TimerHandle | None = None
        self._complained = False

    def open(self) -> None:
        """Begins to wait for calls, on a running event loop."""
        self._source.begin()
        self._source.seen(Contact.DISCONNECTED, is_event=False)
        if self._line.token is not None:
            self._port.wait(self._terminal, Hook(token=self._line.token, call=self._called, ignore=self._ignored))

    def close(self) -> None:
        """Takes no more calls, and reports nothing more."""
        self._port.leave(self._terminal)
        self._source.close()
        self._stop_holding()

    def _called(self, contact: Contact | None) -> None:
        self._complained = False
        if contact is None and self._is_said:
            return  # connected already, and longer than an event would be
        self._stop_holding()
        self._is_said = contact is Contact.CONNECTED
        self._source.seen(contact or Contact.CONNECTED, is_event=True)
        if contact is None:
            self._ending = asyncio.get_running_loop().call_later(self._line.hold_s, self._held)

    def _held(self) -> None:
        self._ending = None
        self._source.seen(Contact.DISCONNECTED, is_event=True)

    def _ignored(self) -> None:
        self._put(MessageIgnored(terminal=self._terminal))
        if not self._complained:
            self._complained = True
            _LOG.warning("%s: a call said neither connected nor disconnected; ignored", self._terminal)

    def _stop_holding(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            self._ending = None
