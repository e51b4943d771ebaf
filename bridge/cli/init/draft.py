"""The settings as far as they are known, checked by the settings' own rules with every answer."""

from __future__ import annotations

import copy
from itertools import pairwise
from typing import Any

from bridge.errors import Fault
from bridge.settings.checks.check import check
from bridge.settings.location import Loc


class Draft:
    """A document that is being made; `put` and `wrong` take places as findings name them."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = {}

    def put(self, loc: Loc, value: object) -> None:
        """A value at a place; what is around it is made, a list grows by one at its end."""
        _put(self.document, loc, value)

    def wrong(self, loc: Loc, value: object) -> str | None:
        """What would be wrong with a value at a place, in the check's own words; None for nothing.

        What is still missing elsewhere is not told.
        """
        document = copy.deepcopy(self.document)
        _put(document, loc, value)
        _, findings = check(document)
        for finding in findings:
            if finding.loc[: len(loc)] == loc:
                return str(Fault(path="", message=finding.message, allowed=finding.allowed))
        return None


def _put(document: dict[str, Any], loc: Loc, value: object) -> None:
    place: Any = document
    for part, following in pairwise(loc):
        if isinstance(place, list) and part == len(place):
            place.append({})
        elif isinstance(place, dict):
            place.setdefault(part, [] if isinstance(following, int) else {})
        place = place[part]
    place[loc[-1]] = value
