"""What the models allow at a place: the keys of a mapping, the range or the words of a value."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from enum import Enum
from typing import Annotated, Any, Literal, get_args, get_origin

from pydantic.fields import FieldInfo

from bridge.settings.definitions.settings import Model, Settings
from bridge.settings.location import Loc


@dataclass(frozen=True, slots=True)
class Shape:
    """What is allowed at one place: types, and the constraints on them."""

    types: tuple[Any, ...]
    constraints: tuple[Any, ...] = ()

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of a section; empty when the models leave them to the person."""
        models = (kind for kind in self.types if isinstance(kind, type) and issubclass(kind, Model))
        return tuple(dict.fromkeys(key for model in models for key in model.model_fields))

    @property
    def is_container(self) -> bool:
        """Whether only keys with values, or a list, belong here."""
        return bool(self.types) and all(
            get_origin(kind) in (tuple, dict) or (isinstance(kind, type) and issubclass(kind, Model))
            for kind in self.types
        )

    @property
    def words(self) -> tuple[str, ...]:
        """The words of a choice; empty when it is none."""
        words: list[str] = []
        for kind in self.types:
            if get_origin(kind) is Literal:
                words += [str(word) for word in get_args(kind)]
            elif isinstance(kind, type) and issubclass(kind, Enum):
                words += [str(member.value) for member in kind]
        return tuple(words)

    @property
    def range(self) -> str | None:
        """`0 to 10000`, `at least 0`; None where any number will do."""
        low = next((_number(one.ge) for one in self.constraints if hasattr(one, "ge")), None)
        high = next((_number(one.le) for one in self.constraints if hasattr(one, "le")), None)
        if low is None:
            return None if high is None else f"at most {high}"
        return f"at least {low}" if high is None else f"{low} to {high}"

    def below(self, part: str | int) -> Shape:
        """What is allowed one step further; nothing is known of what should not be there."""
        for kind in self.types:
            arguments = get_args(kind)
            if get_origin(kind) is tuple and isinstance(part, int):
                return _flat(arguments[0])
            if get_origin(kind) is dict:
                return _flat(arguments[1])
            if isinstance(kind, type) and issubclass(kind, Model) and part in kind.model_fields:
                return _of_field(kind.model_fields[str(part)])
        return Shape(())


def shape_at(loc: Loc) -> Shape:
    """What the models allow at a place."""
    shape = Shape((Settings,))
    for part in loc:
        shape = shape.below(part)
    return shape


def nearest(word: object, known: tuple[str, ...]) -> str | None:
    """The known word that was probably meant: the one that begins like it, else the most alike."""
    written = str(word).lower()
    for form in (written.replace("-", "_"), written):
        begun = [one for one in known if form and one.startswith(form)]
        if len(begun) == 1:
            return begun[0]
        for alike in get_close_matches(form, known, n=1):
            return alike
    return None


def _of_field(field: FieldInfo) -> Shape:
    flat = _flat(field.annotation)
    return Shape(flat.types, (*field.metadata, *flat.constraints))


def _flat(annotation: Any) -> Shape:
    types: list[Any] = []
    constraints: list[Any] = []
    for kind, metadata in _members(annotation):
        if kind is not type(None):
            types.append(kind)
            constraints += metadata
    return Shape(tuple(types), tuple(constraints))


def _members(annotation: Any) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    """The members of a union, those of unions within it too, each with its constraints."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        told = [one for part in metadata for one in (part.metadata if isinstance(part, FieldInfo) else [part])]
        for kind, own in _members(inner):
            yield kind, (*told, *own)
    elif get_origin(annotation) in (tuple, dict, Literal) or not get_args(annotation):
        yield annotation, ()
    else:
        for member in get_args(annotation):
            yield from _members(member)


def _number(bound: Any) -> str:
    return f"{bound:g}" if abs(bound) < 100_000 else str(int(bound))  # noqa: PLR2004 - beyond it %g writes exponents
