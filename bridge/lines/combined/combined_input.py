"""One input that is made of other inputs: connected while enough of them count."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from bridge.core.contact import Contact
from bridge.lines.combined.membership import Membership
from bridge.lines.contact_source import ContactSource

if TYPE_CHECKING:
    from bridge.core.definitions.combined_lines import CombinedSource
    from bridge.core.effects import InputView
    from bridge.lines.far_terminals import Put
    from bridge.lines.view_port import ViewPort

UNHEARD_S: Final = 10.0
"""So long a member may be silent before it is a fault that it would decide: at each start they are for a moment."""


class CombinedInput:
    """Follows the views of its members; `open` begins, `close` ends.

    The contact is unknown while a member that is unknown would decide. That is a fault at once where the member has
    one, and after `UNHEARD_S` where nothing was heard of it.
    """

    def __init__(self, terminal: str, line: CombinedSource, *, port: ViewPort, put: Put) -> None:
        self._terminal = terminal
        self._line = line
        self._port = port
        self._source = ContactSource(terminal, put=put)
        self._members = {each: Membership(within_s=line.within_s) for each in line.of}
        self._contact: Contact | None = None
        """The contact reported last; None before the first, and while the line is lost."""
        self._is_lost = False
        self._ceasing: asyncio.TimerHandle | None = None
        self._undecided: asyncio.TimerHandle | None = None

    def open(self) -> None:
        """Begins to follow the members, on a running event loop; what they are already is a state."""
        self._source.begin()
        self._port.follow(self._terminal, frozenset(self._line.of), self._changed)
        for each, member in self._members.items():
            view = self._port.view(each)
            if view is not None:
                member.follow(view, at=self._now())
        self._decide(is_event=False)

    def close(self) -> None:
        """Leaves the members, and reports nothing more."""
        self._port.leave(self._terminal)
        self._source.close()
        for timer in (self._ceasing, self._undecided):
            if timer is not None:
                timer.cancel()

    def _changed(self, view: InputView) -> None:
        is_event = self._members[view.id].follow(view, at=self._now())
        self._decide(is_event=is_event)

    def _decide(self, *, is_event: bool) -> None:
        """Reports the contact that the members make, or that it cannot be known."""
        now = self._now()
        counting = [each for each, member in self._members.items() if member.counts(now)]
        doubtful = [each for each, member in self._members.items() if each not in counting and not member.is_known]
        if len(counting) >= self._line.enough:
            self._report(Contact.CONNECTED, is_event=is_event)
        elif len(counting) + len(doubtful) >= self._line.enough:
            self._doubt(doubtful)
        else:
            self._report(Contact.DISCONNECTED, is_event=is_event)
        self._wait_for_the_next_to_cease(now)

    def _report(self, contact: Contact, *, is_event: bool) -> None:
        self._stop_doubting()
        if contact is not self._contact:
            self._contact, self._is_lost = contact, False
            self._source.seen(contact, is_event=is_event)

    def _doubt(self, doubtful: list[str]) -> None:
        """Reports the line as lost if a doubtful member has a fault; else the contact as unknown, and later as lost."""
        faulty = [each for each in doubtful if self._members[each].is_lost]
        if faulty:
            self._lose(faulty)
        elif not self._is_lost and self._undecided is None:
            self._contact = Contact.UNKNOWN
            self._source.seen(Contact.UNKNOWN, is_event=False)
            self._undecided = asyncio.get_running_loop().call_later(UNHEARD_S, self._still_undecided)

    def _still_undecided(self) -> None:
        now = self._now()
        members = self._members.items()
        self._lose([each for each, member in members if not member.counts(now) and not member.is_known])

    def _lose(self, doubtful: list[str]) -> None:
        self._stop_doubting()
        self._contact, self._is_lost = None, True
        self._source.lost(f"{_words(doubtful)} unknown, and would decide")

    def _stop_doubting(self) -> None:
        if self._undecided is not None:
            self._undecided.cancel()
            self._undecided = None

    def _wait_for_the_next_to_cease(self, now: float) -> None:
        """Arms the timer for the next member that counts only for a while."""
        if self._ceasing is not None:
            self._ceasing.cancel()
            self._ceasing = None
        ends = [end for member in self._members.values() if (end := member.ceases_at(now)) is not None]
        if ends:
            self._ceasing = asyncio.get_running_loop().call_at(min(ends), self._ceased)

    def _ceased(self) -> None:
        self._ceasing = None
        self._decide(is_event=True)

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


def _words(members: list[str]) -> str:
    return f"{', '.join(members)} {'is' if len(members) == 1 else 'are'}"
