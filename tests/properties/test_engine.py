"""The whole engine as a state machine: whatever happens in whatever order, these things hold."""

from __future__ import annotations

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from words.builders import an_input, an_output, settings_of
from words.story import Story

from bridge.core import facts
from bridge.core.contact import Contact, Level, demanded_contact
from bridge.core.effects import Answer, DriveLine, PublishEvent
from bridge.core.journal import KINDS

INPUTS = ("door", "gate")
OUTPUTS = ("siren", "lamp")
SCHEDULES = st.sampled_from(["always", "never", {"mon": ["12:00-12:05"]}, {"mon-sun": ["12:01-12:02", "23:00-01:00"]}])

inputs = st.fixed_dictionaries(
    {
        "debounce_ms": st.sampled_from([0, 100, 2000]),
        "trigger_mode": st.sampled_from(["connect", "disconnect"]),
        "connected_level": st.sampled_from(["low", "high"]),
        "enabled": st.sampled_from([True, True, False]),
        "schedule": SCHEDULES,
        "quiet_s": st.sampled_from([0, 5, 600]),
        "when_schedule_opens": st.sampled_from(["trigger", "wait"]),
        "outputs": st.lists(st.sampled_from(OUTPUTS), unique=True),
        "always_armed": st.sampled_from([False, False, True]),
        "disarm": st.sampled_from([False, False, True]),
    }
)
outputs = st.fixed_dictionaries(
    {
        "connected_level": st.sampled_from(["low", "high"]),
        "kind": st.sampled_from(["generic", "siren"]),
        "valid_signal": st.sampled_from(["close", "disconnect"]),
        "mode": st.sampled_from(["switch", "pulse"]),
        "follow_source": st.booleans(),
        "alarm_time_ms": st.sampled_from([0, 100, 5000, 60_000]),
        "retrigger": st.sampled_from(["extend", "ignore"]),
        "max_active_s": st.sampled_from([None, 0, 30]),
        "timing": st.fixed_dictionaries({"enabled": st.sampled_from([False, False, True]), "schedule": SCHEDULES}),
        "restore_latched": st.booleans(),
        "on_broker_loss": st.sampled_from(["keep", {"stop_after_s": 10}]),
    }
)
everything = st.builds(
    lambda door, gate, siren, lamp, clock: settings_of(
        an_input("door", **door),
        an_input("gate", **gate),
        an_output("siren", **siren),
        an_output("lamp", **lamp),
        device={"clock": clock},
    ),
    inputs, inputs, outputs, outputs, st.sampled_from(["trust", "require_sync"]),
)  # fmt: skip
stored = st.dictionaries(st.sampled_from(INPUTS), st.builds(facts.StoredInput, alarm=st.booleans()))


class EngineMachine(RuleBasedStateMachine):
    """Tells one story to two engines."""

    @initialize(settings=everything, kept=stored, latched=st.sets(st.sampled_from(OUTPUTS)))
    def begin(self, settings, kept, latched):
        self.stories = [Story(settings, stored=dict(kept), latched=set(latched)) for _ in range(2)]
        self.story = self.stories[0]
        self.requests = 0
        self.lost = set()

    def tell(self, act):
        for story in self.stories:
            act(story)

    @rule(terminal=st.sampled_from(INPUTS), level=st.sampled_from(list(Level)), late=st.sampled_from([0, 0, 0.3, 3]))
    def the_line_changes(self, terminal, level, late):
        self.tell(lambda s: s.wait(0))
        before = {output: self.story.output(output) for output in OUTPUTS}
        count = len(self.story.effects)
        self.tell(lambda s: s.tell(facts.LineChanged(terminal=terminal, level=level, at=s.time)))
        driven = {e.terminal for _, e in self.story.effects[count:] if isinstance(e, DriveLine)}
        for definition in self.story.settings.outputs:
            was, now = before[definition.id], self.story.output(definition.id)
            if was.on and not (definition.follow_source and was.reason == "alarm"):
                assert now.on, "an end cut a timed or latched run"
                # A manual start beside an alarm that is followed lasts as long as either of them.
                followed = definition.follow_source and was.sources
                assert followed or now.until is None or now.until >= was.until
            if was.on and now.on:
                assert definition.id not in driven, "a re-trigger toggled the line"
        self.tell(lambda s: s.oversleep(late))

    @rule(terminal=st.sampled_from(INPUTS), level=st.sampled_from(list(Level)), count=st.integers(1, 70))
    def a_line_chatters(self, terminal, level, count):
        for index in range(count):
            now = level if index % 2 else Level(({"low", "high"} - {level}).pop())
            self.tell(
                lambda s, now=now: (s.tell(facts.LineChanged(terminal=terminal, level=now, at=s.time)), s.wait(0.2))
            )

    @rule(terminal=st.sampled_from(INPUTS), count=st.integers(1, 9))
    def edges_are_lost(self, terminal, count):
        self.tell(lambda s: s.tell(facts.EdgesLost(terminal=terminal, count=count)))

    @rule(terminal=st.sampled_from(INPUTS + OUTPUTS))
    def a_line_is_lost(self, terminal):
        self.lost.add(terminal)
        self.tell(lambda s: s.tell(facts.LineLost(terminal=terminal, problem="gone")))
        if terminal in INPUTS:
            assert self.story.input(terminal).contact is Contact.UNKNOWN
        else:
            assert not self.story.is_on(terminal)

    @rule(terminal=st.sampled_from(INPUTS + OUTPUTS))
    def a_line_is_found(self, terminal):
        self.lost.discard(terminal)
        self.tell(lambda s: s.tell(facts.LineFound(terminal=terminal)))

    @rule(
        output=st.sampled_from(OUTPUTS),
        duration=st.sampled_from([None, 1, 100, 7000]),
        mode=st.sampled_from([None, "switch", "pulse"]),
        by=st.sampled_from(["mqtt", "page"]),
    )
    def an_output_is_started(self, output, duration, mode, by):
        self.requests += 1
        self.tell(lambda s: s.start(output, by=by, request=self.requests, duration_ms=duration, mode=mode))
        answer = self.story.all(Answer)[-1]
        assert answer.origin.request == self.requests
        assert answer.faults or self.story.is_on(output)

    @rule(output=st.sampled_from(OUTPUTS))
    def an_output_is_stopped(self, output):
        self.tell(lambda s: s.stop(output))
        assert not self.story.is_on(output)

    @rule(output=st.sampled_from(OUTPUTS))
    def an_output_is_toggled(self, output):
        was = self.story.is_on(output)
        self.tell(lambda s: s.tell(facts.OutputToggleRequested(output=output, origin=facts.Origin(by="mqtt"))))
        assert not (was and self.story.is_on(output))

    @rule()
    def silence(self):
        self.tell(lambda s: s.tell(facts.SilenceRequested(origin=facts.Origin(by="mqtt"))))
        assert not any(self.story.is_on(output) for output in OUTPUTS)

    @rule(armed=st.booleans())
    def the_device_is_armed_or_disarmed(self, armed):
        self.requests += 1
        self.tell(lambda s: s.arm(armed=armed, request=self.requests))
        answer = self.story.all(Answer)[-1]
        assert answer.origin.request == self.requests
        assert self.story.armed_kept == armed or answer.faults
        for each in self.story.settings.inputs:
            if not self.story.armed_kept and not each.ignores_arming:
                assert not self.story.input(each.id).alarm

    @rule(terminal=st.sampled_from(INPUTS), duration=st.sampled_from([1, 1000, 9000]))
    def an_input_is_triggered(self, terminal, duration):
        self.requests += 1
        self.tell(lambda s: s.trigger(terminal, request=self.requests, duration_ms=duration))
        assert self.story.all(Answer)[-1].origin.request == self.requests

    @rule(seconds=st.sampled_from([0.05, 0.1, 1, 5, 61, 400]))
    def time_passes(self, seconds):
        self.tell(lambda s: s.wait(seconds))

    @rule(seconds=st.sampled_from([-3600, -3, 3, 70, 90_000]))
    def the_clock_is_set(self, seconds):
        self.tell(lambda s: s.set_clock(seconds))

    @rule(synchronised=st.booleans())
    def the_kernel_speaks_of_its_clock(self, synchronised):
        self.tell(lambda s: s.tell(facts.ClockChecked(synchronised=synchronised)))

    @rule(fact=st.sampled_from([facts.BrokerLost(), facts.BrokerFound()]))
    def the_broker_comes_or_goes(self, fact):
        self.tell(lambda s: s.tell(fact))

    @rule(settings=everything)
    def settings_are_edited(self, settings):
        before = len(self.story.events())
        self.tell(lambda s: s.edit(settings))
        for terminal in INPUTS:
            changes = [event for event in self.story.all(PublishEvent)[before:] if event.input == terminal]
            assert len([c for c in changes if c.event_type in ("alarm_begin", "retrigger", "alarm_end")]) <= 1

    @rule(moved=st.sets(st.sampled_from(INPUTS)), silenced=st.booleans())
    def it_is_killed_and_starts_again(self, moved, silenced):
        if silenced:
            self.silence()
        self.tell(lambda s: s.wait(0))
        contacts = {
            name: "connected"
            if (self.story.input(name).contact is Contact.CONNECTED) != (name in moved)
            else "disconnected"
            for name in INPUTS
        }
        silent = {
            each.id: self.story.output(each.id).sources
            for each in self.story.settings.outputs
            if each.follow_source and not each.timing.enabled and each.id not in self.lost
            if self.story.output(each.id).sources and not self.story.is_on(each.id)
        }
        self.lost = set()
        self.stories = [story.after_a_crash(contacts=contacts) for story in self.stories]
        self.story = self.stories[0]
        self.tell(lambda s: s.wait(20))
        for output, sources in silent.items():
            resumed = {entry.input for entry in self.story.journal("resumed")}
            assert not self.story.is_on(output) or resumed - {*sources} or self.story.journal("alarm_begin")

    @rule()
    def the_same_edit_again_changes_nothing(self):
        self.tell(lambda s: s.edit(s.settings))
        self.tell(lambda s: s.forget())
        self.tell(lambda s: s.edit(s.settings))
        assert [type(effect).__name__ for _, effect in self.story.effects] == ["JournalEntry", "PublishSettings"]

    @rule(terminal=st.sampled_from(INPUTS), level=st.sampled_from(list(Level)))
    def the_same_reading_again_changes_nothing(self, terminal, level):
        self.tell(lambda s: s.tell(facts.LineChanged(terminal=terminal, level=level, at=s.time)))
        count = len(self.story.effects)
        self.tell(lambda s: s.tell(facts.LineChanged(terminal=terminal, level=level, at=s.time)))
        assert self.story.effects[count:] == []

    @invariant()
    def same_facts_same_effects(self):
        assert self.stories[0].effects == self.stories[1].effects

    @invariant()
    def on_and_off_strictly_alternate(self):
        for name in INPUTS:
            live = None
            for entry in (e for e in self.story.entries if e.input == name):
                if entry.kind in ("alarm_begin", "retrigger", "resumed"):
                    assert not live or (entry.kind, entry.cause) == ("retrigger", "command"), entry
                    live = True
                elif entry.kind == "alarm_end":
                    assert live is not False, entry
                    live = False
            assert live in (None, self.story.input(name).alarm)
        for name in OUTPUTS:
            on = False
            for entry in (e for e in self.story.entries if e.output == name):
                if entry.kind in ("output_on", "output_off"):
                    assert on == (entry.kind == "output_off"), entry
                    on = not on
            assert on == self.story.is_on(name)

    @invariant()
    def the_switch_that_is_shown_is_the_one_that_is_kept(self):
        assert self.story.armed_shown == self.story.armed_kept

    @invariant()
    def entries_are_numbered_without_a_gap(self):
        numbers = [entry.seq for entry in self.story.entries]
        assert numbers == list(range(1, len(numbers) + 1))

    @invariant()
    def every_entry_is_of_a_kind_that_is_listed(self):
        assert {entry.kind for entry in self.story.entries} <= set(KINDS)

    @invariant()
    def an_unknown_contact_begins_no_alarm(self):
        for name in INPUTS:
            view = self.story.input(name)
            assert (view.contact is Contact.UNKNOWN) == (view.tripped is None)
        for event in self.story.all(PublishEvent):
            if event.event_type in ("alarm_begin", "retrigger") and event.cause != "command":
                assert event.contact is not Contact.UNKNOWN

    @invariant()
    def what_is_driven_is_what_is_demanded(self):
        for name, definition in zip(OUTPUTS, self.story.settings.outputs, strict=True):
            view = self.story.output(name)
            idle = demanded_contact(active=False, valid_signal=definition.valid_signal)
            active = demanded_contact(active=True, valid_signal=definition.valid_signal)
            if not view.on:
                assert self.story.wired(name) is idle
            elif view.mode == "switch":
                assert self.story.wired(name) is active
            assert not (view.on and name in self.lost)

    @invariant()
    def what_is_kept_is_what_is_shown(self):
        for name in INPUTS:
            kept = self.story.kept.get(name)
            if kept is not None:
                assert kept.alarm == self.story.input(name).alarm

    @invariant()
    def no_deadline_is_left_in_the_past(self):
        self.tell(lambda s: s.wait(0))
        due = self.story.engine.next_deadline(self.story.time)
        assert due is None or due > self.story.time


EngineMachine.TestCase.settings = hypothesis_settings(max_examples=40, stateful_step_count=30)
TestEngine = pytest.mark.timeout(600)(EngineMachine.TestCase)
