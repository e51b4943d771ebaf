"""All states as they are now, and what of them is not on the disk yet. No lock, no thread, no file.

States coalesce to the newest for each key, so they are bounded by the number of keys. Of journal
entries `bound` wait at most; beyond that the oldest that waits is lost and counted, since the
newest say what is going on now.
"""

from __future__ import annotations

from collections.abc import Iterable

from bridge.core.effects import KeepInput, KeepLatched, StoreEffect
from bridge.core.facts import StoredInput
from bridge.core.journal import JournalEntry
from bridge.store.job import Job
from bridge.store.sqlite.batch import Batch, Loaded

WAITING_ENTRIES = 5_000
"""About 5 MB."""


class Memory:
    """What the store knows; the disk follows."""

    def __init__(self, *, bound: int = WAITING_ENTRIES) -> None:
        self._bound = bound
        self._waiting = Batch()
        self._in_flight = Batch()
        self._inputs: dict[str, StoredInput] = {}
        self._latched: set[str] = set()
        self.topics: set[str] = set()
        self.jobs: dict[str, Job] = {}
        self.unsent: set[int] = set()
        """Numbers of entries that the broker has not taken."""
        self.lost = 0
        """Entries lost since the start."""
        self.next_seq = 1
        """Above every number handed out or promised."""

    def effect(self, effect: StoreEffect) -> None:
        """Take in what the engine wants kept."""
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

    def topic(self, topic: str, *, kept: bool) -> bool:
        """Add a topic to the ledger, or take it out; False when it is so already."""
        if (topic in self.topics) == kept:
            return False
        (self.topics.add if kept else self.topics.discard)(topic)
        self._waiting.topics[topic] = kept
        return True

    def put_job(self, job: Job) -> None:
        """Keep a job as it is now."""
        self.jobs[job.id] = self._waiting.jobs[job.id] = job

    def remove_job(self, job_id: str) -> None:
        """Let a job go, with the pictures that only it needs; unknown ones are ignored."""
        job = self.jobs.pop(job_id, None)
        if job is not None:
            self._waiting.jobs[job_id] = None
            self._waiting.pictures |= set(job.pictures) - self.pictures_in_use()

    def pictures_in_use(self) -> set[str]:
        """The files that jobs need."""
        return {name for job in self.jobs.values() for name in job.pictures}

    def sent(self, seqs: Iterable[int]) -> bool:
        """Entries the broker has taken; unknown numbers and repeats are ignored. False: all were."""
        known = self.unsent.intersection(seqs)
        self.unsent -= known
        self._waiting.sent |= known
        return bool(known)

    def not_written(self) -> tuple[JournalEntry, ...]:
        """Entries that may not be in the file yet, in order."""
        return (*self._in_flight.entries, *self._waiting.entries)

    def marks_not_written(self, after: int) -> int:
        """How many entries with a greater `seq` are unsent in the file at most, and not in truth."""
        return sum(seq > after for batch in (self._in_flight, self._waiting) for seq in batch.sent)

    def take(self, *, everything: bool = False) -> Batch:
        """All that waits, or with `everything` what waits of the journal and every state there is.

        `written` or `failed` must follow.
        """
        batch, self._waiting = self._waiting, Batch()
        if everything:
            batch.inputs = dict(self._inputs)
            batch.latched = dict.fromkeys(self._latched, True)
            batch.topics = dict.fromkeys(self.topics, True)
            batch.jobs = dict(self.jobs)
        self._in_flight = batch
        return batch

    def written(self, expired: Iterable[int] = ()) -> None:
        """What was taken is durable; `expired` entries are in the file no more."""
        self._in_flight = Batch()
        self.unsent.difference_update(expired)

    def failed(self) -> None:
        """What was taken is not written and waits again."""
        self._waiting = self._in_flight.followed_by(self._waiting)
        self._in_flight = Batch()
        self._trim()

    def dropped(self) -> None:
        """What was taken can never be written: its entries are lost, its states only in memory."""
        self._lose(self._in_flight.entries)
        self._in_flight = Batch()

    def adopt(self, loaded: Loaded, *, states: bool) -> None:
        """Take in what a file held when it was opened, below what was decided since.

        `states` is for the first file only: later the memory knows better than any file. Nothing
        may be taken at this moment.
        """
        newer = self._waiting
        if states:
            self._inputs = {
                key: state for key, state in loaded.inputs.items() if key not in newer.inputs
            } | self._inputs
            self._latched |= loaded.latched - newer.latched.keys()
            self.topics |= loaded.topics - newer.topics.keys()
            self.jobs = {key: job for key, job in loaded.jobs.items() if key not in newer.jobs} | self.jobs
        waiting = {entry.seq for entry in newer.entries}
        newer.entries.extendleft(entry for entry in reversed(loaded.salvaged) if entry.seq not in waiting)
        self.unsent = ({*loaded.unsent} | waiting) - newer.sent
        self._trim()

    def _trim(self) -> None:
        """Lose the oldest entries beyond the bound; those in flight count, but stay."""
        entries = self._waiting.entries
        surplus = len(entries) + len(self._in_flight.entries) - self._bound
        if surplus > 0:
            self._lose([entries.popleft() for _ in range(min(surplus, len(entries)))])

    def _lose(self, entries: Iterable[JournalEntry]) -> None:
        gone = {entry.seq for entry in entries}
        self.lost += len(gone)
        self.unsent -= gone
        self._waiting.sent -= gone
