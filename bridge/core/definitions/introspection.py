"""Reads a definition: the keys of a section, the members of a type, and the marks at it."""

import dataclasses
from types import NoneType, UnionType
from typing import Annotated, Any, TypeGuard, TypeVar, Union, get_args, get_origin

from bridge.core.schedule import Schedule

_Mark = TypeVar("_Mark")


def is_section(kind: Any) -> TypeGuard[type]:
    """Returns whether a type is a section of the settings: a dataclass, except Schedule with its own written form."""
    return isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind is not Schedule


def keys(section: type) -> dict[str, dataclasses.Field[Any]]:
    """Returns the fields of a section by their keys, in order."""
    return {field.name: field for field in dataclasses.fields(section)}


def unwrapped(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """Returns a type without its marks, and the marks (none for a type that is not `Annotated`)."""
    if get_origin(annotation) is Annotated:
        kind, *marks = get_args(annotation)
        return kind, tuple(marks)
    return annotation, ()


def members(kind: Any) -> tuple[Any, ...]:
    """Returns the members of a union without None; for any other type that type alone."""
    if get_origin(kind) in (Union, UnionType):
        return tuple(member for member in get_args(kind) if member is not NoneType)
    return (kind,)


def is_optional(kind: Any) -> bool:
    """Returns whether a type is a union with None."""
    return get_origin(kind) in (Union, UnionType) and NoneType in get_args(kind)


def mark(marks: tuple[Any, ...], of: type[_Mark]) -> _Mark | None:
    """Returns the first mark of the type `of`, or None if there is none."""
    return next((one for one in marks if isinstance(one, of)), None)


def mark_at(section: type, key: str, of: type[_Mark]) -> _Mark:
    """Returns the mark of the type `of` at a key, or within the key's type.

    Raises:
        LookupError: the section has no such key, or no member of its type has such a mark.
    """
    waiting = [keys(section)[key].type]
    while waiting:
        kind, marks = unwrapped(waiting.pop())
        found = mark(marks, of)
        if found is not None:
            return found
        waiting += [member for member in members(kind) if member is not kind]
    message = f"{section.__name__}.{key} has no {of.__name__}"
    raise LookupError(message)


def tag_of(form: type, tag: str) -> Any:
    """Returns the value of the key `tag` in one member of a union: its field's default, else the class's attribute.

    Raises AttributeError if the class has neither.
    """
    field = keys(form).get(tag)
    return getattr(form, tag) if field is None else field.default
