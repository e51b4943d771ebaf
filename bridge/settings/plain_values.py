"""Settings as plain values of JSON, and back: exactly the same settings, checked by nobody.

The process that checks settings answers with these, and the copy that is kept for the next start holds them.
A definition needs nothing for it: its annotations say how a value is written. Of a union the member is chosen
by the kind of the value, and of several sections by the class's name, which stands under the key `""`.

Secrets, and addresses that may hold one, pass through a function of the caller's: the pipe carries them, the
kept copy only a reference to the place where each is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import Field, is_dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from bridge.core.definitions.field_types import Secret
from bridge.core.definitions.introspection import is_section, keys, members, unwrapped
from bridge.core.definitions.settings import Settings
from bridge.core.schedule import Schedule

CLASS = ""
"""The key of a section's class; no field has such a name."""


class NotPlain(ValueError):
    """Plain values that are not those of settings."""


def plain(settings: Settings, *, secret: Callable[[str], Any]) -> Any:
    """Returns settings as plain values; `secret` is asked for the plain value of each secret and each hidden text."""
    return _plain(settings, secret)


def made(values: Any, *, secret: Callable[[Any], str | None]) -> Settings:
    """Returns the settings of plain values; `secret` returns the text of what `plain` was given for it.

    Where it returns None the setting is absent.

    Raises:
        NotPlain: the values are not those of settings of this version.
    """
    settings = _made(values, Settings, secret)
    assert isinstance(settings, Settings)  # noqa: S101 - the type that was asked for
    return settings


def _plain(value: Any, secret: Callable[[str], Any]) -> Any:
    if isinstance(value, Secret):
        return secret(value.reveal())
    if isinstance(value, Schedule):
        return _plain_schedule(value)
    if is_dataclass(value):
        fields = keys(type(value))
        return {CLASS: type(value).__name__} | {
            name: _plain_field(getattr(value, name), field, secret) for name, field in fields.items()
        }
    if isinstance(value, Mapping):
        return {key: _plain(part, secret) for key, part in value.items()}
    return [_plain(part, secret) for part in value] if isinstance(value, tuple) else _plain_word(value)


def _plain_word(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, Path) else value


def _plain_field(value: Any, field: Field[Any], secret: Callable[[str], Any]) -> Any:
    return secret(value) if _is_hidden(field) and value is not None else _plain(value, secret)


def _is_hidden(field: Field[Any]) -> bool:
    """Whether a text may hold a secret: what is left out of `repr` is never shown anywhere."""
    return not field.repr


def _plain_schedule(schedule: Schedule) -> dict[str, Any]:
    return {
        CLASS: Schedule.__name__,
        "week": schedule.week,
        "special": {day.isoformat(): periods for day, periods in schedule.special.items()},
        "spill": {day.isoformat(): periods for day, periods in schedule.spill.items()},
    }


def _made(value: Any, annotation: Any, secret: Callable[[Any], str | None]) -> Any:
    kind, _ = unwrapped(annotation)
    if kind is Secret:
        text = secret(value)
        return None if text is None else Secret(text)
    if members(kind) != (kind,):
        return _made_member(value, kind, secret)
    if is_section(kind):
        return _made_section(value, kind, secret)
    return _made_schedule(value) if kind is Schedule else _made_composed(value, kind, secret)


def _made_composed(value: Any, kind: Any, secret: Callable[[Any], str | None]) -> Any:
    """Returns a list, what is called by ids, or a single value."""
    if get_origin(kind) is tuple:
        return tuple(_made(part, get_args(kind)[0], secret) for part in _checked(value, list))
    if get_origin(kind) is Mapping:
        return {key: _made(part, get_args(kind)[1], secret) for key, part in _checked(value, dict).items()}
    return _made_plain(value, kind)


def _made_member(value: Any, union: Any, secret: Callable[[Any], str | None]) -> Any:
    """Returns the one member of a union that the value is of."""
    if value is None and type(None) in get_args(union):
        return None
    for member in members(union):
        try:
            return _made(value, member, secret)
        except NotPlain:
            continue
    raise NotPlain


def _made_section(value: Any, section: type, secret: Callable[[Any], str | None]) -> Any:
    fields = keys(section)
    if _checked(value, dict).get(CLASS) != section.__name__ or value.keys() - {CLASS} != fields.keys():
        raise NotPlain
    return section(
        **{
            name: secret(value[name])
            if _is_hidden(field) and value[name] is not None
            else _made(value[name], field.type, secret)
            for name, field in fields.items()
        }
    )


def _made_schedule(value: Any) -> Schedule:
    if _checked(value, dict).get(CLASS) != Schedule.__name__:
        raise NotPlain
    try:
        return Schedule(
            week=tuple(_periods(day) for day in value["week"]),
            special={date.fromisoformat(day): _periods(periods) for day, periods in value["special"].items()},
            spill={date.fromisoformat(day): _periods(periods) for day, periods in value["spill"].items()},
        )
    except (AttributeError, KeyError, TypeError, ValueError):
        raise NotPlain from None


def _periods(written: Any) -> tuple[tuple[int, int], ...]:
    return tuple((int(start), int(end)) for start, end in written)


def _made_plain(value: Any, kind: Any) -> Any:
    """Returns a word of a choice, a path, or a value that JSON has."""
    if get_origin(kind) is Literal:
        if value in get_args(kind) and isinstance(value, str):
            return value
        raise NotPlain
    if kind is Path:
        return Path(_checked(value, str))
    if isinstance(kind, type) and issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError:
            raise NotPlain from None
    return _checked(value, kind)


def _checked(value: Any, kind: type) -> Any:
    """Returns a value of exactly one type: `True` is no number."""
    if type(value) is not kind:
        raise NotPlain
    return value
