"""Values: facts, effects and messages, which nobody changes once they are made.

An edge makes some twenty. A frozen dataclass sets each field through `object.__setattr__`, which was a
fifth of the engine's time; so it is the type checker that keeps these from being changed, on every
line of the program, and nothing at run time. All other values are frozen dataclasses.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeVar, dataclass_transform

_Made = TypeVar("_Made")


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def value(made: type[_Made]) -> type[_Made]:
    """Returns the class as a dataclass with slots: fields by keyword, compared and hashed by value."""
    return dataclass(slots=True, kw_only=True, unsafe_hash=True)(made)
