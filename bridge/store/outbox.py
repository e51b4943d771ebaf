"""The outbox: mails and uploads that are kept until they are done, or given up.

When to try and when to give up is the actions' business; here a job only outlives a restart.
"""

from __future__ import annotations

from bridge.store.job import Job
from bridge.store.outbox_pictures import Pictures
from bridge.store.writer.handover import Handover


class Outbox:
    """Answers from memory; the disk follows within 50 ms (`Store.flush` waits for it).

    Jobs that share a picture are all put before one of them is removed.
    """

    def __init__(self, handover: Handover, pictures: Pictures) -> None:
        self._handover = handover
        self.pictures = pictures

    def jobs(self) -> tuple[Job, ...]:
        """All, oldest first."""
        with self._handover.memory() as memory:
            return tuple(sorted(memory.jobs.values(), key=lambda job: (job.created, job.id)))

    def put(self, job: Job) -> None:
        """Keep a job as it is now: a new one, or one whose try failed."""
        with self._handover.change() as memory:
            memory.put_job(job)

    def remove(self, job_id: str) -> None:
        """Let a job go, and the pictures that no other job needs; unknown ones are ignored."""
        with self._handover.change() as memory:
            memory.remove_job(job_id)
