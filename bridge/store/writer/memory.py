"""All states as they are now, and those not on the disk yet. No lock, no thread, no file.

States coalesce to the newest for each key, so they are bounded by the number of keys.
At most `bound` journal entries are pending; above it the oldest pending one is lost and counted, since the
newest describe the present.
"""

from __future__ import annotations

from collections.abc import Iterable

from bridge.core.effects import DeleteJob, KeepArmed, KeepInput, KeepLatched, StoreEffect
from bridge.core.facts import StoredInput
from bridge.core.journal import JournalEntry
from bridge.store.job import Job
from bridge.store.sqlite.batch import Batch, Loaded

WAITING_ENTRIES = 5_000
"""Limit of pending journal entries: about 5 MB."""


class Memory:
    """The store's state in memory; the file follows it."""

    def __init__(self, *, bound: int = WAITING_ENTRIES) -> None:
        self._bound = bound
        self._waiting = Batch()
        self._in_flight = Batch()
        self._inputs: dict[str, StoredInput] = {}
        self._latched: set[str] = set()
        self._armed: bool | None = None
        self.topics: set[str] = set()
        self.jobs: dict[str, Job] = {}
        self.unsent: set[int] = set()
        """Numbers of entries that the broker has not acknowledged."""
        self.lost = 0
        """Entries lost since the start."""
        self.next_seq = 1
        """A number above every one handed out or reserved."""

    def effect(self, effect: StoreEffect) -> None:
        """Applies an effect of the engine."""
        match effect:
            case JournalEntry():
                self._waiting.entries.append(effect)
                self.unsent.add(effect.seq)
                self.next_seq = max(self.next_seq, effect.seq + 1)
                self._trim()
            case KeepInput():
                self._waiting.inputs[effect.input] = effect.state
                self._inputs.pop(effect.input, None)
                if effect.state is not None:
                    self._inputs[effect.input] = effect.state
            case KeepLatched():
                self._waiting.latched[effect.output] = effect.latched
                (self._latched.add if effect.latched else self._latched.discard)(effect.output)
            case DeleteJob():
                self.remove_job(effect.job)
            case KeepArmed():
                self._armed = self._waiting.armed = effect.armed

    def topic(self, topic: str, *, kept: bool) -> bool:
        """Adds a topic to the ledger (`kept`) or removes it. Returns whether that is a change."""
        if (topic in self.topics) == kept:
            return False
        (self.topics.add if kept else self.topics.discard)(topic)
        self._waiting.topics[topic] = kept
        return True

    def put_job(self, job: Job) -> None:
        """Stores a job, in place of its older state if there is one."""
        self.jobs[job.id] = self._waiting.jobs[job.id] = job

    def remove_job(self, job_id: str) -> None:
        """Deletes a job, and marks the pictures that only it needs for deletion. An unknown id is ignored."""
        job = self.jobs.pop(job_id, None)
        if job is not None:
            self._waiting.jobs[job_id] = None
            self._waiting.pictures |= set(job.pictures) - self.pictures_in_use()

    def pictures_in_use(self) -> set[str]:
        """Returns the names of the pictures of all jobs."""
        return {name for job in self.jobs.values() for name in job.pictures}

    def sent(self, seqs: Iterable[int]) -> bool:
        """Marks entries as acknowledged by the broker. Unknown numbers and repeats are ignored.

        Returns whether any of them was unsent.
        """
        known = self.unsent.intersection(seqs)
        self.unsent -= known
        self._waiting.sent |= known
        return bool(known)

    def not_written(self) -> tuple[JournalEntry, ...]:
        """Returns the entries that may not be in the file yet, in order."""
        return (*self._in_flight.entries, *self._waiting.entries)

    def marks_not_written(self, after: int) -> int:
        """Returns how many entries after `after` were sent, but may still be marked unsent in the file."""
        return sum(seq > after for batch in (self._in_flight, self._waiting) for seq in batch.sent)

    def take(self, *, everything: bool = False) -> Batch:
        """Returns all pending changes; with `everything` also every state there is.

        The caller then calls `written`, `failed` or `dropped`.
        """
        batch, self._waiting = self._waiting, Batch()
        if everything:
            batch.inputs = dict(self._inputs)
            batch.latched = dict.fromkeys(self._latched, True)
            batch.armed = self._armed
            batch.topics = dict.fromkeys(self.topics, True)
            batch.jobs = dict(self.jobs)
        self._in_flight = batch
        return batch

    def written(self, expired: Iterable[int] = ()) -> None:
        """Records that the batch taken is durable; `expired` entries are no longer in the file."""
        self._in_flight = Batch()
        self.unsent.difference_update(expired)

    def failed(self) -> None:
        """Records that the batch taken was not written; its changes are pending again."""
        self._waiting = self._in_flight.followed_by(self._waiting)
        self._in_flight = Batch()
        self._trim()

    def dropped(self) -> None:
        """Records that the batch taken can never be written: its entries are lost, its states only in memory."""
        self._lose(self._in_flight.entries)
        self._in_flight = Batch()

    def adopt(self, loaded: Loaded, *, states: bool) -> None:
        """Merges the content of a file that was opened; newer changes in memory win.

        `states` is for the first file only: later the memory is newer than any file. The caller has no batch in flight.
        """
        newer = self._waiting
        if states:
            self._inputs = {
                key: state for key, state in loaded.inputs.items() if key not in newer.inputs
            } | self._inputs
            self._latched |= loaded.latched - newer.latched.keys()
            self._armed = loaded.armed if self._armed is None else self._armed
            self.topics |= loaded.topics - newer.topics.keys()
            self.jobs = {key: job for key, job in loaded.jobs.items() if key not in newer.jobs} | self.jobs
        waiting = {entry.seq for entry in newer.entries}
        newer.entries.extendleft(entry for entry in reversed(loaded.salvaged) if entry.seq not in waiting)
        self.unsent = ({*loaded.unsent} | waiting) - newer.sent
        self._trim()

    def _trim(self) -> None:
        """Drops the oldest pending entries above the limit. Entries in flight count, but stay."""
        entries = self._waiting.entries
        surplus = len(entries) + len(self._in_flight.entries) - self._bound
        if surplus > 0:
            self._lose([entries.popleft() for _ in range(min(surplus, len(entries)))])

    def _lose(self, entries: Iterable[JournalEntry]) -> None:
        """Counts entries as lost, and forgets that they are unsent."""
        gone = {entry.seq for entry in entries}
        self.lost += len(gone)
        self.unsent -= gone
        self._waiting.sent -= gone
