"""Actions that are run by command, and the fields of each: one table for MQTT and HTTP (`mqtt.md` 2).

Kinds are part of topics, of HTTP paths and of the journal; names of fields are part of payloads.
Words that only one way has (Home Assistant's siren, HTTP's `stop`) belong to that way.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bridge.core.definitions.channels import CHANNELS

LONGEST_MS = 86_400_000
"""A day: the longest that a command switches an output on or makes an input alarm."""

SOUND_NAME = r"^[^./\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069][^/\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]*$"
"""The name of a sound clip's file: without a folder, not hidden, without controls of line or direction.

Written so that Python, JSON Schema and pydantic read it alike."""
LONGEST_SOUND_NAME_BYTES = 255
"""Of a file's name (ext4, vfat)."""
NEW_SOUND_NAME = r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,59}\.wav"
"""The name of a clip that is uploaded, in letters that every file system and every browser keep as
they are. A file that was put into the folder by hand may have any `SOUND_NAME`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputField:
    """The id of an input."""

    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TextField:
    """Text of at most `longest` characters."""

    name: str
    longest: int
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundNameField:
    """The name of a sound clip (see `is_sound_name`)."""

    name: str
    description: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberField:
    """A number from `least` to `most`; a `whole` one has no fraction."""

    name: str
    least: int
    most: int
    whole: bool
    description: str


ActionField = InputField | TextField | SoundNameField | NumberField


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """One kind of action; every field is optional."""

    kind: str
    fields: tuple[ActionField, ...]


INPUT = InputField(name="input", description="The input whose camera is meant.")
MAIL_TEXT = TextField(name="text", longest=2000, description="Text of a mail.")
CLIP_S = NumberField(
    name="duration_s",
    least=1,
    # As much as may follow an alarm. Old clips make room for a new one, so a slip of the pen must not
    # cost a day of them.
    most=600,
    whole=False,
    description="Length of a clip, in seconds.",
)
SOUND_CLIP = SoundNameField(name="clip", description="The sound's file name.")
REPEAT = NumberField(name="repeat", least=1, most=50, whole=True, description="How often a sound plays.")
VOLUME = NumberField(name="volume", least=0, most=100, whole=True, description="In percent.")
SOUND_S = NumberField(
    name="duration_s",
    least=1,
    most=86_400,  # a day, as for outputs
    whole=False,
    description="Length of a sound, in seconds.",
)

_OF_CHANNELS: dict[str, ActionField] = {field.name: field for field in (MAIL_TEXT, INPUT)}

ACTIONS = (
    Action(kind="snapshot", fields=(INPUT,)),
    *(Action(kind=channel.key, fields=tuple(_OF_CHANNELS[name] for name in channel.fields)) for channel in CHANNELS),
    Action(kind="record", fields=(CLIP_S, INPUT)),
    Action(kind="audible", fields=(SOUND_CLIP, REPEAT, VOLUME, SOUND_S, INPUT)),
)


def is_sound_name(name: str) -> bool:
    """Returns whether a sound clip may have this name, which then never leads out of its folder."""
    try:
        size = len(name.encode())
    except UnicodeEncodeError:  # half a character
        return False
    return size <= LONGEST_SOUND_NAME_BYTES and re.fullmatch(SOUND_NAME, name) is not None
