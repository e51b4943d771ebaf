"""The store's interface for the rest of the program. Only methods that say so may block."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bridge.core.effects import StoreEffect
from bridge.core.facts import StateRestored
from bridge.core.journal import JournalEntry
from bridge.errors import StoreError
from bridge.store.journal_query import EntryFilter, read_entries
from bridge.store.ledger import Ledger
from bridge.store.outbox import Outbox
from bridge.store.outbox_pictures import Pictures
from bridge.store.sqlite.connection import FILE_NAME, is_corrupt
from bridge.store.sqlite.open import Opened
from bridge.store.sqlite.sequence import first_number_at
from bridge.store.unsent_journal import UnsentJournal
from bridge.store.writer.handover import Handover
from bridge.store.writer.memory import Memory
from bridge.store.writer.problem_reporter import OnProblem, Post, ProblemReporter
from bridge.store.writer.writer import Writer

OPENING_LIMIT_S = 2.0
CLOSING_LIMIT_S = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """The store, and the state that it restored from the file.

    `problem` is None if all is well; `on_problem` is called with it as well.
    """

    store: Store
    state: StateRestored
    problem: str | None


def utc_now() -> datetime:
    """Returns the wall clock's time in UTC."""
    return datetime.now(UTC)


def open_store(
    folder: Path,
    *,
    post: Post,
    on_problem: OnProblem,
    limit_s: float = OPENING_LIMIT_S,
    wall: Callable[[], datetime] = utc_now,
) -> Restored:
    """Opens the database in a folder. Returns the store and its state; never raises.

    If opening fails, the store works in memory and keeps trying. Blocks for `limit_s` at most: not for the event loop.
    `post` runs a function on the loop's thread (`loop.call_soon_threadsafe`). `on_problem` is called there with each
    change of the store's problem: one line for a person, or None when all is well. `wall` is the clock against which
    old entries expire. The caller calls `Store.close` at the end.
    """
    store = Store(folder, post=post, on_problem=on_problem, wall=wall)
    return store.restored(limit_s)


class Store:
    """Journal, states, ledger and outbox: kept in memory, written by a thread of its own."""

    def __init__(
        self, folder: Path, *, post: Post, on_problem: OnProblem, wall: Callable[[], datetime] = utc_now
    ) -> None:
        self._wall = wall
        self._post = post
        self._path = folder / FILE_NAME
        self._handover = Handover(Memory())
        self._problems = ProblemReporter(post=post, on_problem=on_problem)
        pictures = Pictures(folder)
        self.ledger = Ledger(self._handover)
        self.outbox = Outbox(self._handover, pictures)
        self.unsent = UnsentJournal(self._path, self._handover, on_unreadable=self._on_unreadable, entries=self.entries)
        self._tried = threading.Event()
        self._first: Opened | None = None
        self._writer = Writer(
            self._path, self._handover, self._problems, pictures=pictures, on_opened=self._opened, wall=wall
        )
        self._writer.start()

    def restored(self, limit_s: float) -> Restored:
        """Returns the state in the file, or an empty state if the file is not open within `limit_s`.

        Called once; blocks.
        """
        self._tried.wait(limit_s)
        first = self._first
        problem = f"{self._path}: not opened within {limit_s:g} s" if first is None else first.problem
        if first is None and problem is not None:
            self._problems.failing(problem)
        with self._handover.memory() as memory:
            base = first.next_seq if first is not None else first_number_at(self._wall())
            # A database that opens later reserves its numbers above this.
            memory.next_seq = max(memory.next_seq, base)
            state = StateRestored(
                inputs=dict(first.loaded.inputs) if first is not None else {},
                latched=first.loaded.latched if first is not None else frozenset(),
                next_seq=memory.next_seq,
                armed=first is None or first.loaded.armed is not False,
            )
        return Restored(store=self, state=state, problem=problem)

    def perform(self, effect: StoreEffect) -> None:
        """Stores an effect of the engine; it is durable within 50 ms while the disk works."""
        with self._handover.change() as memory:
            lost = memory.lost
            memory.effect(effect)
            losing = memory.lost > lost
        if losing:
            self._problems.losing()

    def one_commit(self) -> AbstractContextManager[object]:
        """Returns a context whose changes are durable together, the outbox's too; the caller leaves it soon."""
        return self._handover.one_commit()

    @property
    def lost(self) -> int:
        """Number of journal entries lost since the start because the disk could not keep up."""
        with self._handover.memory() as memory:
            return memory.lost

    def entries(self, wanted: EntryFilter) -> tuple[JournalEntry, ...]:
        """Returns matching entries, oldest first, including those not written yet. Blocks on the disk.

        If the file cannot be read, only entries that are not written yet.
        """
        with self._handover.memory() as memory:
            pending = memory.not_written()
        stored: tuple[JournalEntry, ...] = ()
        try:
            stored = read_entries(self._path, wanted)
        except StoreError as error:
            self._on_unreadable(error)
        fit = wanted.matching(pending, begun=bool(stored))
        found = {entry.seq: entry for entry in (*stored, *fit)}
        return wanted.limited([found[seq] for seq in sorted(found)])

    def flush(self, timeout_s: float) -> bool:
        """Waits until all changes so far are durable and returns True.

        False if that fails, or takes longer than `timeout_s`.
        """
        return self._handover.flush(timeout_s)

    def when_durable(self, call: Callable[[], None]) -> None:
        """Calls `call` on the loop's thread once all handed over so far is durable, or an attempt to write has failed.

        A disk that hangs puts it off for as long as it hangs.
        """

        def post() -> None:
            with suppress(RuntimeError):  # the loop is closed: the program is ending
                self._post(call)

        self._handover.when_durable(post)

    def close(self, timeout_s: float = CLOSING_LIMIT_S) -> bool:
        """Writes the pending changes and ends the writer; called after the engine has stopped.

        Blocks for `timeout_s` at most. Returns whether everything is on the disk. A thread that hangs in a dead disk is
        abandoned: it does not keep the program from ending.
        """
        self._handover.close()
        ended = self._writer.join(timeout_s)
        return ended and self._handover.all_durable()

    def _opened(self, opened: Opened) -> None:
        """Records the first opening of a file, for which `restored` waits."""
        if self._first is None:
            self._first = opened
            with self._handover.memory() as memory:
                memory.next_seq = max(memory.next_seq, opened.next_seq)
            self._tried.set()

    def _on_unreadable(self, error: StoreError) -> None:
        """Reports an unreadable page to the writer, which then checks the file and may put it aside."""
        cause = error.__cause__
        if isinstance(cause, Exception) and is_corrupt(cause):
            self._writer.distrust(cause)
