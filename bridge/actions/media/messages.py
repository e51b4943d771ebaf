"""What the bridge and its media processes tell each other: one JSON object a line, both ways.

Orders are imperative, reports are in the past tense. Instants are seconds of the monotonic clock,
which all processes of a machine share. Addresses travel here, and never on a command line, because
those can be read by every user of the machine.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field

LONGEST_LINE = 32 * 1024 * 1024
"""Bytes; a picture is the longest thing that is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ring:
    """How much to hold before an event, whether with sound, and how long a stream may show nothing."""

    pre_s: float
    sound: bool
    frozen_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCamera:
    """First order: which stream; `full_url` is a secret. Without `ring` only pictures will be asked for."""

    full_url: str = field(repr=False)
    ca_file: str | None
    ring: Ring | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginClip:
    """Write what is held, and what comes, to `folder`/`day`/`stem`.mp4.

    While a clip is written: go over to this one at the next key picture. `device` is the folder's
    st_dev: no other card is meant.
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
    """Finish the clip."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TakePicture:
    """The picture nearest to `at`, from what is held."""

    request: int
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamCame:
    """Packets arrive; `left_out` names a codec of sound that MP4 cannot hold."""

    left_out: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamWent:
    """The last report but a clip's end; `permanent`: somebody must change something."""

    reason: str
    permanent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """Once a second: the process lives; how much it holds."""

    held_s: float
    held_bytes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipBegun:
    """A file is there; `pre_s` of it lies before the alarm."""

    clip: int
    path: str
    pre_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClipEnded:
    """The file is finished, or with `error` as far as it came; `path` is None when there is none."""

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
    """Why there is none."""

    request: int
    reason: str
    permanent: bool = False


Order = OpenCamera | BeginClip | EndClip | TakePicture
Report = StreamCame | StreamWent | Beat | ClipBegun | ClipEnded | PictureTaken | PictureMissed
_KINDS: dict[str, type[Order | Report]] = {
    kind.__name__: kind
    for kind in (
        OpenCamera, BeginClip, EndClip, TakePicture,
        StreamCame, StreamWent, Beat, ClipBegun, ClipEnded, PictureTaken, PictureMissed,
    )
}  # fmt: skip


def encode(message: Order | Report) -> bytes:
    """One line."""
    return json.dumps({"is": type(message).__name__, **asdict(message)}).encode() + b"\n"


def decode(line: bytes) -> Order | Report:
    """What `encode` wrote; raises ValueError for anything else."""
    try:
        fields = json.loads(line)
        if fields.get("ring"):
            fields["ring"] = Ring(**fields["ring"])
        return _KINDS[fields.pop("is")](**fields)
    except (AttributeError, KeyError, TypeError) as error:
        message = f"not a message of a media process: {line[:80]!r}"
        raise ValueError(message) from error
