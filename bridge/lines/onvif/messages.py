"""The messages between the bridge and its ONVIF process: one JSON object a line, both ways.

Orders are imperative, reports are in the past tense. Instants are seconds of the monotonic clock, which all
processes of a machine share. Passwords are sent here, and never on a command line, which every user can read.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import get_args

from bridge.system.message_lines import MessageLines

LONGEST_LINE = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraLine:
    """An input in a camera; the fields are those of its settings, `holds` whether it has `hold_s`."""

    terminal: str
    kind: str
    event: str | None = None
    topic: str | None = None
    item: str | None = None
    source: str | None = None
    token: str | None = None
    holds: bool = False
    after_s: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchCamera:
    """Watch a camera, or go on with new settings. The addresses may hold passwords."""

    camera: str
    onvif: str | None = field(default=None, repr=False)
    snapshot: str | None = field(default=None, repr=False)
    stream: str | None = field(default=None, repr=False)
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    lines: tuple[CameraLine, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveCamera:
    """Give a camera's subscription back and forget it."""

    camera: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetRelay:
    """Make a relay active or inactive; a newer order of the same relay replaces it.

    `monostable_s`: after so many seconds an active one falls back by itself; None: it stays.
    """

    number: int
    camera: str
    token: str
    active: bool
    monostable_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraReached:
    """A camera answered and took the log-in."""

    camera: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraSubscribed:
    """A subscription stands: values follow, and then each event."""

    camera: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraFailed:
    """There is no subscription since `at`; `is_away`: the camera did not answer at all."""

    camera: str
    at: float
    problem: str
    is_away: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactSeen:
    """A line's contact (connected, disconnected, unknown); `time` is the camera's own, in ISO 8601."""

    terminal: str
    contact: str
    is_event: bool
    time: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySeen:
    """A camera reported the state of a relay."""

    camera: str
    token: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RelaySet:
    """An order was carried out (`problem` is None), or given up."""

    number: int
    problem: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressesFound:
    """A camera named the addresses of its pictures and its stream, for its own host."""

    camera: str
    snapshot: str | None = field(default=None, repr=False)
    stream: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerIgnored:
    """A camera sent something that means nothing; it is counted at its inputs."""

    camera: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """Words for the log about a camera; without any secret."""

    camera: str
    words: str
    is_warning: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A sign of life."""


Order = WatchCamera | LeaveCamera | SetRelay
Report = (
    CameraReached | CameraSubscribed | CameraFailed | ContactSeen | RelaySeen | RelaySet | AddressesFound
    | AnswerIgnored | Noted | Beat
)  # fmt: skip
_LINES: MessageLines[Order | Report] = MessageLines(
    *get_args(Order),
    *get_args(Report),
    sender="an ONVIF process",
    nested={"lines": lambda lines: tuple(CameraLine(**each) for each in lines)},
)
encode = _LINES.encode
decode = _LINES.decode
