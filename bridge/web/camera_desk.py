"""The page's port to cameras: those in the network, what one has, its picture, and whether it answers."""

from __future__ import annotations

from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundCamera:
    """A camera in the network: the address of its device service, its name, and its id if the settings have it."""

    address: str
    name: str
    known_as: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedTerminal:
    """An input or output that a camera would be: a new id, and its line.

    `is_offered`: it can be taken as it is, without a thought. `known_as`: the id of the one that has this line already.
    """

    id: str
    line: Mapping[str, Any]
    is_offered: bool
    known_as: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraOffer:
    """A camera's lines, and the id that it has in the settings (`is_known`) or would have.

    `missing` are the parts that it did not answer, each with its reason.
    """

    address: str
    camera: str
    is_known: bool
    title: str
    inputs: Sequence[OfferedTerminal]
    outputs: Sequence[OfferedTerminal]
    has_picture: bool
    has_stream: bool
    missing: Sequence[str]


class CameraDesk(Protocol):
    """Asks cameras; nothing in one is changed."""

    def search(self) -> Awaitable[Sequence[FoundCamera]]:
        """Returns the cameras in the networks of this machine. Raises ActionError."""

    def survey(self, address: str, *, username: str | None, password: str) -> Awaitable[CameraOffer]:
        """Returns what the camera at an address has; one of the settings is asked with their log-in.

        Raises ValueError for what is no address, and ActionError.
        """

    def survey_known(self, camera: str) -> Awaitable[CameraOffer]:
        """Returns what a camera of the settings has. Raises ActionError."""

    def picture(self, camera: str) -> Awaitable[bytes]:
        """Returns a picture of a camera of the settings as it is now, a JPEG. Raises ActionError."""

    def online(self) -> Mapping[str, bool]:
        """Returns whether each camera answers, by its id; one of which that is not known is absent."""
