"""An edge that settles: lines are driven, the input's state is published, and only then is the rest worked out."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from words.builders import an_input, an_output, settings_of

from bridge.core.contact import Level
from bridge.core.effects import DriveLine, PublishInput, PublishTripped
from bridge.core.engine import Engine
from bridge.core.facts import EdgesSeen, LineChanged, LineFound, LineLost, Now, SeenEdge, StateRestored
from bridge.core.journal import JournalEntry

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Watched(Now):
    """A time that notes when somebody asks for the wall clock's time of an edge: journal, event and view do."""

    __slots__ = ("asked",)

    def wall(self, at):
        self.asked.append("recorded")
        return super().wall(at)


class Edges:
    """An engine with a door and a siren, and what came of its edges in order."""

    def __init__(self, *, debounce_ms=0, at_once=True):
        settings = settings_of(
            an_input("door", debounce_ms=debounce_ms, quiet_s=0, outputs=["siren"]),
            an_output("siren", follow_source=True),
        )
        self.order = []
        self.time = 0.0
        self.engine = Engine(settings, boot="b00t", release_year=2026, at_once=self.order.append if at_once else None)
        self.engine.begin(self.now())
        self.tell(StateRestored(inputs={}, latched=frozenset(), next_seq=1))
        self.edge(Level.HIGH)
        self.wait(debounce_ms / 1000 + 5)
        self.order.clear()

    def now(self):
        now = Watched(monotonic=self.time, local=NOON)
        now.asked = self.order
        return now

    def tell(self, fact):
        self.order += self.engine.receive(fact, self.now())

    def edge(self, level):
        self.tell(LineChanged(terminal="door", level=level, at=self.time))

    def wait(self, seconds):
        self.time += seconds
        self.order += self.engine.elapse(self.now())

    def kinds(self):
        return [each if isinstance(each, str) else type(each).__name__ for each in self.order]


@pytest.mark.parametrize("debounce_ms", [0, 100])
def test_the_siren_is_driven_and_the_state_is_out_before_anything_is_recorded(debounce_ms: int):
    edges = Edges(debounce_ms=debounce_ms)
    edges.edge(Level.LOW)
    edges.wait(debounce_ms / 1000)
    assert edges.order[:2] == [
        DriveLine(terminal="siren", level=Level.HIGH),
        PublishTripped(input="door", tripped=True),
    ]
    assert edges.kinds()[2] == "recorded"
    assert edges.kinds().count("PublishTripped") == edges.kinds().count("DriveLine") == 1
    assert [each.kind for each in edges.order if isinstance(each, JournalEntry)] == ["alarm_begin", "output_on"]


def test_without_one_who_takes_them_at_once_they_are_the_first_effects_of_the_step():
    edges = Edges(at_once=False)
    edges.edge(Level.LOW)
    effects = [kind for kind in edges.kinds() if kind != "recorded"]
    assert effects[:3] == ["DriveLine", "PublishTripped", "JournalEntry"]


def test_two_levels_of_one_step_keep_their_order():
    edges = Edges()
    edges.time = 1.0
    edges.tell(EdgesSeen(terminal="door", edges=(SeenEdge(Level.LOW, 0.5), SeenEdge(Level.HIGH, 0.6)), more=False))
    states = [each.tripped for each in edges.order if isinstance(each, PublishTripped)]
    levels = [each.level for each in edges.order if isinstance(each, DriveLine)]
    views = [each.view.tripped for each in edges.order if isinstance(each, PublishInput)]
    entries = [each.kind for each in edges.order if isinstance(each, JournalEntry)]
    assert states == views == [True, False]
    assert levels == [Level.HIGH, Level.LOW]
    assert entries == ["alarm_begin", "output_on", "alarm_end", "output_off"]


def test_the_state_of_a_line_that_is_found_again_goes_out_with_its_availability_alone():
    edges = Edges()
    edges.tell(LineLost(terminal="door", problem="gone"))
    edges.tell(LineFound(terminal="door"))
    edges.order.clear()
    edges.edge(Level.LOW)
    assert PublishTripped(input="door", tripped=True) in edges.order, "the line was there before this edge"
    edges.tell(LineLost(terminal="door", problem="gone"))
    assert not any(isinstance(each, PublishTripped) and each.tripped is None for each in edges.order)
