"""The engine: takes facts and the time, answers with effects.

`receive` takes a fact, `elapse` only the time; both end by re-evaluating the terminals that the fact or
the time touched, so that the same fact twice changes nothing. `next_deadline` is the next call's time.

Above 300 lines, since it is one thing: the table from each fact to its few lines, and the order in which
every step ends. Rules stand in the modules that it calls.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from bridge.core import facts
from bridge.core.alarm_output import AlarmOutput, TurnedOn
from bridge.core.arming import Arming
from bridge.core.boot_hold import BootHold
from bridge.core.commands import Commands
from bridge.core.consequences import Consequences
from bridge.core.effect_collector import AtOnce, EffectCollector
from bridge.core.effects import Answer, DeleteJob, DriveLine, PublishClock, PublishSettings, RequestInput, RequestOutput
from bridge.core.facts import Fact, Now
from bridge.core.far_lines import FarLines
from bridge.core.input_contact import LONGEST_UNKNOWN_S
from bridge.core.reconfigure import Reconfiguration
from bridge.core.terminals import Terminals
from bridge.errors import Fault

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.core.effects import Effect


class Engine:
    """All state of the alarm logic.

    `boot` is unique to this run; `release_year` is the year before which no clock can be right. The caller calls
    `begin` first, which requests all lines, then passes `StateRestored`, before which no alarm begins.
    `at_once` takes lines to be driven and inputs' states as soon as they are known, in the middle of a step; they are
    not among the effects that the step returns. It must not raise, nor call the engine. Without it they are the first
    effects of a step.
    """

    def __init__(self, settings: Settings, *, boot: str, release_year: int, at_once: AtOnce | None = None) -> None:
        self._release_year = release_year
        self._collector = EffectCollector(boot, at_once)
        self._terminals = Terminals(settings)
        self._arming = Arming(self._terminals, self._collector)
        self._consequences = Consequences(self._terminals, self._collector, self._arming)
        self._commands = Commands(self._terminals, self._collector, self._consequences, self._arming)
        self._hold = BootHold()
        self._far_lines = FarLines(self._terminals, self._collector, self._consequences, self._hold)
        self._kernel_synchronised = True
        self._clock_shown: bool | None = None
        self._clock_set: bool | None = None
        self._stopping = False
        self._began = 0.0
        self._handlers: dict[type[Any], Callable[[Any, Now], None]] = {
            facts.LineChanged: self._line_changed,
            facts.EdgesSeen: self._edges_seen,
            facts.EdgesLost: self._edges_lost,
            facts.LineLost: self._line_lost,
            facts.LineFound: self._line_found,
            facts.ContactReported: self._far_lines.contact_reported,
            facts.MessageIgnored: self._far_lines.message_ignored,
            facts.SinkLost: self._far_lines.sink_lost,
            facts.SinkFound: self._far_lines.sink_found,
            facts.SinkReported: self._far_lines.sink_reported,
            facts.StateRestored: self._state_restored,
            facts.SettingsChanged: self._settings_changed,
            facts.OutputStartRequested: self._commands.start,
            facts.OutputStopRequested: self._commands.stop,
            facts.OutputToggleRequested: self._commands.toggle,
            facts.InputTriggerRequested: self._trigger_requested,
            facts.SilenceRequested: self._commands.silence,
            facts.ArmingRequested: self._commands.arm,
            facts.ActionRequested: self._commands.action,
            facts.ActionEnded: self._action_ended,
            facts.JobClosed: self._job_closed,
            facts.CommandRejected: self._commands.rejected,
            facts.BrokerLost: self._broker_lost,
            facts.BrokerFound: self._broker_found,
            facts.ClockStepped: self._clock_stepped,
            facts.ClockChecked: self._clock_checked,
            facts.StopBegun: self._stop_begun,
        }

    def begin(self, now: Now, *, synchronised: bool = True) -> list[Effect]:
        """Returns the requests for every line: outputs at their idle level first, then inputs.

        `synchronised` is whether the kernel holds the wall clock for right: timing windows apply from the first step
        on, and an output that is not to trust the clock must not be on for a moment.
        """
        self._kernel_synchronised = synchronised
        settings = self._terminals.settings
        for output_settings in settings.outputs:
            output = self._terminals.add_output(output_settings)
            self._collector.add(RequestOutput(settings=output_settings, level=output.level))
        for input_settings in settings.inputs:
            self._collector.add(RequestInput(settings=input_settings))
        self._began = now.monotonic
        self._hold.begin(self._began, settings.device.startup_grace_s)
        return self._collector.take()

    def receive(self, fact: Fact, now: Now) -> list[Effect]:
        """Processes one fact. Returns the effects in the order in which they are to be done.

        After `StopBegun` only outcomes of actions and jobs have effects; commands are refused.
        """
        if self._stopping:
            if isinstance(fact, facts.ActionEnded | facts.JobClosed):  # a clip that the stop has finished
                self._handlers[type(fact)](fact, now)
                return self._collector.take()
            return _turned_away(fact)
        due = self._due(now.monotonic)
        if due is not None and due <= _instant(fact, now):
            self._settle(now)  # what time has brought came before the fact
        self._handlers[type(fact)](fact, now)
        self._settle(now)
        return self._collector.take()

    def elapse(self, now: Now, *, seen_until: float | None = None) -> list[Effect]:
        """Lets the time pass without a fact. Returns the effects in the order in which they are to be done.

        Only here levels become stable by themselves, up to `seen_until` (None: now): the instant before which every
        edge has been received. An edge that still waits somewhere may contradict.
        """
        if self._stopping:
            return []
        self._settle(now, seen_until=now.monotonic if seen_until is None else seen_until)
        return self._collector.take()

    def next_deadline(self, now: float) -> float | None:
        """Returns the instant (monotonic) at which to call `elapse` if no fact comes before.

        None if no call is needed.
        """
        if self._stopping:
            return None
        return self._due(now)

    # Facts

    def _line_changed(self, fact: facts.LineChanged, now: Now) -> None:
        alarm_input = self._terminals.inputs.get(fact.terminal)
        if alarm_input is not None and alarm_input.reading.lost is None:
            transitions = alarm_input.saw(fact.level, fact.at, holding=not self._hold.over)
            self._consequences.carry(alarm_input, transitions, now)
            self._terminals.touch(fact.terminal)

    def _edges_seen(self, fact: facts.EdgesSeen, now: Now) -> None:
        """Processes several edges in one step, which ends once: in a flood the end of a step is what costs."""
        alarm_input = self._terminals.inputs.get(fact.terminal)
        if alarm_input is None or alarm_input.reading.lost is not None:
            return
        due = self._due(now.monotonic)
        for edge in fact.edges:
            if due is not None and due <= edge.at:
                self._settle(now)
                due = self._due(now.monotonic)
            transitions = alarm_input.saw(edge.level, edge.at, holding=not self._hold.over, more=fact.more)
            self._terminals.touch(fact.terminal)
            if transitions:  # a level has settled: outputs follow it before the next edge can undo it
                self._consequences.carry(alarm_input, transitions, now)
                self._settle(now)
                due = self._due(now.monotonic)

    def _edges_lost(self, fact: facts.EdgesLost, now: Now) -> None:
        del now
        if fact.terminal in self._terminals.inputs:
            self._terminals.inputs[fact.terminal].missed(fact.count)
            self._terminals.touch(fact.terminal)

    def _line_lost(self, fact: facts.LineLost, now: Now) -> None:
        alarm_input = self._terminals.inputs.get(fact.terminal)
        output = self._terminals.outputs.get(fact.terminal)
        self._terminals.touch(fact.terminal)
        if output is not None and output.lost is None:
            self._collector.journal("fault", now, output=fact.terminal, cause="line_fault", error=fact.problem)
            output.lose(fact.problem)
        if alarm_input is not None and alarm_input.reading.lost is None:
            entry = self._collector.journal("fault", now, input=fact.terminal, cause="line_fault", error=fact.problem)
            alarm_input.lose(fact.problem, now.monotonic)
            self._collector.event("fault", fact.terminal, alarm_input.reading.contact, entry, "line_fault")

    def _line_found(self, fact: facts.LineFound, now: Now) -> None:
        alarm_input = self._terminals.inputs.get(fact.terminal)
        output = self._terminals.outputs.get(fact.terminal)
        if alarm_input is not None and alarm_input.reading.lost is not None:
            alarm_input.find()
            self._collector.journal("healed", now, input=fact.terminal, cause="line_fault")
        if output is not None and output.lost is not None:
            output.find()
            self._collector.journal("healed", now, output=fact.terminal, cause="line_fault")
        self._terminals.touch(fact.terminal)

    def _state_restored(self, fact: facts.StateRestored, now: Now) -> None:
        self._collector.next_seq = fact.next_seq
        settings = self._terminals.settings
        known = {each.id for each in settings.inputs} | {each.id for each in settings.outputs}
        self._collector.restore(fact.inputs, fact.latched, known=known)
        self._collector.journal("start", now)
        self._arming.restore(armed=fact.armed)
        for input_settings in settings.inputs:
            stored = fact.inputs.get(input_settings.id)
            self._terminals.add_input(input_settings, stored, stored_until=self._began + LONGEST_UNKNOWN_S)
        self._arming.restore_keys()
        self._terminals.restore_silenced(fact.inputs)
        for output_id in fact.latched & self._terminals.outputs.keys():
            self._terminals.outputs[output_id].restore_latch()
        self._hold.restored()
        self._terminals.touch_all()

    def _settings_changed(self, fact: facts.SettingsChanged, now: Now) -> None:
        self._collector.journal("settings", now, by=fact.origin.by)
        old, self._terminals.settings = self._terminals.settings, fact.settings
        # Schedules are asked anew before inputs are recomputed, so that one edit is one transition.
        clock_set = self._look_at_clock(now)
        if fact.settings.device.timezone != old.device.timezone:
            self._terminals.invalidate_schedules()
            self._collector.walls.forget()
        change = Reconfiguration(
            self._terminals, self._collector, self._consequences, self._arming, self._settle_output
        )
        self._collector.add(PublishSettings(settings=fact.settings))  # before an alarm that the edit begins
        change.run(now, clock_set=clock_set, holding=not self._hold.over)
        if fact.origin.request is not None:
            self._collector.add(Answer(origin=fact.origin))

    def _trigger_requested(self, fact: facts.InputTriggerRequested, now: Now) -> None:
        self._commands.trigger(fact, now, holding=not self._hold.over)

    def _broker_lost(self, fact: facts.BrokerLost, now: Now) -> None:
        del fact
        for output in self._terminals.outputs.values():
            output.broker_lost(now.monotonic)
        self._terminals.touch_all()

    def _broker_found(self, fact: facts.BrokerFound, now: Now) -> None:
        del fact, now
        for output in self._terminals.outputs.values():
            output.broker_found()
        self._terminals.touch_all()

    def _clock_stepped(self, fact: facts.ClockStepped, now: Now) -> None:
        self._collector.journal("clock", now, cause="stepped", seconds=fact.seconds)
        self._collector.walls.forget()
        self._terminals.invalidate_schedules()

    def _clock_checked(self, fact: facts.ClockChecked, now: Now) -> None:
        del now
        self._kernel_synchronised = fact.synchronised

    def _action_ended(self, fact: facts.ActionEnded, now: Now) -> None:
        self._collector.journal(
            fact.kind,
            now,
            input=fact.input,
            reason=fact.reason,
            by=fact.by,
            error=fact.error,
            path=fact.path,
            seconds=fact.seconds,
            held_back=fact.held_back,
            alarm=fact.alarm,
        )

    def _job_closed(self, fact: facts.JobClosed, now: Now) -> None:
        """Deletes a job by way of the engine, so that no commit has the deletion without the outcome's entry."""
        del now
        self._collector.add(DeleteJob(job=fact.job))

    def _stop_begun(self, fact: facts.StopBegun, now: Now) -> None:
        """Drives every output idle and journals the stop; the states stored for the next start stay."""
        del fact
        for output_id, output in self._terminals.outputs.items():
            self._collector.add(DriveLine(terminal=output_id, level=output.idle_level))
            if output.on:
                seconds = output.seconds(now.monotonic)
                self._collector.journal(
                    "output_off", now, output=output_id, reason="stop", by="shutdown", seconds=seconds
                )
                output.on, output.reason, output.by, output.until = False, "stop", "shutdown", None
                self._collector.publish_output(output, now, keep_latch=False)
        self._commands.end(now)
        self._collector.journal("stop", now)
        self._stopping = True

    # The end of every step

    def _due(self, now: float) -> float | None:
        """Returns the earliest instant at which anything has to be settled, or None."""
        due = self._terminals.due
        for other in (self._hold.due(now), self._commands.due):
            if other is not None and (due is None or other < due):
                due = other
        return due

    def _settle(self, now: Now, *, seen_until: float | None = None) -> None:
        """Ends a step: re-evaluates the clock, the refusals, and all inputs and outputs that are touched or due."""
        clock_set = self._look_at_clock(now)
        self._commands.elapse(now)
        self._settle_inputs(now, clock_set=clock_set, seen_until=seen_until)
        if self._hold.ends(self._terminals.inputs.values(), now.monotonic):
            self._collector.end_round()
            self._terminals.touch_all()
            # Keys first: an input that was tripped meanwhile must not sound a siren before the key counts.
            self._settle_inputs(now, clock_set=clock_set, seen_until=seen_until, keys_first=True)
        for output in self._terminals.outputs_to_settle(now.monotonic):
            self._settle_output(output, now)
        self._collector.end_round()

    def _settle_inputs(self, now: Now, *, clock_set: bool, seen_until: float | None, keys_first: bool = False) -> None:
        """Settles the inputs that are touched or due, again until no key moves the armed switch.

        `keys_first` sorts keys first.
        """
        moves = None
        while moves != self._arming.moves:  # a key that moved the switch: every input follows in one more round
            if moves is not None:
                self._collector.end_round()
            moves = self._arming.moves
            inputs = self._terminals.inputs_to_settle(now.monotonic)
            if keys_first:
                inputs.sort(key=lambda each: not each.settings.linkage.disarm)
            for alarm_input in inputs:
                transitions = alarm_input.settle(
                    now, clock_set=clock_set, holding=not self._hold.over, seen_until=seen_until
                )
                self._consequences.carry(alarm_input, transitions, now)
                self._consequences.journal_chatter(alarm_input, now)
                self._terminals.settled(alarm_input)
                self._collector.publish_input(alarm_input, now)

    def _look_at_clock(self, now: Now) -> bool:
        """Returns whether schedules may trust the wall clock; journals and publishes a change of that."""
        clock_set = self._is_clock_set(now)
        if clock_set != self._clock_set:
            if self._clock_set is not None:
                self._collector.journal("clock", now, cause="set" if clock_set else "not_set")
            self._clock_set = clock_set
            self._terminals.invalidate_schedules()
        shown = self._kernel_synchronised and now.local.year >= self._release_year
        if shown != self._clock_shown:
            self._clock_shown = shown
            self._collector.add(PublishClock(synchronised=shown))
        return clock_set

    def _is_clock_set(self, now: Now) -> bool:
        """Returns whether schedules may trust the wall clock: by its year and, with `require_sync`, the kernel."""
        trusted = self._terminals.settings.device.clock == "trust" or self._kernel_synchronised
        return trusted and now.local.year >= self._release_year

    def _settle_output(self, output: AlarmOutput, now: Now) -> None:
        """Settles one output.

        Journals a change of its demand, drives its line and publishes its view if they changed.
        """
        output_id = output.settings.id
        for change in output.settle(now, clock_set=self._is_clock_set(now)):
            if isinstance(change, TurnedOn):
                self._journal_later("output_on", now, output=output_id, reason=change.reason, by=change.by)
                continue
            if change.reason == "cut_off":
                self._journal_later("cut_off", now, output=output_id, seconds=change.seconds)
                self._consequences.silenced(output)
            self._journal_later(
                "output_off", now, output=output_id, reason=change.reason, by=change.by, seconds=change.seconds
            )
        drive = DriveLine(terminal=output_id, level=output.level, until=output.driven_until)
        if self._terminals.driven[output_id] != drive:
            self._terminals.driven[output_id] = drive
            self._collector.drive(drive)
        self._consequences.journal_confirmation(output, now)
        self._terminals.settled(output)
        self._collector.publish_output(output, now)

    def _journal_later(self, kind: str, now: Now, **fields: Any) -> None:
        self._collector.later(partial(self._collector.journal, kind, now, **fields))


def _instant(fact: Fact, now: Now) -> float:
    """Returns the instant of a fact: for edges that of the first one, else the present."""
    match fact:
        case facts.LineChanged() | facts.ContactReported():
            return fact.at
        case facts.EdgesSeen():
            return fact.edges[0].at
    return now.monotonic


def _turned_away(fact: Fact) -> list[Effect]:
    """Returns the refusal of a command or an edit that comes after `StopBegun`; an empty list for any other fact."""
    if isinstance(fact, facts.Command | facts.SettingsChanged) and fact.origin.request is not None:
        return [Answer(origin=fact.origin, faults=(Fault(path="", message="the program is ending"),))]
    return []
