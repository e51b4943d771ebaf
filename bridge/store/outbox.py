"""The outbox: mails and uploads, kept until they are delivered or given up.

Retries are the delivery queue's business; here a job only outlives a restart.
"""

from __future__ import annotations

from collections.abc import Callable

from bridge.store.job import Job
from bridge.store.outbox_pictures import Pictures
from bridge.store.writer.handover import Handover


class Outbox:
    """Mails and uploads. Reads come from memory; a change is on the disk within 50 ms (`Store.flush` waits for it).

    If jobs share a picture, the caller puts all of them before it removes any.
    """

    def __init__(self, handover: Handover, pictures: Pictures) -> None:
        self._handover = handover
        self.pictures = pictures
        self._closed: set[str] = set()
        self._delete: Callable[[str], object] = self.remove

    def delete_by(self, delete: Callable[[str], object]) -> None:
        """Sets the function that gets the id of each closed job and deletes the job once its outcome is stored.

        By default closed jobs are deleted at once.
        """
        self._delete = delete

    def jobs(self) -> tuple[Job, ...]:
        """Returns all jobs that are not closed, oldest first."""
        with self._handover.memory() as memory:
            self._closed.intersection_update(memory.jobs)
            jobs = [job for job in memory.jobs.values() if job.id not in self._closed]
        return tuple(sorted(jobs, key=lambda job: (job.created, job.id)))

    def put(self, job: Job) -> None:
        """Stores a job: a new one, or the new state of a known one."""
        with self._handover.change() as memory:
            memory.put_job(job)

    def close(self, job_id: str) -> None:
        """Closes a job whose last outcome was reported: `jobs` leaves it out from now on, and it is deleted soon."""
        self._closed.add(job_id)
        self._delete(job_id)

    def remove(self, job_id: str) -> None:
        """Deletes a job, and the pictures that no other job needs. An unknown id is ignored."""
        with self._handover.change() as memory:
            memory.remove_job(job_id)
