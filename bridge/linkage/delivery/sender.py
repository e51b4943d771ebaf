"""Port of the delivery queue to a channel: one try of one job, and its result."""

from __future__ import annotations

from abc import ABC, abstractmethod
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
    """Result of a successful try: `left` is the job with the rest to do, `note` the problem of a part of it."""

    left: Job | None = None
    path: str | None = None
    held_back: int | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSummary:
    """Fields of a job for the journal: input, origin of the command, number of held-back alarms, id of its alarm."""

    input: str | None = None
    by: str | None = None
    held_back: int | None = None
    alarm: str | None = None


class Sender(Protocol):
    """Makes one try of one job of a kind, in bounded time."""

    kind: str
    done: str
    """The journal's word for a delivered job: `sent`, `uploaded`."""

    async def attempt(self, job: Job, delivered: Callable[[Delivery], None]) -> None:
        """Delivers a job, and calls `delivered` as soon as the server has it, before the connection is closed.

        Once `delivered` was called, nothing is raised.

        Raises:
            ActionFailed: another try may help.
            ActionRefused: the server refused.
            NothingToSend: the job has nothing to deliver.
            StoreError: the job cannot be read.
        """

    def summary(self, job: Job) -> JobSummary:
        """Returns the fields for the journal. Raises StoreError for a job that cannot be read."""

    def reduced(self, job: Job, refusal: str) -> Job | None:
        """Returns the job with less of the refused content, or None if nothing can be left out."""

    def merge_into(self, dropped: Job, others: Sequence[Job]) -> Job | None:
        """Returns one of `others`, extended by the report of the `dropped` job, or None if no job can carry it."""


class ChannelSender(ABC):
    """Base of all channels' senders; pictures are in `cache`, `settings()` and `zone()` are those in force."""

    kind: str
    done: str
    preload: tuple[str, ...] = ()
    """Modules that the first attempt would import for some hundred milliseconds."""

    def __init__(self, *, settings: Callable[[], Settings], zone: Callable[[], tzinfo], cache: PictureCache) -> None:
        self._settings = settings
        self._zone = zone
        self._cache = cache

    @abstractmethod
    async def attempt(self, job: Job, delivered: Callable[[Delivery], None]) -> None:
        """Delivers a job; the contract is that of `Sender.attempt`."""

    @abstractmethod
    def summary(self, job: Job) -> JobSummary:
        """Returns the fields for the journal. Raises StoreError for a job that cannot be read."""

    def reduced(self, job: Job, refusal: str) -> Job | None:  # noqa: ARG002 - as Sender
        """Returns None: nothing can be left out. A channel may override it."""
        return None

    def merge_into(self, dropped: Job, others: Sequence[Job]) -> Job | None:  # noqa: ARG002 - as Sender
        """Returns None: no job carries the report of another. A channel may override it."""
        return None

    def _configured(self, part: _Part | None) -> _Part:
        """Returns `part`, the server's section of the settings. Raises ActionRefused if it is None."""
        if part is None:
            message = f"{self.kind} is no longer configured"
            raise ActionRefused(message)
        return part
