"""Reads a definition: the keys of a section, the members of a type, and the marks at it."""

import dataclasses
from types import NoneType, UnionType
from typing import Annotated, Any, TypeGuard, TypeVar, Union, get_args, get_origin

from bridge.core.schedule import Schedule

_Mark = TypeVar("_Mark")


def is_section(kind: Any) -> TypeGuard[type]:
    """Whether a type is a section of the settings; a schedule is a dataclass too, and has its own form in the file."""
    return isinstance(kind, type) and dataclasses.is_dataclass(kind) and kind is not Schedule


def keys(section: type) -> dict[str, dataclasses.Field[Any]]:
    """The fields of a section by their keys, in order."""
    return {field.name: field for field in dataclasses.fields(section)}


def unwrapped(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """A type without its marks, and the marks."""
    if get_origin(annotation) is Annotated:
        kind, *marks = get_args(annotation)
        return kind, tuple(marks)
    return annotation, ()


def members(kind: Any) -> tuple[Any, ...]:
    """The members of a union, None left out; of any other type that type alone."""
    if get_origin(kind) in (Union, UnionType):
        return tuple(member for member in get_args(kind) if member is not NoneType)
    return (kind,)


def is_optional(kind: Any) -> bool:
    """Whether None is a member of a union."""
    return get_origin(kind) in (Union, UnionType) and NoneType in get_args(kind)


def mark(marks: tuple[Any, ...], of: type[_Mark]) -> _Mark | None:
    """The first mark of one type; None without one."""
    return next((one for one in marks if isinstance(one, of)), None)


def mark_at(section: type, key: str, of: type[_Mark]) -> _Mark:
    """The mark of one type at a key.

    Raises:
        LookupError: the key, or whichever member of its type, has none.
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
    """The value that the key `tag` has in one member of a union: its field's default, else the class's own."""
    field = keys(form).get(tag)
    return getattr(form, tag) if field is None else field.default
