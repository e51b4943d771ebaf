"""A part of mqtt-io's settings, read with its types: what is wrong is a fault, what nothing has read is a remark."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bridge.settings.location import Loc

NOT_ITS_KEY = "is no key of mqtt-io's, and is left out"


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A sentence about a place of mqtt-io's file. It never holds a value that may be a secret."""

    loc: Loc
    message: str


@dataclass(frozen=True, slots=True)
class Notes:
    """The findings of an import, in the order in which the file was read."""

    faults: list[Note] = field(default_factory=list)
    """Findings that leave no way to go on."""
    remarks: list[Note] = field(default_factory=list)
    """Findings about keys that have no counterpart, or one that differs."""

    def wrong(self, loc: Loc, message: str) -> None:
        """Adds a fault."""
        self.faults.append(Note(loc=loc, message=message))

    def remark(self, loc: Loc, message: str) -> None:
        """Adds a remark."""
        self.remarks.append(Note(loc=loc, message=message))


class Part:
    """A mapping of the file. An empty value is an absent one; a value of the wrong type is a fault and absent."""

    def __init__(self, values: Mapping[Any, Any], loc: Loc, notes: Notes) -> None:
        self.loc = loc
        self.notes = notes
        self._values = {str(key): value for key, value in values.items()}
        self._read: set[str] = set()

    def at(self, key: str) -> Loc:
        """Returns the location of a key."""
        return (*self.loc, key)

    def has(self, key: str) -> bool:
        """Returns whether the key is there with a value. Does not count as reading it."""
        return self._values.get(key) is not None

    def text(self, key: str, default: str = "") -> str:
        """Returns a text, `default` if the key is absent."""
        value = self._typed(key, str, "must be text: put it in quotes")
        return default if value is None else str(value)

    def required(self, key: str) -> str:
        """Returns a text; an absent or empty one is a fault, and an empty text is returned."""
        value = self.text(key)
        if not value and not any(fault.loc == self.at(key) for fault in self.notes.faults):
            self.notes.wrong(self.at(key), "is missing")
        return value

    def flag(self, key: str, *, default: bool = False) -> bool:
        """Returns a truth value, `default` if the key is absent."""
        value = self._typed(key, bool, "must be yes or no")
        return default if value is None else bool(value)

    def whole(self, key: str) -> int | None:
        """Returns a whole number, or None if the key is absent."""
        value = self._typed(key, int, "must be a whole number")
        return None if value is None else int(value)

    def number(self, key: str) -> float | None:
        """Returns a number, or None if the key is absent."""
        value = self._typed(key, (int, float), "must be a number")
        return None if value is None else float(value)

    def word(self, key: str, allowed: Iterable[str]) -> str | None:
        """Returns a text that is one of `allowed`, or None if the key is absent."""
        value = self.text(key)
        if value and value not in allowed:
            self.notes.wrong(self.at(key), f"must be one of {', '.join(allowed)}")
            return None
        return value or None

    def pin(self) -> str:
        """Returns a pin, a number or a name; an absent one is a fault, and an empty text is returned."""
        self._read.add("pin")
        value = self._values.get("pin")
        if isinstance(value, bool) or not isinstance(value, str | int) or value == "":
            self.notes.wrong(self.at("pin"), "is missing" if value is None else "must be a number or a name")
            return ""
        return str(value)

    def part(self, key: str) -> Part | None:
        """Returns a mapping below a key, or None if the key is absent."""
        value = self._typed(key, Mapping, "must be keys with values")
        return None if value is None else Part(value, self.at(key), self.notes)

    def parts(self, key: str) -> Iterator[Part]:
        """Yields the mappings of a list; none if the key is absent. An item that is no mapping is a fault."""
        for index, item in enumerate(self._typed(key, list, "must be a list") or ()):
            if isinstance(item, Mapping):
                yield Part(item, (*self.at(key), index), self.notes)
            else:
                self.notes.wrong((*self.at(key), index), "must be keys with values")

    def leave(self, words: Mapping[str, str], *, other: str = NOT_ITS_KEY) -> None:
        """Remarks on each key with a value that nothing has read: its text of `words`, else `other`.

        A key whose text is empty is left without a word.
        """
        for key, value in self._values.items():
            if key not in self._read and value is not None and (message := words.get(key, other)):
                self.notes.remark(self.at(key), message)

    def _typed(self, key: str, kind: type | tuple[type, ...], message: str) -> Any:
        """Returns the value of a key, or None if it is absent or, which is a fault, of another type."""
        self._read.add(key)
        value = self._values.get(key)
        if value is None or (isinstance(value, kind) and (kind is bool or not isinstance(value, bool))):
            return value
        self.notes.wrong(self.at(key), message)
        return None
