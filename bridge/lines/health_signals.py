"""The port of the device's own health: the troubles of its parts."""

from __future__ import annotations

import logging
from collections.abc import Callable

_LOG = logging.getLogger(__name__)
Take = Callable[[str | None], None]
"""Takes the trouble of a part in words, or None."""


class HealthSignals:
    """The trouble of each part, and the inputs that follow one; called on the event loop's thread."""

    def __init__(self) -> None:
        self._troubles: dict[str, str | None] = {}
        """By part; a part that was never looked at is missing."""
        self._followers: dict[str, tuple[str, Take]] = {}

    def follow(self, terminal: str, part: str, take: Take) -> None:
        """Calls `take` with each change of a part's trouble from now on, and at once where it is known."""
        self._followers[terminal] = part, take
        if part in self._troubles:
            take(self._troubles[part])

    def leave(self, terminal: str) -> None:
        """Ends what a terminal follows; an unknown one is ignored. A part that nobody follows is not looked at."""
        part, _ = self._followers.pop(terminal, (None, None))
        if part is not None and all(each != part for each, _ in self._followers.values()):
            self._troubles.pop(part, None)

    def report(self, part: str, trouble: str | None) -> None:
        """Takes the trouble of a part, None while it is well; a change is logged and handed on."""
        if part in self._troubles and self._troubles[part] == trouble:
            return
        if trouble is not None or self._troubles.get(part) is not None:
            _LOG.log(logging.INFO if trouble is None else logging.WARNING, "%s: %s", part, trouble or "well again")
        self._troubles[part] = trouble
        for followed, take in tuple(self._followers.values()):
            if followed == part:
                take(trouble)
