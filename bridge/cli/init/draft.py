"""The settings document in progress; every answer is checked by the rules of the settings themselves."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import Any

from bridge.errors import Fault
from bridge.settings.checks.check import check
from bridge.settings.location import Loc


class Draft:
    """A settings document in progress. Locations are those of the settings' faults, such as `("mqtt", "host")`."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {}

    def put(self, loc: Loc, value: object) -> None:
        """Sets the value at a location. Missing parents are created; a list grows by one item at its end."""
        _put(self.document, loc, value)

    def wrong(self, loc: Loc, value: object) -> str | None:
        """Returns the settings' own message about `value` at a location, or None if it is valid there; changes nothing.

        Faults elsewhere, such as keys not answered yet, are ignored.
        """
        document = copy.deepcopy(self.document)
        _put(document, loc, value)
        _, findings = check(document)
        for finding in findings:
            if finding.loc[: len(loc)] == loc:
                return str(Fault(path="", message=finding.message, allowed=finding.allowed))
        return None


def _put(document: dict[str, Any], loc: Loc, value: object) -> None:
    """Sets the value at a location of the document, as `Draft.put` does."""
    place: Any = document
    for part, following in pairwise(loc):
        if isinstance(place, list) and part == len(place):
            place.append({})
        elif isinstance(place, dict):
            place.setdefault(part, [] if isinstance(following, int) else {})
        place = place[part]
    place[loc[-1]] = value
