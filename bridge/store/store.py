"""The store as the rest of the program sees it. No method but those that say so ever waits."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bridge.core.effects import StoreEffect
from bridge.core.facts import StateRestored
from bridge.core.journal import JournalEntry
from bridge.errors import StoreError
from bridge.store.journal_query import Wanted, read_entries
from bridge.store.ledger import Ledger
from bridge.store.outbox import Outbox
from bridge.store.outbox_pictures import Pictures
from bridge.store.sqlite.connection import FILE_NAME, is_corrupt
from bridge.store.sqlite.open import Opened
from bridge.store.sqlite.sequence import first_number_at
from bridge.store.unsent_journal import UnsentJournal
from bridge.store.writer.handover import Handover
from bridge.store.writer.memory import Memory
from bridge.store.writer.problem_reporter import OnProblem, Post, Trouble
from bridge.store.writer.writer import Writer

OPENING_LIMIT_S = 2.0
CLOSING_LIMIT_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The store, and what it knew when it was opened.

    `problem` is None when all was well; `on_problem` is told of it too.
    """

    store: Store
    state: StateRestored
    problem: str | None


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


def open_store(
    folder: Path,
    *,
    post: Post,
    on_problem: OnProblem,
    limit_s: float = OPENING_LIMIT_S,
    wall: Callable[[], datetime] = utc_now,
) -> Restored:
    """Open the database in a folder, or go on in memory and keep trying. Never raises.

    Blocks for `limit_s` at most: not on the loop. `post` runs a function on the loop's thread
    (`loop.call_soon_threadsafe`); `on_problem` is called there with each change of what is wrong,
    one line for a person, and with None when all is well again. `wall` is the clock that says how
    old entries are. `Store.close` must be called.
    """
    store = Store(folder, post=post, on_problem=on_problem, wall=wall)
    return store.restored(limit_s)


class Store:
    """Journal, states, ledger and outbox: kept in memory, written by a thread of their own."""

    def __init__(
        self, folder: Path, *, post: Post, on_problem: OnProblem, wall: Callable[[], datetime] = utc_now
    ) -> None:
        self._wall = wall
        self._path = folder / FILE_NAME
        self._handover = Handover(Memory())
        self._trouble = Trouble(post=post, on_problem=on_problem)
        pictures = Pictures(folder)
        self.ledger = Ledger(self._handover)
        self.outbox = Outbox(self._handover, pictures)
        self.unsent = UnsentJournal(self._path, self._handover, doubt=self._doubt)
        self._tried = threading.Event()
        self._first: Opened | None = None
        self._writer = Writer(
            self._path, self._handover, self._trouble, pictures=pictures, on_opened=self._opened, wall=wall
        )
        self._writer.start()

    def restored(self, limit_s: float) -> Restored:
        """What the file held, or nothing when that cannot be told in time; to be called once."""
        self._tried.wait(limit_s)
        first = self._first
        problem = f"{self._path}: not opened within {limit_s:g} s" if first is None else first.problem
        if first is None and problem is not None:
            self._trouble.failing(problem)
        with self._handover.memory() as memory:
            base = first.next_seq if first is not None else first_number_at(self._wall())
            # A database that opens later reserves its numbers above this.
            memory.next_seq = max(memory.next_seq, base)
            state = StateRestored(
                inputs=dict(first.loaded.inputs) if first is not None else {},
                latched=first.loaded.latched if first is not None else frozenset(),
                next_seq=memory.next_seq,
            )
        return Restored(store=self, state=state, problem=problem)

    def perform(self, effect: StoreEffect) -> None:
        """Keep what the engine wants kept; durable within 50 ms while the disk works."""
        with self._handover.change() as memory:
            lost = memory.lost
            memory.effect(effect)
            losing = memory.lost > lost
        if losing:
            self._trouble.losing()

    @property
    def lost(self) -> int:
        """How many entries were lost, since the start, because the disk could not keep up."""
        with self._handover.memory() as memory:
            return memory.lost

    def entries(self, wanted: Wanted) -> tuple[JournalEntry, ...]:
        """Entries of the journal, oldest first, those not written yet among them. May wait for the disk."""
        with self._handover.memory() as memory:
            pending = memory.not_written()
        stored: tuple[JournalEntry, ...] = ()
        try:
            stored = read_entries(self._path, wanted)
        except StoreError as error:
            self._doubt(error)
        fit = wanted.chosen(pending, begun=bool(stored))
        found = {entry.seq: entry for entry in (*stored, *fit)}
        return wanted.cut([found[seq] for seq in sorted(found)])

    def flush(self, timeout_s: float) -> bool:
        """Wait until all that was handed over is durable; False when it is not in time, or cannot be."""
        return self._handover.flush(timeout_s)

    def close(self, timeout_s: float = CLOSING_LIMIT_S) -> bool:
        """Write what waits and end; to be called when the engine has stopped. Waits `timeout_s` at most.

        Returns whether everything is on the disk. A thread that hangs in a dead disk is left: it
        does not keep the program from ending.
        """
        self._handover.close()
        ended = self._writer.join(timeout_s)
        return ended and self._handover.all_durable()

    def _opened(self, opened: Opened) -> None:
        if self._first is None:
            self._first = opened
            with self._handover.memory() as memory:
                memory.next_seq = max(memory.next_seq, opened.next_seq)
            self._tried.set()

    def _doubt(self, error: StoreError) -> None:
        """A page that cannot be read because it is broken: the file has to be put aside."""
        cause = error.__cause__
        if isinstance(cause, Exception) and is_corrupt(cause):
            self._writer.distrust(cause)
