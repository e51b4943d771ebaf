"""The writer's thread: asleep without a wake-up until there is a change, then one commit.

A failure returns the batch to the memory. The retry comes after 1 s, then ever more seldom up to once a minute.
Nothing here reaches the loop but the text of a problem.
"""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bridge.errors import StoreError
from bridge.store.outbox_pictures import Pictures
from bridge.store.sqlite.batch import Loaded
from bridge.store.sqlite.connection import explained, is_corrupt
from bridge.store.sqlite.database import Database
from bridge.store.sqlite.open import Opened, open_database, replace_broken, salvage
from bridge.store.sqlite.retention import STEP, ExpiryPace
from bridge.store.sqlite.sequence import first_number_at
from bridge.store.writer.commit_timing import RETRIES
from bridge.store.writer.handover import Handover
from bridge.store.writer.problem_reporter import ProblemReporter

_DISK = (sqlite3.Error, StoreError, OSError)


class Writer:
    """Owns the database. All methods but `start`, `distrust` and `join` run on the writer's own thread."""

    def __init__(
        self,
        path: Path,
        handover: Handover,
        problems: ProblemReporter,
        *,
        pictures: Pictures,
        on_opened: Callable[[Opened], None],
        wall: Callable[[], datetime],
    ) -> None:
        self._path = path
        self._handover = handover
        self._problems = problems
        self._pictures = pictures
        self._on_opened = on_opened
        self._wall = wall
        self._thread = threading.Thread(target=self._run, name="store-writer", daemon=True)
        self._database: Database | None = None
        self._adopted = False
        self._everything = False
        self._suspect: Exception | None = None
        self._failures = 0
        self._retry_at: float | None = None
        self._last_begin = 0.0
        self._expiry = ExpiryPace()

    def start(self) -> None:
        """Starts the thread, which opens the file first, then writes until the handover is closed."""
        self._thread.start()

    def distrust(self, error: Exception) -> None:
        """Makes the writer check the file, of which a reader met a corrupt page, and put it aside if it is broken."""
        self._suspect = error
        self._handover.hurry()

    def join(self, timeout_s: float) -> bool:
        """Waits for the thread's end and returns True; False if it still runs after `timeout_s`."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        """Works until the handover is closed; an unexpected exception is reported as the store's problem."""
        try:
            self._work()
        except Exception as error:
            self._problems.failing(f"the store's writer has stopped: {type(error).__name__}: {error}")
            raise
        finally:
            self._handover.ended()

    def _work(self) -> None:
        """Opens the file, and writes whenever there is something to write, until the handover is closed."""
        self._open()
        last = False
        while not last:
            last = self._handover.wait(
                last_begin=self._last_begin, retry_at=self._retry_at, other_at=self._expiry.next_step_at
            )
            if self._database is not None and self._suspect is not None:
                self._examine(self._suspect, self._database)
            if self._database is None:
                self._open()
            if self._database is not None:
                self._write(self._database)
            if last and self._retry_at is not None and self._database is not None:
                # The file turned out broken at the very end, and a new one is there.
                self._write(self._database)
        self._close()

    def _open(self) -> None:
        """Opens the database, on the writer's thread."""
        with self._handover.memory() as memory:
            at_least = memory.next_seq
        self._opened(open_database(self._path, at_least=at_least, fallback=lambda: first_number_at(self._wall())))

    def _opened(self, opened: Opened) -> None:
        """Uses an opened file, or plans the next attempt if there is none; reports its problem."""
        first = not self._adopted
        self._everything = self._everything or not first or opened.problem is not None
        self._database = opened.database
        self._suspect = None
        if opened.database is not None or opened.loaded != Loaded():
            self._adopted = True
            with self._handover.memory() as memory:
                memory.adopt(opened.loaded, states=first)
                needed = memory.pictures_in_use()
            if first and opened.database is not None:
                self._tidy(lambda: self._pictures.sweep(needed))
        if opened.problem is not None:
            self._problems.failing(opened.problem)
        self._on_opened(opened)
        if opened.database is None:
            self._count_failure()
        elif opened.problem is not None:
            # The salvaged content of the old file goes into the new one now, not with the next alarm.
            self._retry_at = time.monotonic()

    def _write(self, database: Database) -> None:
        """Writes all pending changes in one commit.

        On an error of the disk they stay pending; any other error drops them.
        """
        self._last_begin = time.monotonic()
        batch, next_seq = self._handover.take(everything=self._everything)
        expire_at = self._wall() if self._expiry.is_due(self._last_begin) else None
        gone: tuple[int, ...] = ()
        try:
            if not batch.is_empty or self._everything or self._expiry.next_step_at is not None:
                gone = database.write(batch, next_seq=next_seq, expire_at=expire_at, everything=self._everything)
                if expire_at is not None:
                    self._expiry.checked(self._last_begin, more=len(gone) == STEP)
        except _DISK as error:
            self._failed(error)
            return
        except Exception as error:  # noqa: BLE001 - a batch that can never be written must not block the next ones
            with self._handover.not_durable() as memory:
                memory.dropped()
            self._retry_at, self._everything = None, False
            self._problems.failing(f"entries that cannot be written were dropped: {type(error).__name__}: {error}")
            return
        with self._handover.durable() as memory:
            memory.written(gone)
            lost = memory.lost
            unneeded = batch.pictures - memory.pictures_in_use() if batch.pictures else batch.pictures
        self._failures, self._retry_at, self._everything = 0, None, False
        self._problems.healthy(lost)
        if unneeded:
            self._tidy(lambda: self._pictures.remove(unneeded))

    def _failed(self, error: Exception) -> None:
        """Keeps a batch pending after an error of the disk, and closes or replaces the file."""
        with self._handover.memory() as memory:
            memory.failed()
        self._problems.failing(explained(self._path, error))
        if is_corrupt(error):
            self._replace_broken(error)
        else:
            self._let_go()
            self._count_failure()

    def _examine(self, suspicion: Exception, database: Database) -> None:
        """Checks the file that a reader's error has put under suspicion, and replaces it only if it is broken.

        The error may be about a file that has been put aside since.
        """
        self._suspect = None
        try:
            whole = database.is_whole()
        except sqlite3.Error as error:
            whole, suspicion = not is_corrupt(error), error
        if not whole:
            self._replace_broken(suspicion)

    def _replace_broken(self, cause: Exception) -> None:
        """Puts the file in use aside and creates a new one. Only its unsent entries are not in memory too."""
        salvaged = salvage(self._database.connection) if self._database is not None else Loaded()
        self._let_go()
        with self._handover.memory() as memory:
            # In memory before the file is gone: at no moment does an unsent entry seem to be sent.
            memory.adopt(salvaged, states=False)
            at_least = memory.next_seq
        # The number that comes next is known: no need to start from the clock.
        self._opened(replace_broken(self._path, cause, salvaged, at_least=at_least, fallback=lambda: at_least))

    def _let_go(self) -> None:
        """Closes the file, if one is open; a failure is reported."""
        database, self._database = self._database, None
        if database is not None:
            try:
                database.close(None)
            except sqlite3.Error as error:
                self._problems.failing(explained(self._path, error))

    def _count_failure(self) -> None:
        """Records that nothing can be written now: `flush` returns, and the next attempt is postponed."""
        with self._handover.not_durable():
            self._failures += 1
        self._retry_at = time.monotonic() + RETRIES.wait_s(self._failures)

    def _tidy(self, delete: Callable[[], None]) -> None:
        """Runs a deletion of pictures. A failure is reported and not retried: the next start sweeps the folder."""
        try:
            delete()
        except OSError as error:
            self._problems.failing(f"pictures that are not needed cannot be deleted: {error.strerror}")

    def _close(self) -> None:
        """Closes the database; entry numbers that were reserved and not used are free again. Reports a failure."""
        if self._database is not None:
            with self._handover.memory() as memory:
                next_seq = memory.next_seq
            try:
                self._database.close(next_seq)
            except sqlite3.Error as error:
                self._problems.failing(explained(self._path, error))
