"""Every kind of input beside a model of `behaviour.md` 2 and 10: whatever happens outside, in whatever order.

The drivers and the engine are the real ones, in virtual time; the world outside them is played (`fakes/outsides/`).
Alarms begin and end exactly as the model says, with its causes, and none ends by silence.
"""

from __future__ import annotations

from typing import Any

import pytest
from fakes.outsides.outside import NAME, Outside
from fakes.outsides.table import OUTSIDES
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from words.builders import an_input, an_output, settings_of
from words.contact_model import ContactModel, FarModel
from words.line_world import LineWorld
from words.virtual_time import VirtualLoop

KINDS = ("alarm_begin", "alarm_end", "retrigger", "resumed")


class LineMachine(RuleBasedStateMachine):
    """One input of a kind, the world outside it, and the model of both."""

    kind: type[Outside]

    @initialize(waits=st.booleans(), grace_s=st.sampled_from([0, 5]))
    def begin(self, waits, grace_s):
        self.loop = VirtualLoop()
        self.grace_s = 0 if self.kind.members else grace_s  # members are known as they are read
        self.options: dict[str, Any] = {
            "when_schedule_opens": "wait" if waits else "trigger",
            "quiet_s": 0,
            "enabled": True,
            "trigger_mode": "connect",
            "name": "Door",
        }
        self.outside = self.kind(self)
        self.model = ContactModel(alarm=FarModel(started=1000.0, waits=waits, holding=self.grace_s > 0))
        self.starts(stored={})

    def settings(self):
        return settings_of(
            *(an_input(each, quiet_s=0) for each in self.outside.members),
            an_input(NAME, line=self.outside.line(), outputs=["siren"], **self.options),
            an_output("siren", follow_source=True),
            cameras=self.outside.cameras,
            device={"startup_grace_s": self.grace_s},
        )

    def starts(self, *, stored, at=None):
        how = {} if at is None else {"at": at}
        self.world = LineWorld(self.loop, self.settings(), self.outside.drivers, stored=stored, **how)
        self.outside.opened()
        self.outside.started()

    @rule(index=st.integers(0, 59))
    def something_happens(self, index):
        happenings = self.outside.happenings()
        happenings[index % len(happenings)]()

    @rule(index=st.integers(0, 9))
    def time_passes(self, index):
        self.wait(self.outside.seconds[index % len(self.outside.seconds)])

    def wait(self, seconds):
        """Time passes for the program and for the model."""
        end = self.world.time + seconds
        while self.world.time < end:
            grace = 1000.0 + self.grace_s if self.model.alarm.holding else end
            due = min(self.model.due, self.outside.due, grace, end)
            self.world.wait(max(due - self.world.time, 0))
            self.model.time(self.world.time)
            self.outside.time()
            if self.world.time >= 1000.0 + self.grace_s:
                self.model.alarm.grace_ends()

    @rule(how=st.sampled_from(["name", "line", "enable", "disable", "connect", "disconnect"]))
    def the_input_is_edited(self, how):
        """Another name, another line, the switch, or the Trigger Mode."""
        match how:
            case "name":
                self.options["name"] += "!"
            case "line":
                self.outside.letter = "b" if self.outside.letter == "a" else "a"
            case "enable" | "disable":
                self.options["enabled"] = how == "enable"
            case "connect" | "disconnect":
                self.options["trigger_mode"] = how
        self.world.edit(self.settings())
        match how:
            case "line":
                self.model = ContactModel(alarm=self.model.alarm.has_another_line(), now=self.model.now)
                self.outside.opened()
                self.outside.exchanged()
            case "enable" | "disable":
                self.model.alarm.is_enabled(enabled=how == "enable")
            case "connect" | "disconnect":
                self.model.alarm.has_trigger_mode(f"{how}ed")

    @rule()
    def the_program_is_killed_and_started(self):
        self.world.end()
        kept = {name: state for name, state in self.world.story.kept.items() if state is not None}
        at = self.world.story.now.local
        self.model = ContactModel(alarm=self.model.alarm.starts_anew(1000.0, grace_s=self.grace_s))
        if self.outside.members:
            self.outside.models = {name: each.starts_again(1000.0) for name, each in self.outside.models.items()}
        self.starts(stored=kept, at=at)

    @invariant()
    def the_alarm_is_that_of_the_model(self):
        assert self.world.story.input(NAME).alarm == self.model.alarm.shown

    @invariant()
    def begins_and_ends_have_the_causes_of_the_model(self):
        entries = [entry for entry in self.world.story.entries if entry.input == NAME and entry.kind in KINDS]
        assert [(entry.kind, entry.cause) for entry in entries] == self.model.alarm.told

    @invariant()
    def what_cannot_be_known_is_unknown_and_only_a_loss_is_a_fault(self):
        view, alarm = self.world.story.input(NAME), self.model.alarm
        assert str(view.contact) == (alarm.contact or "unknown")
        assert (view.problem, view.available) == (("line_fault", False) if alarm.is_lost else (None, True))

    @invariant()
    def what_was_decided_last_is_stored(self):
        kept = self.world.story.kept.get(NAME)
        assert (None if kept is None else kept.alarm) == self.model.alarm.kept

    @invariant()
    def the_siren_sounds_for_no_input_that_is_not_in_alarm(self):
        assert set(self.world.story.output("siren").sources) <= ({NAME} if self.model.alarm.alarm else set())

    def teardown(self):
        if hasattr(self, "world"):
            self.world.end()
            self.outside.close()
            self.world.do(lambda: None)
            self.loop.close()


def _machine(kind: type[Outside]) -> type[LineMachine]:
    machine = type(f"{kind.__name__}Machine", (LineMachine,), {"kind": kind})
    machine.TestCase.settings = hypothesis_settings(max_examples=12, stateful_step_count=20)
    return machine


@pytest.mark.parametrize("kind", OUTSIDES)
@pytest.mark.timeout(300)
def test_alarms_begin_and_end_as_the_page_says_whatever_happens(kind):
    machine = _machine(OUTSIDES[kind])
    machine.TestCase("runTest").runTest()
