"""What the page needs of the rest of the program; the composition root brings it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bridge.core.facts import Fact, Now
from bridge.core.journal import JournalEntry
from bridge.errors import Fault

Submit = Callable[[Fact], None]
"""Takes a command whose `Origin.request` is an `asyncio.Future`; its result will be a tuple of faults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceState:
    """One thing outside that the device depends on; `problem` is None while all is well."""

    problem: str | None
    facts: Mapping[str, str]
    """What there is to know besides, in a person's words, by its label."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemState:
    """How the bridge itself is doing; what is not configured is None."""

    version: str
    started: datetime
    broker: ServiceState
    rejected_commands: int
    journal_unsent: int
    email: ServiceState | None = None
    ftp: ServiceState | None = None
    card: ServiceState | None = None
    audio: ServiceState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalQuery:
    """The newest `limit` entries, or with `after_seq` the first ones after it; of one kind, if given."""

    limit: int = 100
    kind: str | None = None
    after_seq: int | None = None


class SettingsDesk(Protocol):
    """Changes settings: all or nothing, written to the file; answers with all faults, none when done."""

    def patch_input(self, input_id: str, patch: Mapping[str, Any], by: str) -> Awaitable[tuple[Fault, ...]]:
        """A merge patch (RFC 7396) of one input."""

    def patch_output(self, output_id: str, patch: Mapping[str, Any], by: str) -> Awaitable[tuple[Fault, ...]]:
        """A merge patch of one output."""

    def patch_rest(self, patch: Mapping[str, Any], by: str) -> Awaitable[tuple[Fault, ...]]:
        """A merge patch of what is no input's and no output's."""

    def add(self, kind: str, settings: Mapping[str, Any], by: str) -> Awaitable[tuple[Fault, ...]]:
        """One more of `inputs` or `outputs`."""

    def remove(self, kind: str, part_id: str, by: str) -> Awaitable[tuple[Fault, ...]]:
        """One less of them."""


class Clip(Protocol):
    """A recorded clip: its name below the folder, its size in bytes, and when it was written."""

    @property
    def name(self) -> str: ...  # noqa: D102 - said above
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def modified(self) -> float: ...  # noqa: D102


class ClipShelf(Protocol):
    """The recorded clips. Every method reads the disk: never on the event loop."""

    def clips(self) -> tuple[Clip, ...]:
        """All of them, newest first. Raises ActionError."""

    def path_of(self, name: str) -> Path:
        """Where a clip is; only ever a clip of the folder. Raises ActionError."""

    def delete(self, name: str) -> None:
        """Deletes a finished one. Raises ActionError."""


class SoundLibrary(Protocol):
    """The sound clips. Every method reads the disk: never on the event loop."""

    def names(self) -> tuple[str, ...]:
        """All of them."""

    def add(self, name: str, content: bytes) -> None:
        """Checks and keeps a WAV file. Raises ActionError."""

    def delete(self, name: str) -> None:
        """Deletes one. Raises ActionError."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All of it. What may come and go with the settings is asked for each time."""

    submit: Submit
    now: Callable[[], Now]
    system: Callable[[], SystemState]
    entries: Callable[[JournalQuery], tuple[JournalEntry, ...]]
    """Entries of the journal, oldest first. Reads the disk: never on the event loop."""
    try_broker: Callable[[], Awaitable[str | None]] | None = None
    """Connects to the broker beside the session that there is, and says what is wrong; None: nothing."""
    settings: SettingsDesk | None = None
    clips: Callable[[], ClipShelf | None] = lambda: None
    sounds: Callable[[], SoundLibrary | None] = lambda: None
    board: Callable[[str], bytes] | None = None
    """Takes one command of the simulated board and answers in JSON; None on real lines."""
