"""The payload of an action's command (`mqtt.md` 2): `<d>/action/<kind>/run`.

The core checks that the action is configured, and that the input exists.
"""

from __future__ import annotations

from typing import Any

from bridge.core.definitions.actions import (
    ACTIONS,
    SOUND_CLIP,
    SOUND_S,
    VOLUME,
    Action,
    ActionField,
    InputField,
    SoundNameField,
    TextField,
    is_sound_name,
)
from bridge.core.facts import ActionRequested, Origin
from bridge.errors import CommandRefused
from bridge.mqtt.commands.fields import Fields, is_off, not_both, number, one_of, only, whole
from bridge.mqtt.topics import is_id
from bridge.text.printable import short_repr

_ACTIONS = {action.kind: action for action in ACTIONS}
_SIREN_WORDS = {SOUND_CLIP.name: "tone", VOLUME.name: "volume_level", SOUND_S.name: "duration"}
"""Our name of a field → the name that Home Assistant's siren has for it; `state` comes with them."""


def action_requested(kind: str, fields: Fields, origin: Origin) -> ActionRequested:
    """Returns the fact of an action's command; `kind` is the topic's segment.

    Raises CommandRefused for an unknown kind, an unknown field, or a value that is not allowed.
    """
    action = _ACTIONS.get(kind)
    if action is None:
        message = f"there is no action {short_repr(kind)}; there are {', '.join(_ACTIONS)}"
        raise CommandRefused(message)
    known = tuple(field.name for field in action.fields)
    if kind == "audible":
        return _audible(action, known, fields, origin)
    only(fields, *known)
    values = {field.name: _value(field, fields, field.name) for field in action.fields}
    return ActionRequested(kind=kind, origin=origin, **values)


def _audible(action: Action, known: tuple[str, ...], fields: Fields, origin: Origin) -> ActionRequested:
    """Returns the fact of a sound by our own keys or those of Home Assistant's siren.

    OFF is a stop, whatever else is there. Raises CommandRefused.
    """
    if is_off(fields.get("state")):
        return ActionRequested(kind=action.kind, origin=origin, stop=True)
    only(fields, *known, "state", *_SIREN_WORDS.values())
    for own, siren in _SIREN_WORDS.items():
        not_both(fields, own, siren)
    one_of(fields, "state", ("ON", "OFF"))
    values = {field.name: _value(field, fields, _key(field, fields)) for field in action.fields}
    return ActionRequested(kind=action.kind, origin=origin, **values)


def _key(field: ActionField, fields: Fields) -> str:
    """Returns the name under which the payload has a field: the siren's if that is there, else our own."""
    siren = _SIREN_WORDS.get(field.name)
    return siren if siren is not None and siren in fields else field.name


def _value(field: ActionField, fields: Fields, key: str) -> Any:
    """Returns the checked value of `key`, in the unit of `field`; None if it is absent. Raises CommandRefused."""
    if key not in fields:
        return None
    if isinstance(field, InputField):
        return _input(fields[key], key)
    if isinstance(field, TextField):
        return _text(fields[key], key, field.longest)
    if isinstance(field, SoundNameField):
        return _clip(fields[key], key)
    if key == _SIREN_WORDS[VOLUME.name]:
        level = number(fields, key, 0, 1)
        return None if level is None else round(level * VOLUME.most)
    return (whole if field.whole else number)(fields, key, field.least, field.most)


def _input(value: object, key: str) -> str:
    """Returns an input's id. Raises CommandRefused for any other value."""
    if not isinstance(value, str) or not is_id(value):
        message = f"must be the id of an input, is {short_repr(value)}"
        raise CommandRefused(message, path=key)
    return value


def _text(value: object, key: str, longest: int) -> str:
    """Returns any text that can be stored in UTF-8 (the mail escapes the rest).

    Raises CommandRefused for a lone surrogate, a text that is too long, or another value.
    """
    if not isinstance(value, str) or len(value) > longest:
        message = f"must be a text of at most {longest} characters, is {short_repr(value)}"
        raise CommandRefused(message, path=key)
    if any("\ud800" <= letter <= "\udfff" for letter in value):
        message = "holds half a character (a lone surrogate)"
        raise CommandRefused(message, path=key)
    return value


def _clip(value: object, key: str) -> str:
    """Returns a sound clip's name. Raises CommandRefused for any other value."""
    if not isinstance(value, str) or not is_sound_name(value):
        message = f"must be the name of a sound clip, without a folder, is {short_repr(value)}"
        raise CommandRefused(message, path=key)
    return value
