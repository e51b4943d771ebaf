"""The device's armed switch (`behaviour.md` 2): one for all inputs, moved by commands and by keys.

A key is an input with `linkage.disarm`: its alarm holds the device disarmed, and the end of its alarm
arms it again. A key whose line is lost moves nothing.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from bridge.core.alarm_input import AlarmInput
from bridge.core.effect_collector import EffectCollector
from bridge.core.effects import KeepArmed, PublishArmed
from bridge.core.facts import Now
from bridge.core.terminals import Terminals


class Arming:
    """Moves the switch, and has every input follow it in the same step."""

    def __init__(self, terminals: Terminals, collector: EffectCollector) -> None:
        self._terminals = terminals
        self._collector = collector
        self._holding: dict[str, None] = {}
        self.moves = 0
        """The number of moves of the switch so far."""

    @property
    def held_by(self) -> str | None:
        """Id of the key that holds the device disarmed; None if no key does."""
        return next(iter(self._holding), None)

    def restore(self, *, armed: bool) -> None:
        """Sets the switch as it was before the stop; called before any input is added."""
        self._terminals.armed = armed
        self._collector.add(PublishArmed(armed=armed))

    def restore_keys(self) -> None:
        """Makes the keys in a stored alarm hold the switch as they did, without moving it."""
        self._holding = {
            input_id: None for input_id, alarm_input in self._terminals.inputs.items() if _holds(alarm_input)
        }

    def follow(self, alarm_input: AlarmInput, now: Now, *, lost: bool = False) -> None:
        """Moves the switch if the input is a key whose alarm, or setting, has begun or ended; otherwise does nothing.

        An end because of a `lost` line moves nothing. The switch is stored before the key's alarm: a stop between the
        two leaves a key that moves it again.
        """
        input_id = alarm_input.settings.id
        if _holds(alarm_input) == (input_id in self._holding):
            return
        if _holds(alarm_input):
            self._holding[input_id] = None
            self.move(now, armed=False, input=input_id)
        else:
            self.forget(input_id, now, lost=lost)

    def forget(self, input_id: str, now: Now, *, lost: bool = False) -> None:
        """Releases a key, which may be none; the release of the last key arms the device, unless its line is `lost`."""
        if input_id in self._holding:
            del self._holding[input_id]
            if not self._holding and not lost:
                self.move(now, armed=True, input=input_id)

    def move(self, now: Now, *, armed: bool, **fields: Any) -> None:
        """Arms or disarms the device, with a journal entry that has `fields`; does nothing if it is so already."""
        if self._terminals.armed == armed:
            return
        self._collector.later(partial(self._record, now, armed=armed, **fields))
        self._terminals.armed = armed
        self.moves += 1

    def _record(self, now: Now, *, armed: bool, **fields: Any) -> None:
        self._collector.journal("armed" if armed else "disarmed", now, **fields)
        self._collector.add(KeepArmed(armed=armed), PublishArmed(armed=armed))


def _holds(alarm_input: AlarmInput) -> bool:
    """Returns whether an input is a key in alarm, and so holds the device disarmed."""
    return alarm_input.settings.linkage.disarm and alarm_input.alarm
