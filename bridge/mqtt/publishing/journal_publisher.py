"""The journal's way out: each entry once, in order, those of an outage when the broker is back.

What was missed is read from the store in portions, off the loop, and goes out at the pace of
`replay_pace`, with fewer messages unacknowledged than the session may have: the state of an edge
that comes meanwhile finds room in the window and goes out at once, between two entries. Its journal
entry waits here behind all that are older. What the broker has taken is told to the store in groups.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

from bridge.core.journal import JournalEntry
from bridge.mqtt import payloads
from bridge.mqtt.messages import Acknowledged, Outgoing
from bridge.mqtt.publishing.replay_rate import ReplayPace

PORTION = 200
"""Entries read from the store at a time."""
WINDOW = 20
"""Messages that may be unacknowledged, if the broker does not say less."""
FOR_STATES = 5
"""One part in so many of the window is not for entries that wait for their turn, but for states."""
MARKED_TOGETHER = 50
MARKED_WITHIN_S = 0.05
"""The store is told of so many at a time, or of fewer after so long."""
MOST_HELD = 1000
"""Entries kept here; beyond them the store is read instead."""


class JournalSource(Protocol):
    """The journal as it is kept. Both methods know of all that was handed to the store before the call."""

    async def unsent(self, *, after: int, limit: int) -> Sequence[JournalEntry]:
        """Entries with a greater `seq` that were not marked as sent, oldest first."""

    def sent(self, *seqs: int) -> None:
        """The broker has these entries. Must not block."""


class JournalPublisher:
    """Publishes entries as they come, or from the source when some were missed.

    Every entry is given to `entry` right after it was handed to the store; `run` lasts as long as
    a connection. `put` publishes and is told of the acknowledgement; `caught_up` is told when what
    was missed has been published.
    """

    def __init__(
        self,
        *,
        source: JournalSource | None,
        topic: str,
        put: Callable[[Outgoing, Acknowledged], None],
        caught_up: Callable[[], None],
        pace: ReplayPace | None = None,
    ) -> None:
        self.topic = topic
        self._source = source
        self._put = put
        self._caught_up = caught_up
        self._pace = pace or ReplayPace()
        self._taken: list[int] = []
        """What the broker has, and the store was not told of yet."""
        self._marking: asyncio.TimerHandle | None = None
        self._held: deque[tuple[JournalEntry, bool]] = deque()
        self._overflows = 0
        self._running = False
        self._behind = True
        """Whether the source may hold unsent entries older than those held here."""
        self._handed = 0
        """The last `seq` that was published on this connection."""
        self._unacknowledged = 0
        self._window = self._in_turn = WINDOW
        self._wake = asyncio.Event()

    def entry(self, entry: JournalEntry) -> None:
        """Publish an entry now, or when its turn comes."""
        if self._running and not self._behind and not self._held and self._unacknowledged < self._window:
            self._publish(entry, replayed=False)
            return
        if len(self._held) >= MOST_HELD:
            self._held.clear()
            self._overflows += 1
            self._behind = True
        self._held.append((entry, not self._running))
        self._wake.set()

    async def run(self, *, window: int = WINDOW) -> None:
        """Send what was missed, then what comes; cancelled when the connection ends.

        `window` is how many messages of all kinds the broker takes before it has answered for one.
        """
        self._window, self._in_turn = window, max(window - window // FOR_STATES, 1)
        self._behind = True
        self._handed = 0
        self._unacknowledged = 0
        self._running = True
        try:
            while True:
                if self._behind:
                    await self._catch_up()
                    self._caught_up()
                while self._held and not self._behind:
                    await self._turn()
                    if self._held:
                        entry, replayed = self._held.popleft()
                        self._publish(entry, replayed=replayed)
                if not self._behind:
                    await self._woken()
        finally:
            self._running = False
            self._mark()

    async def _catch_up(self) -> None:
        if self._source is None:
            self._behind = False
            return
        while True:
            overflows = self._overflows
            batch = await self._source.unsent(after=self._handed, limit=PORTION)
            if overflows != self._overflows:
                continue
            older = [entry for entry in batch if not self._held or entry.seq < self._held[0][0].seq]
            if not older:
                self._behind = False
                return
            for entry in older:
                await self._turn()
                self._publish(entry, replayed=True)

    async def _turn(self) -> None:
        """Wait until an entry may go out: for its pace, and for the broker."""
        wait_s = self._pace.wait_s(asyncio.get_running_loop().time())
        if wait_s is not None:
            await asyncio.sleep(wait_s)
        while self._unacknowledged >= self._in_turn:
            await self._woken()

    async def _woken(self) -> None:
        await self._wake.wait()
        self._wake.clear()

    def _publish(self, entry: JournalEntry, *, replayed: bool) -> None:
        seq = entry.seq

        def acknowledged(taken: bool) -> None:  # noqa: FBT001 - the one thing it says
            self._unacknowledged -= 1
            if self._unacknowledged == self._in_turn - 1:
                self._wake.set()  # only there somebody may wait for room
            if taken:
                self._taken.append(seq)
            if len(self._taken) >= MARKED_TOGETHER:
                self._mark()
            elif self._marking is None:
                self._marking = asyncio.get_running_loop().call_later(MARKED_WITHIN_S, self._mark)

        self._handed = seq
        self._unacknowledged += 1
        self._put(Outgoing(topic=self.topic, payload=payloads.journal(entry, replayed=replayed)), acknowledged)

    def _mark(self) -> None:
        if self._marking is not None:
            self._marking.cancel()
            self._marking = None
        taken, self._taken = self._taken, []
        if taken and self._source is not None:
            self._source.sent(*taken)
