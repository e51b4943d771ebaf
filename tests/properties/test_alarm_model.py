"""The engine beside a model of `behaviour.md` 2: trips, lost lines, schedules, commands and power cuts in any order."""

from __future__ import annotations

import pytest
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from words.alarm_model import ModelInput
from words.builders import an_input, an_output, settings_of
from words.story import Story

from bridge.core import facts
from bridge.core.effects import Answer

INPUTS = ("key", "door", "gate")
"""The key disarms; the gate is always armed, or not."""
OPEN = [f"{hour:02}:00-{hour:02}:20" for hour in range(24)] + [f"{h:02}:40-{h + 1:02}:00" for h in range(24)]
"""Twenty minutes open, twenty closed, and open again, in every hour."""
KINDS = ("alarm_begin", "alarm_end", "retrigger", "resumed")


def is_open(story: Story) -> bool:
    """The same schedule by the minute alone."""
    return not 20 <= story.now.local.minute < 40


class AlarmMachine(RuleBasedStateMachine):
    """One story, and a model of each of its inputs."""

    @initialize(waits=st.booleans(), scheduled=st.booleans(), always=st.booleans())
    def begin(self, waits, scheduled, always):
        self.options = {
            name: {
                "when_schedule_opens": "wait" if waits else "trigger",
                "schedule": {"mon-sun": OPEN} if scheduled and name == "door" else "always",
                "quiet_s": 0,
                "enabled": True,
                "outputs": ["siren"],
                "always_armed": always and name == "gate",
                "disarm": name == "key",
            }
            for name in INPUTS
        }
        self.story = Story(self.settings())
        self.models = {
            name: ModelInput(started=self.story.time, waits=waits, always=name == "key" or (always and name == "gate"))
            for name in INPUTS
        }
        for model in self.models.values():
            model.reads("disconnected")
        self.armed = True

    def settings(self):
        return settings_of(
            *(an_input(name, **options) for name, options in self.options.items()),
            an_output("siren", follow_source=True),
        )

    def on(self, name, act):
        """Something happens to one model; if it is the key's, the device and all others follow."""
        model = self.models[name]
        held = model.shown
        act(model)
        if name == "key" and model.shown and not held:
            self.is_armed(armed=False)
        elif name == "key" and held and not model.shown and model.told[-1] != ("alarm_end", "fault"):
            self.is_armed(armed=True)

    def is_armed(self, *, armed):
        self.armed = armed
        for model in self.models.values():
            model.is_armed(armed=armed)

    @rule(armed=st.booleans())
    def the_device_is_armed_or_disarmed(self, armed):
        self.story.arm(armed=armed, request=object())
        refused = bool(self.story.all(Answer)[-1].faults)
        assert refused == (armed and self.models["key"].shown), "only a key refuses, and only to arm"
        if not refused:
            self.is_armed(armed=armed)

    @rule(name=st.sampled_from(INPUTS), contact=st.sampled_from(["connected", "disconnected"]))
    def a_contact_moves(self, name, contact):
        if not self.models[name].contact or self.story.input(name).available:
            self.story.contact(name, contact)
            if self.story.input(name).available:
                self.on(name, lambda model: model.reads(contact))

    @rule(name=st.sampled_from(INPUTS))
    def a_line_is_lost(self, name):
        if self.story.input(name).available:
            self.models[name].loses_its_line(self.story.time)
        self.story.tell(facts.LineLost(terminal=name, problem="gone"))

    @rule(name=st.sampled_from(INPUTS), contact=st.sampled_from(["connected", "disconnected", None]))
    def a_line_is_found(self, name, contact):
        self.story.tell(facts.LineFound(terminal=name))
        if contact is not None:
            self.story.contact(name, contact)
            self.on(name, lambda model: model.reads(contact))

    @rule(name=st.sampled_from(INPUTS), seconds=st.sampled_from([0.5, 5.0, 700.0]))
    def an_input_is_triggered(self, name, seconds):
        self.story.trigger(name, duration_ms=int(seconds * 1000))
        self.on(name, lambda model: model.is_triggered(self.story.time, seconds))

    @rule(name=st.sampled_from(INPUTS), enabled=st.booleans())
    def an_input_is_edited(self, name, enabled):
        self.options[name]["enabled"] = enabled
        self.story.edit(self.settings())
        self.on(name, lambda model: model.is_enabled(enabled=enabled))

    @rule(seconds=st.sampled_from([1.0, 30.0, 299.0, 301.0, 599.0, 601.0, 1200.0]))
    def time_passes(self, seconds):
        end = self.story.time + seconds
        while self.story.time < end:
            due = min(model.due for model in self.models.values())
            boundary = self.story.time + 600.0 - self.story.now.local.timestamp() % 600.0
            self.story.wait(min(due, boundary, end) - self.story.time)
            for name, model in self.models.items():
                if self.options[name]["schedule"] != "always":
                    model.schedule(is_open=is_open(self.story))
                self.on(name, lambda model: model.time(self.story.time))

    @rule(contacts=st.tuples(*[st.sampled_from(["connected", "disconnected", None])] * len(INPUTS)))
    def the_power_is_cut(self, contacts):
        found = dict(zip(INPUTS, contacts, strict=True))
        kept = {name: model.starts_again(1000.0) for name, model in self.models.items()}
        self.story = self.story.after_a_crash(contacts=found)
        for name in (name for name, contact in found.items() if contact is None):
            self.story.tell(facts.LineLost(terminal=name, problem="gone"))
        self.models = kept
        for name, contact in found.items():  # the key first: it counts before what it disarms
            if contact is not None:
                self.on(name, lambda model, contact=contact: model.reads(contact))

    @invariant()
    def alarms_are_those_of_the_model(self):
        for name, model in self.models.items():
            assert self.story.input(name).alarm == model.shown, name

    @invariant()
    def the_switch_is_that_of_the_model(self):
        assert self.story.armed_shown == self.story.armed_kept == self.armed

    @invariant()
    def begins_and_ends_have_the_causes_of_the_model(self):
        for name, model in self.models.items():
            told = [(entry.kind, entry.cause) for entry in self.story.entries if entry.input == name]
            assert [each for each in told if each[0] in KINDS] == model.told

    @invariant()
    def what_was_decided_last_is_stored(self):
        for name, model in self.models.items():
            kept = self.story.kept.get(name)
            assert (None if kept is None else kept.alarm) == model.kept, name

    @invariant()
    def the_siren_sounds_for_no_input_that_is_not_in_alarm(self):
        assert set(self.story.output("siren").sources) <= {name for name, model in self.models.items() if model.alarm}


AlarmMachine.TestCase.settings = hypothesis_settings(max_examples=60, stateful_step_count=25)
TestAlarms = pytest.mark.timeout(600)(AlarmMachine.TestCase)
