"""Debounce against a brute-force oracle, however late and however bunched its edges are delivered."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st
from words.builders import an_input, an_output, settings_of
from words.story import Story

from bridge.core.contact import Contact, Level, opposite
from bridge.core.debounce import Debouncer, Settled
from bridge.core.effects import DriveLine
from bridge.core.facts import EdgesSeen, LineChanged, SeenEdge

END = 1_000_000
gaps_ms = st.lists(st.sampled_from([0, 1, 5, 9, 10, 11, 30, 400]), max_size=40)
stable_ms = st.sampled_from([0, 1, 10, 200])


def a_train(gaps):
    """Edges at whole milliseconds, the first reading low at 0."""
    level, at, train = Level.LOW, 0, [(Level.LOW, 0)]
    for gap in gaps:
        level, at = opposite(level), at + gap
        train.append((level, at))
    return train


def oracle(train, stable, counts=None):
    """Levels that lasted, and runs that did not, by looking at every run with its end known."""
    settled, glitches = [], 0
    for (level, begin), (_, end) in itertools.pairwise([*train, (None, END)]):
        if level is counts:
            continue
        if end - begin >= stable:
            settled.append((level, begin))
            counts = level
        else:
            glitches += 1
    return settled, glitches


@given(gaps=gaps_ms, stable=stable_ms)
def test_what_settles_is_every_run_that_lasted_and_all_others_are_glitches(gaps, stable):
    train = a_train(gaps)
    debouncer = Debouncer(stable_for_s=stable)
    got = [each for level, at in train for each in debouncer.saw(level, at)]
    got += debouncer.elapse(END)
    settled, glitches = oracle(train, stable)
    assert got == [Settled(level, at) for level, at in settled]
    assert debouncer.glitches == glitches


@given(gaps=gaps_ms, stable=stable_ms, looks=st.lists(st.integers(0, 3000)))
def test_looking_in_between_changes_nothing(gaps, stable, looks):
    train = a_train(gaps)
    debouncer = Debouncer(stable_for_s=stable)
    got = []
    for level, at in sorted([*train, *((None, look) for look in looks)], key=lambda each: (each[1], each[0] is None)):
        got += debouncer.elapse(at) if level is None else debouncer.saw(level, at)
    got += debouncer.elapse(END)
    assert [(each.level, each.at) for each in got] == oracle(train, stable)[0]


@given(
    gaps=gaps_ms,
    stable=st.sampled_from([0, 10, 200]),
    late_ms=st.sampled_from([0, 3, 15, 150, 1000, 20_000]),
    batch=st.integers(1, 50),
)
def test_the_engine_makes_the_same_of_edges_that_arrive_late_and_in_batches(gaps, stable, late_ms, batch):
    edges = a_train(gaps)
    story = Story(settings_of(an_input("door", debounce_ms=stable, quiet_s=0)))
    story.wait(1)
    begin, began = story.time, story.now.local
    facts = [LineChanged(terminal="door", level=level, at=begin + at / 1000) for level, at in edges]
    while facts:
        story.oversleep(max(facts[:batch][-1].at + late_ms / 1000 - story.time, 0))
        for fact in facts[:batch]:
            story.tell(fact)
        facts = facts[batch:]
        if facts:  # a timer rings while edges still wait to be told
            story.elapse(seen_until=facts[0].at)
    story.wait(30)
    settled, glitches = oracle(edges, stable, counts=Level.HIGH)
    told = [
        (entry.kind in ("alarm_begin", "retrigger"), round((entry.time - began).total_seconds() * 1000))
        for entry in story.journal("alarm_begin", "retrigger", "alarm_end")
    ]
    assert told == [(level is Level.LOW, at) for level, at in settled]
    assert story.input("door").glitches == glitches


@given(
    gaps=gaps_ms,
    stable=st.sampled_from([0, 1, 10, 200]),
    quiet=st.sampled_from([0, 1]),
    late_ms=st.sampled_from([0, 15, 1000]),
    batch=st.integers(2, 40),
)
def test_edges_in_one_fact_have_the_effects_of_as_many_facts(gaps, stable, quiet, late_ms, batch):
    siren = an_output("siren", alarm_time_ms=60_000)  # longer than the edges: no deadline falls between two of them
    lamp = an_output("lamp", follow_source=True)
    door = an_input("door", debounce_ms=stable, quiet_s=quiet, outputs=["siren", "lamp"])
    single, folded = (Story(settings_of(door, siren, lamp)) for _ in range(2))
    for story in (single, folded):
        story.wait(1)
    begin = single.time
    edges = [SeenEdge(level, begin + at / 1000) for level, at in a_train(gaps)]
    while edges:
        now, edges = edges[:batch], edges[batch:]
        for story in (single, folded):
            story.oversleep(max(now[-1].at + late_ms / 1000 - story.time, 0))
        for edge in now:
            single.tell(LineChanged(terminal="door", level=edge.level, at=edge.at))
        folded.tell(EdgesSeen(terminal="door", edges=tuple(now), more=False))
        if edges:
            for story in (single, folded):
                story.elapse(seen_until=edges[0].at)
    for story in (single, folded):
        story.wait(100)
    assert folded.journal() == single.journal()
    assert folded.all(DriveLine) == single.all(DriveLine)
    assert folded.input("door") == single.input("door")


@given(gaps=gaps_ms, stable=st.sampled_from([10, 200]))
def test_while_younger_edges_wait_no_timer_makes_a_level_count(gaps, stable):
    story = Story(settings_of(an_input("door", debounce_ms=stable, quiet_s=0)))
    story.wait(1)
    before = len(story.journal())
    edges = tuple(SeenEdge(level, story.time + index / 1000) for index, (level, _) in enumerate(a_train(gaps)))
    story.tell(EdgesSeen(terminal="door", edges=edges, more=True))
    story.wait(30)
    assert len(story.journal()) == before
    story.tell(LineChanged(terminal="door", level=opposite(edges[-1].level), at=story.time))
    story.wait(30)
    assert (story.input("door").contact is Contact.CONNECTED) == (edges[-1].level is Level.HIGH)
