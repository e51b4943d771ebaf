"""The page's dependencies on the rest of the program; the composition root provides them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

from bridge.core.contact import Contact
from bridge.core.facts import Fact, Now
from bridge.core.journal import JournalEntry
from bridge.core.status import BridgeStatus
from bridge.errors import Fault
from bridge.settings.archive.exported import Exported
from bridge.settings.location import Loc
from bridge.web.camera_desk import CameraDesk

Submit = Callable[[Fact], None]
"""Takes a command whose `Origin.request` is an `asyncio.Future`; its result will be a tuple of faults."""


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalQuery:
    """A query: the newest `limit` entries, or with `after_seq` the first ones after it.

    Of one kind, unless that is None. `since` begins at the first entry stamped then or later; None: at the first one.
    """

    limit: int = 100
    kind: str | None = None
    after_seq: int | None = None
    since: datetime | None = None


class SettingsDesk(Protocol):
    """Changes settings: all or nothing, written to the file. Each method returns all faults; an empty tuple is success.

    `by` is the source of the change for the journal.
    """

    def patch_input(self, input_id: str, patch: Mapping[str, Any], by: str) -> Awaitable[tuple[Fault, ...]]:
        """Applies a merge patch (RFC 7396) to one input. Returns all faults."""

    def patch_output(self, output_id: str, patch: Mapping[str, Any], by: str) -> Awaitable[tuple[Fault, ...]]:
        """Applies a merge patch to one output. Returns all faults."""

    def patch_rest(self, patch: Mapping[str, Any], by: str) -> Awaitable[tuple[Fault, ...]]:
        """Applies a merge patch to the settings other than inputs and outputs. Returns all faults."""

    def add(self, kind: str, settings: Mapping[str, Any], by: str) -> Awaitable[tuple[Fault, ...]]:
        """Adds an item to `inputs` or `outputs` (`kind`), with these settings. Returns all faults."""

    def remove(self, kind: str, part_id: str, by: str) -> Awaitable[tuple[Fault, ...]]:
        """Removes the item `part_id` from `inputs` or `outputs` (`kind`). Returns all faults."""

    def exported(self) -> Awaitable[Exported]:
        """Returns the settings file for an archive. Raises SettingsError or CheckerFailed."""

    def replace_all(self, text: str, secrets: Iterable[tuple[Loc, str]], by: str) -> Awaitable[tuple[Fault, ...]]:
        """Replaces the whole file by a text, with secrets by their locations. Returns all faults."""

    def origins(self) -> Awaitable[Mapping[str, str]]:
        """Returns the paths of the settings whose value comes from above the file, each with its origin.

        Raises SettingsError or CheckerFailed.
        """

    def take_over(self, found: Mapping[str, Any], by: str) -> Awaitable[tuple[Fault, ...]]:
        """Adds cameras by id, inputs and outputs in one edit. Returns all faults."""


class Clip(Protocol):
    """A recorded clip: its name below the folder, its size in bytes, and the time of its last change."""

    @property
    def name(self) -> str: ...  # noqa: D102 - in the class's docstring
    @property
    def size(self) -> int: ...  # noqa: D102
    @property
    def modified(self) -> float: ...  # noqa: D102


class ClipShelf(Protocol):
    """The recorded clips. Every method reads the disk: never on the event loop."""

    def clips(self) -> tuple[Clip, ...]:
        """Returns all clips, newest first. Raises ActionError if they cannot be read."""

    def path_of(self, name: str) -> Path:
        """Returns the path of a clip, always inside the folder. Raises ActionError if there is no such clip."""

    def delete(self, name: str) -> None:
        """Deletes a finished clip.

        Raises ActionError if there is no such clip, it is being written, or the card refuses.
        """


class SoundLibrary(Protocol):
    """The sound clips. Every method reads the disk: never on the event loop."""

    def names(self) -> tuple[str, ...]:
        """Returns the names of all sound clips, sorted."""

    def read(self, name: str) -> bytes:
        """Returns the content of a clip. Raises ActionError if there is no such clip, or the disk fails."""

    def add(self, name: str, content: bytes) -> None:
        """Checks and stores a WAV file. Raises ActionError if it cannot be played or stored."""

    def delete(self, name: str) -> None:
        """Deletes a sound clip. Raises ActionError if there is no such clip, or the disk refuses."""


class Hooks(Protocol):
    """Inputs that other devices call over HTTP."""

    def knows(self, input_id: str) -> bool:
        """Returns whether an input waits for calls."""

    def admits(self, input_id: str, token: str) -> bool:
        """Returns whether this is the input's token."""

    def call(self, input_id: str, contact: Contact | None) -> None:
        """Takes an admitted call that says a contact, or with None an event."""

    def ignore(self, input_id: str) -> None:
        """Counts an admitted call that means nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLines:
    """The free GPIO lines of this machine: pairs of a label and the line as the settings have it, likely inputs first.

    `problem` is the reason why there may be more, or None.
    """

    lines: tuple[tuple[str, Mapping[str, Any]], ...] = ()
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All dependencies of the page. Functions are called each time, since their answer follows the settings."""

    submit: Submit
    now: Callable[[], Now]
    system: Callable[[], BridgeStatus]
    entries: Callable[[JournalQuery], tuple[JournalEntry, ...]]
    """Returns journal entries, oldest first. Reads the disk: never on the event loop."""
    try_broker: Callable[[], Awaitable[str | None]] | None = None
    """Connects to the broker beside the running session. Returns the problem, or None."""
    settings: SettingsDesk | None = None
    clips: Callable[[], ClipShelf | None] = lambda: None
    sounds: Callable[[], SoundLibrary | None] = lambda: None
    look: Callable[[str], Awaitable[bytes]] | None = None
    """Returns a recent JPEG of a camera, which is asked seldom however often this is called. Raises ActionError."""
    board: Callable[[str], bytes] | None = None
    """Sends one command to the simulated board and returns its answer in JSON; None on real lines."""
    hooks: Hooks | None = None
    cameras: CameraDesk | None = None
    """Asks cameras; None where nobody can."""
    found_lines: Callable[[], FoundLines] = FoundLines
    """Looks for free lines. Opens every GPIO chip: never on the event loop."""
    settings_warnings: Callable[[], tuple[str, ...]] = tuple
    """Warnings of the settings in force, as `check` prints them."""
