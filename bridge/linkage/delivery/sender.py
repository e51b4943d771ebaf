"""What the worker needs of whoever does one try of one job, and how that went."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from typing import TYPE_CHECKING, Protocol, TypeVar

from bridge.errors import ActionRefused
from bridge.store.job import Job

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.linkage.delivery.picture_cache import PictureCache

_Part = TypeVar("_Part")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How a try went: `left` is what remains to be done, `note` what was wrong with a part of it."""

    left: Job | None = None
    path: str | None = None
    held_back: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """Of a job, for the journal: its input, who asked for it, and how many alarms it tells of besides."""

    input: str | None = None
    by: str | None = None
    held_back: int | None = None


class Sender(Protocol):
    """Does one try of one job of a kind; takes bounded time for it."""

    kind: str
    done: str
    """The word for a job that is done: `sent`, `uploaded`."""

    async def attempt(self, job: Job, went: Callable[[Delivery], None]) -> None:
        """Calls `went` as soon as the other side has it; what is left then is a goodbye.

        Raises ActionFailed, ActionRefused, or StoreError for a job that can never be done; nothing
        once `went` was called.
        """

    def terms(self, job: Job) -> JobSummary:
        """Raises StoreError for a job that cannot be read."""

    def reduced(self, job: Job, refusal: str) -> Job | None:
        """The job with less of what was refused, or None when there is nothing to leave out."""

    def merge_into(self, dropped: Job, others: Sequence[Job]) -> Job | None:
        """One of the others, with what the dropped one had to tell besides its own; None: none can."""


class PictureCarrier:
    """What senders share whose jobs have pictures of `cache`, and are made with the settings and the zone of now."""

    kind: str

    def __init__(self, *, settings: Callable[[], Settings], zone: Callable[[], tzinfo], cache: PictureCache) -> None:
        self._settings = settings
        self._zone = zone
        self._cache = cache

    def reduced(self, job: Job, refusal: str) -> Job | None:  # noqa: ARG002 - as Sender
        """Nothing can be left out."""
        return None

    def merge_into(self, dropped: Job, others: Sequence[Job]) -> Job | None:  # noqa: ARG002 - as Sender
        """None tells anything of another."""
        return None

    def _configured(self, part: _Part | None) -> _Part:
        """The server's part of the settings; ActionRefused when it was taken out of them."""
        if part is None:
            message = f"{self.kind} is no longer configured"
            raise ActionRefused(message)
        return part
