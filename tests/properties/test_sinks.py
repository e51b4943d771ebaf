"""Every kind of far output: whatever is demanded and whatever is lost, nothing late is done, and the end is right."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from contract.far_rigs import FarRig, HttpRig, MqttRig, OnvifRig
from contract.line_rigs import Seen
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from words.virtual_time import VirtualLoop

from bridge.core.contact import Level, contact_of

RIGS: dict[str, type[FarRig]] = {"mqtt": MqttRig, "http": HttpRig, "onvif": OnvifRig}
TRIED_S = 7.5
"""A command that cannot be carried out is given up, and is a fault, within five seconds and an answer's time."""
LONGEST_WAIT_S = 60.0
SIREN = "out0"


class SinkMachine(RuleBasedStateMachine):
    """One output of a kind, its device, and the contact that is demanded."""

    rig_type: type[FarRig]

    @initialize(level=st.sampled_from(list(Level)))
    def begin(self, level):
        self.loop = VirtualLoop()
        self.rig, self.seen, self.late = self.rig_type(), Seen(), []
        self.rig.when_commanded = lambda contact: self.late.append(contact) if contact is not self.demanded else None
        self.demand(level, lambda: self.start(level))

    def start(self, level):
        self.driver = self.rig.driver()
        self.driver.request_output(self.rig.output(SIREN), level)
        self.driver.start(self.seen)

    def demand(self, level, act):
        self.demanded = contact_of(level, Level.HIGH)
        self.run(act)

    def run(self, act, seconds=0.01):
        async def acted():
            found = act()
            if asyncio.iscoroutine(found):
                await found
            await asyncio.sleep(seconds)

        self.loop.run_until_complete(acted())

    def words(self):
        return [word for word in self.seen.words(SIREN) if word in ("found", "lost")]

    @rule(level=st.sampled_from(list(Level)))
    def another_contact_is_demanded(self, level):
        self.demand(level, lambda: self.driver.drive(SIREN, level))

    @rule()
    def the_device_goes_or_comes(self):
        self.run(lambda: (self.rig.heal if self.rig.is_away else self.rig.lose)(SIREN))

    @rule(seconds=st.sampled_from([0.5, 3.0, 6.0, 20.0, 100.0]))
    def time_passes(self, seconds):
        self.run(lambda: None, seconds)

    @rule()
    def the_line_is_requested_anew(self):
        """As the engine does when an output's line is changed: idle, released, and requested at idle."""

        def exchange():
            self.driver.drive(SIREN, Level.LOW)
            self.driver.release(SIREN)
            self.driver.request_output(self.rig.output(SIREN), Level.LOW)

        self.seen.clear()  # the engine begins anew too
        self.demand(Level.LOW, exchange)

    @rule()
    def all_is_well_for_a_while(self):
        if self.rig.is_away:
            self.run(lambda: self.rig.heal(SIREN))
        self.run(lambda: None, LONGEST_WAIT_S + TRIED_S)
        assert self.rig.commanded[SIREN] is self.demanded
        assert self.words()[-1:] != ["lost"]

    @rule(level=st.sampled_from(list(Level)))
    def it_stays_away_when_something_is_demanded(self, level):
        if not self.rig.is_away:
            self.run(lambda: self.rig.lose(SIREN))
        was = self.demanded
        self.another_contact_is_demanded(level)
        self.run(lambda: None, TRIED_S)
        if self.demanded is not was:
            assert self.words()[-1:] == ["lost"], "a siren that cannot be commanded is a fault"

    @invariant()
    def nothing_is_done_late(self):
        assert self.late == []

    @invariant()
    def losses_and_returns_are_told_in_turn(self):
        words = self.words()
        assert all(before != after for before, after in itertools.pairwise(words))

    def teardown(self):
        if hasattr(self, "driver"):
            self.run(self.driver.close)
            for task in asyncio.all_tasks(self.loop):
                task.cancel()
            self.run(lambda: None)
            self.loop.close()


@pytest.mark.parametrize("kind", RIGS)
@pytest.mark.timeout(300)
def test_a_device_ends_as_it_is_demanded_whatever_happens(kind):
    machine = type(f"{kind.title()}Machine", (SinkMachine,), {"rig_type": RIGS[kind]})
    machine.TestCase.settings = hypothesis_settings(max_examples=25, stateful_step_count=20)
    machine.TestCase("runTest").runTest()
