"""The actions under way, each a task of its own under one limit; a fault of one ends no other."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine
from functools import partial

from bridge.core.facts import ActionEnded
from bridge.linkage.pending_actions import PendingActions

log = logging.getLogger(__name__)

MOST_AT_ONCE = 100
"""Limit of running actions; above it a new one is refused, and reported."""
TOO_MANY = "too many at once"

Work = Callable[[], Coroutine[None, None, None]]


class RunningActions:
    """Runs actions between `open` and `close`; an action that begins before `open` waits for it.

    `report` gets the fault of an action that failed by a bug. `pending` has the rows of the actions under way.
    """

    def __init__(self, *, report: Callable[[ActionEnded], None], pending: PendingActions) -> None:
        self._report = report
        self._pending = pending
        self._group: asyncio.TaskGroup | None = None
        self._early: deque[tuple[str, Work]] = deque()
        self._under_way = 0

    def begin(
        self, kind: str, source: str | None, work: Work, row: str | None = None, *, alarm: str | None = None
    ) -> bool:
        """Begins an action of the input `source`, or returns False if `MOST_AT_ONCE` run already.

        Returns True if it began. A fault of the action is reported. `row` is its row among the actions under way; the
        row of an action that is cancelled stays for the next start. `alarm` is the id of its alarm's journal entry.
        """
        if self._under_way >= MOST_AT_ONCE:
            return False
        self._under_way += 1
        guarded = partial(self._guarded, kind, source, work, row, alarm)
        if self._group is None:
            self._early.append((kind, guarded))
        else:
            self._create(self._group, kind, guarded)
        return True

    def open(self, group: asyncio.TaskGroup) -> None:
        """Starts the actions that wait, and from now on each new one, as tasks of this group."""
        self._group = group
        while self._early:
            kind, work = self._early.popleft()
            self._create(group, kind, work)

    def close(self) -> None:
        """Makes actions that begin from now on wait; the caller ends the group."""
        self._group = None

    def _create(self, group: asyncio.TaskGroup, kind: str, work: Work) -> None:
        group.create_task(work(), name=kind).add_done_callback(self._ended)

    def _ended(self, _task: object) -> None:
        """Counts down at the end of a task, also of one that was cancelled before its first step."""
        self._under_way -= 1

    async def _guarded(self, kind: str, source: str | None, work: Work, row: str | None, alarm: str | None) -> None:
        """Runs an action, reports its fault, and drops its row; a cancelled action keeps the row."""
        try:
            await work()
        except Exception as error:
            log.exception("%s failed", kind)
            fault = f"fault inside: {type(error).__name__}"
            self._report(ActionEnded(kind=kind, reason="failed", input=source, error=fault, alarm=alarm))
        if row is not None:
            self._pending.end(row)
