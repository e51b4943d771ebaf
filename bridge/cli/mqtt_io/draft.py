"""The settings in progress: each value with the place of mqtt-io's file that it comes from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from bridge.cli.mqtt_io.source import Notes
from bridge.settings.checks.check import check
from bridge.settings.location import Finding, Loc, path_of

_TERMINAL = re.compile(r"\b(inputs|outputs)\[(\d+)\]")
_CAN_BE_LEFT_OUT = ("name", "device_class", "prefix", "client_id")
"""Keys without which the settings mean the same, to a machine."""


class Draft:
    """A settings document, made section by section and item by item."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {}
        self._origins: dict[Loc, Loc] = {}

    def section(self, name: str, values: Mapping[str, tuple[Any, Loc]]) -> None:
        """Sets a section. `values` are its values by key, each with its origin; those that are None are left out."""
        self.document[name] = self._filled((name,), values)

    def item(self, name: str, values: Mapping[str, tuple[Any, Loc]]) -> None:
        """Adds an item to a list, with values as `section` takes them."""
        items = self.document.setdefault(name, [])
        items.append(self._filled((name, len(items)), values))

    def ids(self) -> set[str]:
        """Returns the ids of all inputs and outputs so far."""
        return {item["id"] for name in ("inputs", "outputs") for item in self.document.get(name, ())}

    def hold_to_the_rules(self, notes: Notes) -> None:
        """Checks the document: what can do without a value that is not allowed loses it, with a remark.

        Anything else that is not allowed is a fault of the place that it comes from.
        """
        while found := check(self.document)[1]:
            spare = [one for one in found if one.loc in self._origins and one.loc[-1] in _CAN_BE_LEFT_OUT]
            for one in spare:
                self._remove(one.loc)
                notes.remark(self._origin(one.loc), f"{self._words(one)}, and is left out")
            if not spare:
                for one in found:
                    notes.wrong(self._origin(one.loc), self._words(one))
                return

    def _filled(self, loc: Loc, values: Mapping[str, tuple[Any, Loc]]) -> dict[str, Any]:
        filled = {}
        for key, (value, origin) in values.items():
            if value is not None:
                filled[key] = value
                self._origins[(*loc, key)] = origin
        return filled

    def _origin(self, loc: Loc) -> Loc:
        """Returns the origin of a location, or of its nearest parent that has one; the whole file if none has."""
        known = (loc[:length] for length in range(len(loc), 0, -1))
        return next((self._origins[part] for part in known if part in self._origins), ())

    def _remove(self, loc: Loc) -> None:
        place: Any = self.document
        for part in loc[:-1]:
            place = place[part]
        del place[loc[-1]]

    def _words(self, finding: Finding) -> str:
        """Returns the finding's message, in which a terminal is named by its place in mqtt-io's file."""
        message = _TERMINAL.sub(
            lambda found: path_of(self._origin((found[1], int(found[2]), "id"))[:-1]) or found[0], finding.message
        )
        return message + (f" (allowed: {finding.allowed})" if finding.allowed else "")
