"""The data of one commit, and the data read when a file is opened."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field

from bridge.core.facts import StoredInput
from bridge.core.journal import JournalEntry
from bridge.store.job import Job


@dataclass(slots=True, kw_only=True)
class Batch:
    """The changes of one commit. In the mappings None and False delete the row."""

    entries: deque[JournalEntry] = field(default_factory=deque)
    sent: set[int] = field(default_factory=set)
    """Numbers of the entries to be marked as sent."""
    inputs: dict[str, StoredInput | None] = field(default_factory=dict)
    latched: dict[str, bool] = field(default_factory=dict)
    armed: bool | None = None
    """The device's armed switch; None: it has not moved."""
    topics: dict[str, bool] = field(default_factory=dict)
    jobs: dict[str, Job | None] = field(default_factory=dict)
    pictures: set[str] = field(default_factory=set)
    """Files to delete once the batch is durable, because no job needs them any more."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to write."""
        states = self.inputs or self.latched or self.topics or self.jobs
        return not (self.entries or self.sent or states) and self.armed is None

    def followed_by(self, newer: Batch) -> Batch:
        """Returns one batch of both; where both have a state, that of `newer`."""
        return Batch(
            entries=self.entries + newer.entries,
            sent=self.sent | newer.sent,
            inputs=self.inputs | newer.inputs,
            latched=self.latched | newer.latched,
            armed=self.armed if newer.armed is None else newer.armed,
            topics=self.topics | newer.topics,
            jobs=self.jobs | newer.jobs,
            pictures=self.pictures | newer.pictures,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """The content of a file when it was opened.

    `next_seq` is None if the file does not hold it.
    `salvaged` holds the unsent entries of a file that was put aside; in all other cases entries stay in the file.
    """

    inputs: Mapping[str, StoredInput] = field(default_factory=dict)
    latched: frozenset[str] = frozenset()
    armed: bool | None = None
    topics: frozenset[str] = frozenset()
    jobs: Mapping[str, Job] = field(default_factory=dict)
    next_seq: int | None = None
    unsent: frozenset[int] = frozenset()
    rows_at_most: int = 0
    """The number of journal entries, were there no gap in their numbers: counting them would read the whole file."""
    salvaged: tuple[JournalEntry, ...] = ()
