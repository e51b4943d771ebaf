"""The start-up table of one input: the alarm from before the stop, and its first decision after it (`behaviour.md` 2).

| before the stop | now | decision |
|---|---|---|
| alarm | alarm | `resumed`: the same alarm goes on, and nothing is linked again |
| alarm | none | `ended` |
| none | alarm | `startup`: an alarm begins |
| nothing stored | alarm | `initial`: an alarm begins, and links nothing |
| none, or nothing stored | none | `normal` |
| any | an alarm by an event | `event`: it happened now, and an alarm from before the stop has ended |
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from bridge.core.facts import StoredInput

Decision = Literal["resumed", "ended", "startup", "initial", "normal", "event"]


class StartUp:
    """An input from the start of the program until its first decision; also a new one, with nothing stored.

    An alarm in `stored` that is undecided at `until` must be ended by `end`.
    """

    def __init__(self, stored: StoredInput | None, *, until: float = math.inf) -> None:
        self._is_new = stored is None
        self.until = until
        self.in_alarm = stored is not None and stored.alarm
        """Whether the input was in alarm when the program stopped, and nothing has been decided since."""
        self.decided = False
        """Whether the table has been gone through."""
        self.by_event = False
        """Whether the newest contact is an event of a far source, and not how things stood before."""

    @property
    def is_kept(self) -> bool:
        """Whether there is a state for the next start: one was stored, or something has been decided."""
        return self.decided or not self._is_new

    def decide(self, *, alarm: bool) -> Decision:
        """Returns the decision of the table, once; `alarm` is whether the first stable reading makes one."""
        if alarm and self.by_event:
            self.decided = True
            return "event"
        was_in_alarm = self.end()
        self.decided = True
        if was_in_alarm:
            return "resumed" if alarm else "ended"
        if not alarm:
            return "normal"
        return "initial" if self._is_new else "startup"

    def end(self) -> bool:
        """Ends an alarm from before the stop without a decision. Returns whether there was one."""
        was_in_alarm, self.in_alarm = self.in_alarm, False
        return was_in_alarm
