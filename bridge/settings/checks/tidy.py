"""A document as people write it becomes one that can be checked literally; pure.

A key that is left empty (`client_id:`, `""` where nothing is the default) means its default. `true` is
no number, and pydantic would read it as 1. Of a union the member is chosen first, so that no fault of
another member is reported.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args, get_origin

from bridge.core.definitions.device import host_id
from bridge.core.definitions.field_types import OneOf, Read, Refused
from bridge.core.definitions.introspection import is_optional, is_section, keys, mark, members, unwrapped

_NUMBERS = (int, float)


def tidy(value: Any, annotation: Any) -> Any:
    """Returns a written value, ready for the check of its type: empty keys are gone, unions reduced to one member.

    A value of another type than the annotation's stays as it is, for the check to refuse.
    """
    kind, marks = unwrapped(annotation)
    one_of = mark(marks, OneOf)
    if one_of is not None:
        return _tidy_member(value, one_of)
    if mark(marks, Read) is not None:
        return value
    if is_optional(kind):
        (kind,) = members(kind)
        return tidy(value, kind)
    return _tidy_plain(value, kind)


def _tidy_plain(value: Any, kind: Any) -> Any:
    if is_section(kind):
        return _tidy_section(value, kind)
    if get_origin(kind) is tuple and isinstance(value, list | tuple):
        return [tidy(item, get_args(kind)[0]) for item in value]
    if get_origin(kind) is Mapping and isinstance(value, Mapping):
        return {key: tidy(part, get_args(kind)[1]) for key, part in value.items()}
    return str(value) if isinstance(value, bool) and kind in _NUMBERS else value


def with_host_id(document: Mapping[Any, Any], host: str) -> Mapping[Any, Any]:
    """Returns the document with a device id; where none is written it is made of the host's name."""
    device = document.get("device")
    if device is not None and not (isinstance(device, Mapping) and device.get("id") is None):
        return document
    return {**document, "device": {**(device or {}), "id": host_id(host)}}


def _tidy_section(value: Any, section: type) -> Any:
    if not isinstance(value, Mapping):
        return value
    fields = keys(section)
    written = {}
    for key, part in value.items():
        field = fields.get(key)
        if field is None:
            written[key] = part
        elif part is not None and not (part == "" and field.default is None):
            written[key] = tidy(part, field.type)
    return written


def _tidy_member(value: Any, one_of: OneOf) -> Any:
    try:
        member = one_of.choose(value)
    except Refused:
        return value
    if not is_section(member):
        return value
    if one_of.tag is not None and one_of.tag not in keys(member):
        value = {key: part for key, part in value.items() if key != one_of.tag}
    return _tidy_section(value, member)
