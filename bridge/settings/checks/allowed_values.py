"""Keys, range or words that the definitions allow at a place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from bridge.core.definitions import introspection
from bridge.core.definitions.field_types import OneOf, Range, Refused
from bridge.core.definitions.introspection import is_section, members, tag_of, unwrapped
from bridge.core.definitions.settings import Settings
from bridge.settings.location import Loc, step


@dataclass(frozen=True, slots=True)
class Shape:
    """The types that are allowed at one place, and the marks at them."""

    types: tuple[Any, ...]
    marks: tuple[Any, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a section.

        Empty where the definitions leave the keys to the person, and for what is no section.
        """
        return tuple(dict.fromkeys(key for kind in self.types if is_section(kind) for key in introspection.keys(kind)))

    @property
    def of_a_key(self) -> Shape:
        """The shape of a key where the definitions leave the keys to the person; an empty shape elsewhere."""
        return next((_shape(get_args(kind)[0]) for kind in self.types if get_origin(kind) is Mapping), Shape(()))

    @property
    def is_container(self) -> bool:
        """Whether only keys with values, or a list, belong here."""
        return bool(self.types) and all(get_origin(kind) in (tuple, Mapping) or is_section(kind) for kind in self.types)

    @property
    def words(self) -> tuple[str, ...]:
        """The words of a choice; empty for any other type."""
        words: list[str] = []
        for kind in self.types:
            if get_origin(kind) is Literal:
                words += [str(word) for word in get_args(kind)]
            elif isinstance(kind, type) and issubclass(kind, Enum):
                words += [str(member.value) for member in kind]
        return tuple(words)

    @property
    def range(self) -> str | None:
        """The allowed numbers in words, `0 to 10000` or `at least 0`; None if there is no limit."""
        limits = introspection.mark(self.marks, Range)
        if limits is None:
            return None
        low = _number(limits.ge)
        return f"at least {low}" if limits.le is None else f"{low} to {_number(limits.le)}"

    def meant_by(self, value: object) -> Shape:
        """Returns the shape of the members of a union that a value is meant to be.

        The shape itself if it is no union with a tag, or if the value chooses no member.
        """
        one_of = introspection.mark(self.marks, OneOf)
        if one_of is None or one_of.tag is None:
            return self
        try:
            member = one_of.choose(value)
        except Refused:
            return self
        if member is None:
            return self
        kind = tag_of(member, one_of.tag)
        forms = tuple(form for form in self.types if tag_of(form, one_of.tag) == kind)
        return Shape(forms, self.marks)

    def below(self, part: str | int) -> Shape:
        """Returns the shape of a key's value or of a list's item, or an empty shape if nothing may be there."""
        for kind in self.types:
            arguments = get_args(kind)
            if get_origin(kind) is tuple and isinstance(part, int):
                return _shape(arguments[0])
            if get_origin(kind) is Mapping:
                return _shape(arguments[1])
            if is_section(kind) and part in introspection.keys(kind):
                return _shape(introspection.keys(kind)[str(part)].type)
        return Shape(())


def shape_at(loc: Loc, document: object) -> Shape:
    """Returns the shape of a place, below a union that of the member which the document means.

    An empty shape for a place that the definitions do not know.
    """
    shape, value = Shape((Settings,)), document
    for part in loc:
        shape = shape.meant_by(value).below(part)
        value = step(value, part)
    return shape


def nearest(word: object, known: tuple[str, ...]) -> str | None:
    """Returns the known word that was probably meant, or None if no word is alike.

    A word that begins like the written one goes before one that is merely alike.
    """
    written = str(word).lower()
    for form in (written.replace("-", "_"), written):
        begun = [one for one in known if form and one.startswith(form)]
        if len(begun) == 1:
            return begun[0]
        for alike in get_close_matches(form, known, n=1):
            return alike
    return None


def _shape(annotation: Any) -> Shape:
    """Returns the shape of an annotation: the type with its marks.

    Of a union all members with theirs, nested ones too.
    """
    kind, marks = unwrapped(annotation)
    if members(kind) == (kind,):
        return Shape((kind,), marks)
    parts = [_shape(member) for member in members(kind)]
    return Shape(
        tuple(kind for part in parts for kind in part.types), (*marks, *(one for part in parts for one in part.marks))
    )


def _number(bound: float) -> str:
    return f"{bound:g}" if abs(bound) < 100_000 else str(int(bound))  # noqa: PLR2004 - beyond it %g writes exponents
