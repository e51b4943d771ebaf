"""Views: the published state of inputs and outputs, made from their internal state."""

from __future__ import annotations

from datetime import datetime

from bridge.core.alarm_input import AlarmInput
from bridge.core.alarm_output import AlarmOutput
from bridge.core.contact import Contact, is_tripped
from bridge.core.effects import InputView, OutputView
from bridge.core.facts import Now


class WallClock:
    """Local times of monotonic instants, each worked out once.

    Two readings of the two clocks never agree to the microsecond; without this, views of the same
    state would differ.
    """

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, datetime]] = {}
        self._last: tuple[float, datetime] | None = None

    def instant(self, at: float, now: Now) -> datetime:
        """Returns the local time of `at` (monotonic); the same `at` in a row gives the same time."""
        if self._last is None or self._last[0] != at:
            self._last = (at, now.wall(at))
        return self._last[1]

    def time(self, key: str, at: float | None, now: Now) -> datetime | None:
        """Returns the local time of `at` (monotonic), the same as long as `at` under `key` is the same.

        None for None.
        """
        if at is None:
            self._known.pop(key, None)
            return None
        known = self._known.get(key)
        if known is None or known[0] != at:
            known = self._known[key] = (at, self.instant(at, now))
        return known[1]

    def forget(self) -> None:
        """Forgets all times, after a step of the wall clock."""
        self._known.clear()
        self._last = None


def tripped(alarm_input: AlarmInput) -> bool | None:
    """Returns the published state of an input; None while its contact is unknown."""
    contact = alarm_input.reading.contact
    return None if contact is Contact.UNKNOWN else is_tripped(contact, alarm_input.settings.trigger_mode)


def input_view(alarm_input: AlarmInput, now: Now, walls: WallClock) -> InputView:
    """Returns the view of an input at `now`.

    Remembers its times in `walls`: with the same one in each call, equal states give equal views.
    """
    settings, gate, reading = alarm_input.settings, alarm_input.schedule_gate, alarm_input.reading
    armed = settings.enabled and alarm_input.is_armed and gate.open
    problem = "line_fault" if reading.lost else "chatter" if alarm_input.quiet_period.chatter.raised else None
    return InputView(
        id=settings.id,
        contact=reading.contact,
        tripped=tripped(alarm_input),
        alarm=alarm_input.alarm,
        enabled=settings.enabled,
        armed=armed,
        armed_until=gate.changes_at.astimezone(now.local.tzinfo) if armed and gate.changes_at else None,
        since=walls.time(f"{settings.id} since", reading.since, now),
        last_alarm=alarm_input.last_alarm,
        alarms=alarm_input.alarms,
        held_back=alarm_input.held_back,
        glitches=reading.debouncer.glitches,
        ignored=alarm_input.ignored,
        cause=alarm_input.cause,
        decided=alarm_input.is_decided,
        problem=problem,
        available=reading.lost is None,
    )


def output_view(output: AlarmOutput, now: Now, walls: WallClock) -> OutputView:
    """Returns the view of an output at `now`."""
    settings, until = output.settings, output.until
    return OutputView(
        id=settings.id,
        on=output.on,
        contact=output.contact,
        mode=output.mode,
        reason=output.reason,
        by=output.by,
        sources=tuple(output.sources),
        until=walls.time(f"{settings.id} until", until, now),
        remaining_ms=None if until is None else max(round((until - now.monotonic) * 1000), 0),
        confirmed=output.confirmation.confirmed,
        problem=output.problem,
        available=output.lost is None and output.unreachable is None,
    )
