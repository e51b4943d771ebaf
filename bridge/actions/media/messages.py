"""The messages between the bridge and its media processes: one JSON object a line, both ways.

Orders are imperative, reports are in the past tense. Instants are seconds of the monotonic clock,
which all processes of a machine share. Addresses are sent here, and never on a command line, because
every user of the machine can read those.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

from bridge.system.message_lines import MessageLines

LONGEST_LINE = 32 * 1024 * 1024
"""Limit in bytes; a picture is the longest message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """The ring's settings: seconds before an event, with sound or not, longest time without a picture (`frozen_s`)."""

    pre_s: float
    sound: bool
    frozen_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCamera:
    """First order: the stream. `full_url` is a secret. Without `ring` only pictures will be ordered."""

    full_url: str = field(repr=False)
    ca_file: str | None
    ring: Ring | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginClip:
    """Order to write the ring and the packets that follow to `folder`/`day`/`stem`.mp4.

    If a clip is being written, the new one begins at the next key picture.
    `device` is the folder's st_dev: a write to another card is refused.
    """

    clip: int
    folder: str
    device: int
    day: str
    stem: str
    at: float
    """The instant of the alarm."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndClip:
    """Order to finish the clip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePicture:
    """Order for the picture nearest to `at`, from the ring."""

    request: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamStarted:
    """The stream has started; `left_out` is a codec of sound that MP4 cannot hold."""

    left_out: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamEnded:
    """The stream has ended; only a clip's end may follow. `permanent`: a retry without a change is useless."""

    reason: str
    permanent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A sign of life once a second, with the size of the ring."""

    held_s: float
    held_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipBegun:
    """A clip's file exists; `pre_s` of it are before the alarm."""

    clip: int
    path: str
    pre_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipEnded:
    """The file is finished; with `error` it is incomplete. `path` is None if there is no file."""

    clip: int
    path: str | None
    seconds: float
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureTaken:
    """A JPEG in base64, of the instant `monotonic`."""

    request: int
    jpeg: str = field(repr=False)
    monotonic: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureMissed:
    """There is no picture, with the reason; `permanent`: a retry without a change is useless."""

    request: int
    reason: str
    permanent: bool = False


Order = OpenCamera | BeginClip | EndClip | TakePicture
Report = StreamStarted | StreamEnded | Beat | ClipBegun | ClipEnded | PictureTaken | PictureMissed
_LINES: MessageLines[Order | Report] = MessageLines(
    *get_args(Order), *get_args(Report), sender="a media process", nested={"ring": lambda ring: Ring(**ring)}
)
encode = _LINES.encode
decode = _LINES.decode
