"""One key of a definition of the settings: its type, its marks, its default, and what may be shown of its value."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

from bridge.core.definitions.document import as_document
from bridge.core.definitions.field_types import MASK, MayHoldPassword, Read, Secret
from bridge.core.definitions.introspection import is_optional, mark, members, unwrapped


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """One key of a definition: its type without None, the marks at it, and whether it may be left out."""

    path: str
    type: Any
    marks: tuple[Any, ...]
    is_optional: bool
    default: Any

    @property
    def is_secret(self) -> bool:
        """Whether its value is never shown."""
        return self.type is Secret

    @property
    def is_password(self) -> bool:
        """Whether it is a secret by itself, rather than an address or a text that may hold one."""
        return self.is_secret and mark(self.marks, Read) is None

    @property
    def name(self) -> str:
        """The key alone."""
        return self.path.rpartition(".")[2]

    def is_masked(self, value: Any) -> bool:
        """Returns whether this value is not shown."""
        return self.is_secret or (value == MASK and mark(self.marks, MayHoldPassword) is not None)


def key_of(path: str, field: dataclasses.Field[Any]) -> Key:
    """Returns a key of a definition, at its path in the settings."""
    kind, marks = unwrapped(field.type)
    optional = is_optional(kind)
    if optional and len(members(kind)) == 1:
        kind, inner = unwrapped(members(kind)[0])
        marks = (*marks, *inner)
    needed = field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
    default = None if field.default is dataclasses.MISSING else as_document(field.default)
    return Key(path=path, type=kind, marks=marks, is_optional=not needed, default=default)
