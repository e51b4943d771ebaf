"""One queue, one consumer, one deadline."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from words.builders import an_input, an_output, settings_of
from words.waiting import until

from bridge.core.contact import Level
from bridge.core.effects import DriveLine, PublishInput
from bridge.core.engine import Engine
from bridge.core.facts import LineChanged, Now, Origin, OutputStartRequested, StateRestored
from bridge.core.journal import JournalEntry
from bridge.runtime.engine_loop import MOST_COMMANDS, EngineLoop


class Looped:
    """An engine on the running loop, and what it asked for."""

    def __init__(self, *parts):
        self.done = []
        self.refused = []
        self.engine = Engine(settings_of(*parts), boot="b00t", release_year=2026)
        self.loop = EngineLoop(
            self.engine,
            perform=self.done.extend,
            overload=self.refused.append,
            now=self.now,
        )

    @staticmethod
    def now():
        return Now(monotonic=asyncio.get_running_loop().time(), local=datetime.now(UTC))

    def begin(self):
        self.done.extend(self.engine.begin(self.now()))
        self.loop.take_now(StateRestored(inputs={}, latched=frozenset(), next_seq=1))

    def contact(self):
        return next((effect.view.contact for effect in reversed(self.done) if isinstance(effect, PublishInput)), None)

    def driven(self):
        return [effect.level for effect in self.done if isinstance(effect, DriveLine)]

    def kinds(self):
        return [effect.kind for effect in self.done if isinstance(effect, JournalEntry)]


async def test_facts_before_the_start_wait_for_it():
    looped = Looped(an_input("door"))
    looped.begin()
    looped.loop.submit(LineChanged(terminal="door", level=Level.LOW, at=asyncio.get_running_loop().time()))
    await asyncio.sleep(0)
    assert looped.kinds() == ["start"]
    looped.loop.start()
    await asyncio.sleep(0)
    assert looped.kinds() == ["start", "alarm_begin"]


@pytest.mark.virtual_time
async def test_an_edge_is_consumed_at_once_and_behind_facts_that_wait():
    looped = Looped(an_input("door"), an_output("siren"))
    looped.begin()
    looped.loop.start()
    looped.loop.submit(OutputStartRequested(output="siren", origin=Origin(by="page")))
    looped.loop.submit_urgent(LineChanged(terminal="door", level=Level.LOW, at=asyncio.get_running_loop().time()))
    assert looped.kinds() == ["start", "command", "output_on", "alarm_begin"]


@pytest.mark.virtual_time
async def test_the_engine_is_woken_at_its_deadlines():
    looped = Looped(an_output("siren", mode="pulse", pulse={"on_ms": 50, "off_ms": 50}))
    looped.begin()
    looped.loop.start()
    looped.loop.submit(OutputStartRequested(output="siren", origin=Origin(by="page"), duration_ms=160))
    await asyncio.sleep(3600)
    assert looped.driven() == ["high", "low", "high", "low"]


async def test_commands_beyond_the_bound_are_refused_and_lines_never_are():
    looped = Looped(an_input("door"), an_output("siren"))
    looped.begin()
    origin = Origin(by="mqtt", request=1)
    for _ in range(MOST_COMMANDS + 3):
        looped.loop.submit(OutputStartRequested(output="siren", origin=origin))
    looped.loop.submit(LineChanged(terminal="door", level=Level.LOW, at=0.0))
    assert looped.refused == [origin] * 3
    looped.loop.start()
    await until(lambda: "alarm_begin" in looped.kinds())


async def test_a_late_timer_does_not_make_a_glitch_stable_whose_end_still_waits():
    looped = Looped({**an_input("door"), "debounce_ms": 50})
    looped.begin()
    looped.loop.start()
    clock = asyncio.get_running_loop()
    looped.loop.submit(LineChanged(terminal="door", level=Level.HIGH, at=clock.time() - 1))
    await until(lambda: looped.contact() == "disconnected")
    begin = clock.time()
    looped.loop.submit(LineChanged(terminal="door", level=Level.LOW, at=begin))
    await asyncio.sleep(0)  # it is taken, and the timer armed
    while clock.time() < begin + 0.1:  # the loop is held up, and both the timer and the edge wait
        pass
    clock.call_soon(looped.loop.submit, LineChanged(terminal="door", level=Level.HIGH, at=begin + 0.02))
    await asyncio.sleep(0)
    looped.loop.submit(LineChanged(terminal="door", level=Level.LOW, at=clock.time()))
    await until(lambda: "alarm_begin" in looped.kinds(), what="the alarm of the contact behind it")
    assert looped.kinds() == ["start", "alarm_begin"]


async def test_a_fact_that_the_engine_cannot_take_is_logged_and_the_next_one_is_taken(caplog):
    looped = Looped(an_input("door"))
    looped.begin()
    looped.loop.start()
    looped.loop.submit("no fact at all")
    looped.loop.submit(LineChanged(terminal="door", level=Level.LOW, at=asyncio.get_running_loop().time()))
    await asyncio.sleep(0)
    assert "could not take: str" in caplog.text
    assert "alarm_begin" in looped.kinds()
