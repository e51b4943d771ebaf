"""What a command for an action says (`mqtt.md` 2): `<d>/action/<kind>/run`.

Whether the action is configured, and the input there, is for the core to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from bridge.core.facts import ActionRequested, Origin
from bridge.errors import CommandRefused
from bridge.mqtt.commands.fields import Fields, not_both, number, one_of, only, whole
from bridge.mqtt.topics import is_id
from bridge.text.json_text import shown

LONGEST_TEXT = 2000
"""Characters of what somebody wrote to go with a mail."""
LONGEST_CLIP_S = 600
"""The most that may follow an alarm, too. Old clips make room for a new one, so a slip of the pen
must not cost a day of them."""
LONGEST_SOUND_S = 86_400
LONGEST_NAME_BYTES = 255
"""Of a file's name (ext4, vfat)."""
MOST_REPEATS = 50
LOUDEST = 100

_CLIP = re.compile(r"[^./][^/]*")


def action_requested(kind: str, fields: Fields, origin: Origin) -> ActionRequested:
    """The fact that an action's command is; `kind` is the segment of its topic, as it came."""
    make = _MAKERS.get(kind)
    if make is None:
        message = f"there is no action {shown(kind)}; there are {', '.join(_MAKERS)}"
        raise CommandRefused(message)
    return make(kind, fields, origin)


def is_clip_name(name: str) -> bool:
    """Whether a sound clip may be called that: a file's name that cannot lead out of its folder."""
    return (
        _CLIP.fullmatch(name) is not None
        and name.isprintable()
        and len(name.encode("utf-8", "replace")) <= LONGEST_NAME_BYTES
    )


def _picture(kind: str, fields: Fields, origin: Origin) -> ActionRequested:
    only(fields, "input")
    return ActionRequested(kind=kind, origin=origin, input=_input(fields))


def _email(kind: str, fields: Fields, origin: Origin) -> ActionRequested:
    only(fields, "text", "input")
    return ActionRequested(kind=kind, origin=origin, input=_input(fields), text=_text(fields))


def _record(kind: str, fields: Fields, origin: Origin) -> ActionRequested:
    only(fields, "duration_s", "input")
    duration_s = number(fields, "duration_s", 1, LONGEST_CLIP_S)
    return ActionRequested(kind=kind, origin=origin, input=_input(fields), duration_s=duration_s)


def _audible(kind: str, fields: Fields, origin: Origin) -> ActionRequested:
    """In our words or in those of Home Assistant's siren; an OFF is a stop, whatever else it says."""
    only(
        fields,
        *("clip", "repeat", "volume", "duration_s", "input"),
        *("state", "tone", "volume_level", "duration"),
    )
    for own, siren in (("clip", "tone"), ("volume", "volume_level"), ("duration_s", "duration")):
        not_both(fields, own, siren)
    state = one_of(fields, "state", ("ON", "OFF"))
    sound = ActionRequested(
        kind=kind,
        origin=origin,
        input=_input(fields),
        clip=_clip(fields, "tone" if "tone" in fields else "clip"),
        repeat=whole(fields, "repeat", 1, MOST_REPEATS),
        volume=_volume(fields),
        duration_s=number(fields, "duration" if "duration" in fields else "duration_s", 1, LONGEST_SOUND_S),
    )
    return ActionRequested(kind=kind, origin=origin, stop=True) if state == "OFF" else sound


_MAKERS: Mapping[str, Callable[[str, Fields, Origin], ActionRequested]] = {
    "snapshot": _picture,
    "email": _email,
    "ftp": _picture,
    "record": _record,
    "audible": _audible,
}


def _input(fields: Fields) -> str | None:
    if "input" not in fields:
        return None
    value = fields["input"]
    if not isinstance(value, str) or not is_id(value):
        message = f"must be the id of an input, is {shown(value)}"
        raise CommandRefused(message, path="input")
    return value


def _text(fields: Fields) -> str | None:
    """Any text that can be kept in a file, which half a character cannot; the mail sees to the rest."""
    if "text" not in fields:
        return None
    value = fields["text"]
    if not isinstance(value, str) or len(value) > LONGEST_TEXT:
        message = f"must be a text of at most {LONGEST_TEXT} characters, is {shown(value)}"
        raise CommandRefused(message, path="text")
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        message = "holds half a character (a lone surrogate)"
        raise CommandRefused(message, path="text")
    return value


def _clip(fields: Fields, key: str) -> str | None:
    if key not in fields:
        return None
    value = fields[key]
    if not isinstance(value, str) or not is_clip_name(value):
        message = f"must be the name of a sound clip, without a folder, is {shown(value)}"
        raise CommandRefused(message, path=key)
    return value


def _volume(fields: Fields) -> int | None:
    """0 to 100; Home Assistant's siren says 0 to 1."""
    level = number(fields, "volume_level", 0, 1)
    return whole(fields, "volume", 0, LOUDEST) if level is None else round(level * LOUDEST)
