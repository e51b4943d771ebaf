"""pydantic's validator, built from a definition and the marks at its fields.

Only pydantic's core is used: importing the whole of pydantic would triple the time until outputs are idle.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Mapping
from enum import Enum
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar, cast, get_args, get_origin

from pydantic_core import SchemaValidator, ValidationError
from pydantic_core import core_schema as schemas

from bridge.core.definitions.field_types import Check, Length, Matches, OneOf, Range, Read, Refused, Secret
from bridge.core.definitions.introspection import is_optional, is_section, keys, mark, members, unwrapped
from bridge.core.definitions.settings import Settings
from bridge.settings.checks.tidy import tidy, with_host_id

_Section = TypeVar("_Section")


def validated(section: type[_Section], written: Mapping[Any, Any]) -> _Section:
    """Returns the section that is written. Each value is checked alone; `references` checks what ties them together.

    Raises:
        pydantic_core.ValidationError: with every fault.
    """
    if section is Settings:
        written = with_host_id(written, os.uname().nodename)
    made: _Section = _validator(cast("type", section)).validate_python(tidy(written, section))
    return made


def if_sound(section: type[_Section], written: Mapping[Any, Any]) -> _Section | None:
    """Returns the section that is written, or None if anything is wrong with it."""
    try:
        return validated(section, written)
    except ValidationError:
        return None


def name_of(member: Any) -> str:
    """Returns a union's member as pydantic's places name it: in parentheses, as no key is called."""
    words = get_args(member) if get_origin(member) is Literal else (member.__name__,)
    return f"({words[0]})"


@cache
def _validator(section: type) -> SchemaValidator:
    return SchemaValidator(_schema(section))


def _schema(annotation: Any) -> schemas.CoreSchema:
    kind, marks = unwrapped(annotation)
    read, one_of = mark(marks, Read), mark(marks, OneOf)
    if read is not None:
        return schemas.no_info_plain_validator_function(read.function)
    if one_of is not None:
        return _union(members(kind), one_of)
    if is_optional(kind):
        (member,) = members(kind)
        return schemas.nullable_schema(_schema(member))
    if is_section(kind):
        return _section(kind)
    return _composed(kind, marks) if get_args(kind) else _plain(kind, marks)


def _section(section: type) -> schemas.CoreSchema:
    fields = [
        schemas.dataclass_field(name, _with_default(_schema(field.type), field), kw_only=True)
        for name, field in keys(section).items()
    ]
    arguments = schemas.dataclass_args_schema(section.__name__, fields, extra_behavior="forbid")
    return schemas.dataclass_schema(section, arguments, list(keys(section)), slots=True)


def _with_default(schema: schemas.CoreSchema, field: dataclasses.Field[Any]) -> schemas.CoreSchema:
    if field.default is not dataclasses.MISSING:
        return schemas.with_default_schema(schema, default=field.default)
    if field.default_factory is not dataclasses.MISSING:
        return schemas.with_default_schema(schema, default_factory=field.default_factory)
    return schema


def _union(kinds: tuple[Any, ...], one_of: OneOf) -> schemas.CoreSchema:
    def choose(value: object) -> str | None:
        try:
            member = one_of.choose(value)
        except Refused:
            return None
        return None if member is None else name_of(member)

    return schemas.tagged_union_schema(
        {name_of(member): _schema(member) for member in kinds},
        choose,
        custom_error_type="one_of",
        custom_error_message=one_of.message,
    )


def _composed(kind: Any, marks: tuple[Any, ...]) -> schemas.CoreSchema:
    """Returns the schema of a choice of words, of a list, or of a mapping by ids."""
    arguments = get_args(kind)
    if get_origin(kind) is Literal:
        return schemas.literal_schema(list(arguments))
    if get_origin(kind) is tuple:
        least = (mark(marks, Length) or Length()).least
        return schemas.tuple_schema([_schema(arguments[0])], variadic_item_index=0, min_length=least or None)
    assert get_origin(kind) is Mapping, kind  # noqa: S101 - there is no other
    return schemas.dict_schema(_schema(arguments[0]), _schema(arguments[1]))


def _plain(kind: Any, marks: tuple[Any, ...]) -> schemas.CoreSchema:
    schema = _text(marks) if kind is str else _number(kind, marks) if kind in (int, float) else _other(kind)
    check = mark(marks, Check)
    return schema if check is None else schemas.no_info_after_validator_function(check.function, schema)


def _text(marks: tuple[Any, ...]) -> schemas.CoreSchema:
    length, matches = mark(marks, Length) or Length(), mark(marks, Matches)
    pattern = None if matches is None else matches.pattern
    return schemas.str_schema(pattern=pattern, min_length=length.least or None, max_length=length.most)


def _number(kind: Any, marks: tuple[Any, ...]) -> schemas.CoreSchema:
    limits = mark(marks, Range)
    ge, le = (None, None) if limits is None else (limits.ge, limits.le)
    if kind is float:
        return schemas.float_schema(ge=ge, le=le, allow_inf_nan=False)
    return schemas.int_schema(ge=None if ge is None else int(ge), le=None if le is None else int(le))


def _other(kind: Any) -> schemas.CoreSchema:
    """Returns the schema of a type that is neither text nor number. Raises TypeError for a type that has none."""
    if kind is bool:
        return schemas.bool_schema()
    if kind is Path:
        return schemas.no_info_plain_validator_function(_path)
    if kind is Secret:
        return schemas.no_info_after_validator_function(Secret, schemas.str_schema())
    if isinstance(kind, type) and issubclass(kind, Enum):
        return schemas.enum_schema(kind, list(kind), sub_type="str")
    message = f"no check for {kind!r}"
    raise TypeError(message)


def _path(value: object) -> Path:
    """Returns a text as a path. Raises Refused for a value that is neither text nor path."""
    if isinstance(value, str | Path):
        return Path(value)
    message = "must be a path"
    raise Refused(message)
