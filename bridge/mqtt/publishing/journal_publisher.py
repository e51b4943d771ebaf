"""Publishes the journal: each entry once, in order; those of an outage when the broker is back.

Missed entries are read from the store in portions, off the loop, and published at the rate of
`replay_rate`, with fewer messages unacknowledged than the session allows: the state of an edge
finds room in the window and is published at once, between two entries. Its journal
entry is queued here behind all older ones. Each acknowledged entry is reported to the store, which writes
that to the disk in its own time.
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
"""Limit of unacknowledged messages, if the broker does not set a lower one."""
FOR_STATES = 5
"""One part in so many of the window is reserved for states."""
BLAMED_S = 2.0
"""An entry of the past that was sent longer ago did not end the connection."""
RETRY_S = 60.0
"""Wait before entries that the broker refused or lost are sent again; doubled each time, up to an hour."""
LONGEST_RETRY_S = 3600.0
MOST_HELD = 1000
"""Limit of entries queued here; above it they are read from the store instead."""


class JournalSource(Protocol):
    """The stored journal. All reads include every entry handed to the store before the call."""

    async def unsent(self, *, after: int, limit: int) -> Sequence[JournalEntry]:
        """Returns the first `limit` unsent entries after `after`, oldest first; an empty sequence if there are none."""

    async def past(self, *, after: int | None, limit: int, kinds: frozenset[str] | None) -> Sequence[JournalEntry]:
        """Returns the first `limit` entries after `after`, or for None the newest; oldest first.

        `kinds` None means all kinds.
        """

    @property
    def count(self) -> int:
        """Number of unsent entries."""

    def sent(self, *seqs: int) -> None:
        """Marks entries as acknowledged by the broker; never blocks."""


class JournalPublisher:
    """Publishes entries as they come, or from the source if some were missed.

    The caller passes every entry to `entry` right after it was handed to the store; `run` lasts as long as a
    connection. `put` publishes and calls back with the acknowledgement; `unsent_changed` is called when the source has
    fewer unsent entries than before.
    """

    def __init__(
        self,
        *,
        source: JournalSource | None,
        topic: str,
        put: Callable[[Outgoing, Acknowledged], None],
        unsent_changed: Callable[[], None],
        pace: ReplayPace | None = None,
    ) -> None:
        self.topic = topic
        self._source = source
        self._put = put
        self._unsent_changed = unsent_changed
        self._pace = pace or ReplayPace()
        self._held: deque[tuple[JournalEntry, bool]] = deque()
        self._overflows = 0
        self._running = False
        self._behind = True
        """Whether the source may hold unsent entries older than those queued here."""
        self._handed = 0
        """The last `seq` published on this connection."""
        self._on_the_way: set[int] = set()
        """Entries that are published and not answered for."""
        self._replayed_at: float | None = None
        """Instant of the last entry of the past on this connection."""
        self._retry: asyncio.TimerHandle | None = None
        self._retry_s = RETRY_S
        self._window = self._in_turn = WINDOW
        self._wake = asyncio.Event()

    def entry(self, entry: JournalEntry) -> None:
        """Publishes an entry now, or queues it behind older ones.

        Without a connection it is read from the source later.
        """
        if self._running and not self._behind and not self._held and len(self._on_the_way) < self._window:
            self._publish(entry, replayed=False)
            return
        if len(self._held) >= MOST_HELD:
            self._held.clear()
            self._overflows += 1
            self._behind = True
        self._held.append((entry, not self._running))
        self._wake.set()

    def again(self) -> None:
        """Publishes all unsent entries again, also those that the broker refused on this connection.

        The broker may take them now.
        """
        self._behind = True
        self._handed = 0
        self._wake.set()

    def hung_up(self) -> None:
        """Records that the broker closed the connection after many messages: past entries go slower next time."""
        at = asyncio.get_running_loop().time()
        if self._replayed_at is not None and at - self._replayed_at <= BLAMED_S:
            self._pace.slower(at)

    def widen(self, window: int) -> None:
        """Sets the broker's limit of unacknowledged messages of all kinds, for the rest of the connection."""
        self._window, self._in_turn = window, max(window - window // FOR_STATES, 1)
        self._wake.set()

    async def run(self, *, window: int = WINDOW) -> None:
        """Publishes missed entries, then new ones, until cancelled at the end of the connection.

        `window` is the broker's limit of unacknowledged messages of all kinds.
        """
        self.widen(window)
        self.again()
        self._on_the_way.clear()
        self._replayed_at = None
        self._running = True
        try:
            while True:
                if self._behind:
                    await self._catch_up()
                while self._held and not self._behind:
                    await self._turn()
                    if self._held:
                        entry, replayed = self._held.popleft()
                        self._publish(entry, replayed=replayed)
                if not self._behind:
                    await self._wait_for_wake()
        finally:
            self._running = False
            self._stop_retry()

    async def _catch_up(self) -> None:
        """Publishes the unsent entries of the source, up to the first that is queued here."""
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
                if entry.seq in self._on_the_way:
                    self._handed = entry.seq
                    continue
                await self._turn()
                self._publish(entry, replayed=True)

    async def _turn(self) -> None:
        """Waits until an entry may be published, by the rate and by the broker's limit."""
        wait_s = self._pace.wait_s(asyncio.get_running_loop().time())
        if wait_s is not None:
            await asyncio.sleep(wait_s)
        while len(self._on_the_way) >= self._in_turn:
            await self._wait_for_wake()

    async def _wait_for_wake(self) -> None:
        await self._wake.wait()
        self._wake.clear()

    def _publish(self, entry: JournalEntry, *, replayed: bool) -> None:
        """Publishes an entry; its acknowledgement is counted, and reported to the source."""
        seq = entry.seq

        def acknowledged(taken: bool) -> None:  # noqa: FBT001 - the one thing it says
            self._on_the_way.discard(seq)
            if len(self._on_the_way) == self._in_turn - 1:
                self._wake.set()  # only at this count `_turn` may be waiting for room
            if not taken:
                self._not_taken()
            elif self._source is not None:
                self._source.sent(seq)
                self._unsent_changed()

        self._handed = seq
        self._on_the_way.add(seq)
        if replayed:
            self._replayed_at = asyncio.get_running_loop().time()
        self._put(Outgoing(topic=self.topic, payload=payloads.journal(entry, replayed=replayed)), acknowledged)

    def _not_taken(self) -> None:
        """Sends what is unsent again after a while, and slower: the broker may take it then."""
        if self._running and self._retry is None:
            self._retry = asyncio.get_running_loop().call_later(self._retry_s, self._send_again)

    def _send_again(self) -> None:
        # Only now, since at the end of a connection entries are not taken either.
        self._retry = None
        self._retry_s = min(2 * self._retry_s, LONGEST_RETRY_S)
        self._pace.slower(asyncio.get_running_loop().time())
        self.again()

    def _stop_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None
