"""Pictures, clips and sounds under way, on the disk: one that a kill cut short is reported at the next start.

Mails and uploads need no such row: each is a job of the outbox itself, from the alarm on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

from bridge.core.facts import ActionEnded, Now
from bridge.store.job import Job
from bridge.store.outbox import Outbox

NOT_TAKEN = "the program was stopped before the picture was taken"
CUT_SHORT = {
    "snapshot": NOT_TAKEN,
    "clip": "the program was stopped before its end; what was recorded until then is kept",
    "audible": "the program was stopped while it played",
}
"""Error of an action that has no outcome, by its kind."""


class PendingActions:
    """The rows of actions under way. `report` gets the outcome of those that an earlier run left."""

    def __init__(self, *, outbox: Outbox, now: Callable[[], Now], report: Callable[[ActionEnded], None]) -> None:
        self._outbox = outbox
        self._now = now
        self._report = report
        self._own: set[str] = set()

    def begin(
        self,
        kind: str,
        *,
        seq: int,
        input: str | None,  # noqa: A002 - what it is
        by: str | None = None,
        alarm: str | None = None,
    ) -> str:
        """Stores an action under way, caused by the journal entry `seq`. Returns the id for `end`.

        `alarm` is the id of the alarm's journal entry, `by` the source of a command; either may be None.
        """
        now, row = self._now().local, f"{kind}-{seq}"
        self._own.add(row)
        body = json.dumps({"input": input, "by": by, "alarm": alarm})
        self._outbox.put(Job(id=row, kind=kind, seq=seq, created=now, due=now, body=body))
        return row

    def end(self, row: str) -> None:
        """Removes the row of an action whose outcome has been reported; an unknown id is ignored."""
        self._own.discard(row)
        self._outbox.close(row)

    def report_cut_short(self) -> None:
        """Reports each action that an earlier run left under way as failed, and removes its row."""
        for job in self._outbox.jobs():
            if job.kind in CUT_SHORT and job.id not in self._own:
                self._report(_cut_short(job))
                self._outbox.close(job.id)


def _cut_short(job: Job) -> ActionEnded:
    """Returns the failed outcome of an action; if its row cannot be read, without input, source and alarm."""
    ended = ActionEnded(kind=job.kind, reason="failed", error=CUT_SHORT[job.kind])
    try:
        body = json.loads(job.body)
        return replace(ended, input=body["input"], by=body["by"], alarm=body.get("alarm"))
    except (ValueError, TypeError, KeyError, AttributeError):
        return ended
