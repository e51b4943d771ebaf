from __future__ import annotations

from contract.line_rigs import Seen

from bridge.core.contact import Level
from bridge.core.facts import EdgesLost, LineChanged
from bridge.lines.gpio.edge_reader import EdgeReader
from bridge.lines.gpio.kernel import MOST_EDGES, Edge

LOW, HIGH = Level.LOW, Level.HIGH
LONG_AFTER = 1e9
"""An edge's stamp that no reading of the level can be later than."""


class Script:
    """A held line whose queue a test fills."""

    fd = -1

    def __init__(self) -> None:
        self.queue: list[Edge] = []
        self.now = HIGH
        self.number = 0
        self.reads = 0

    def level(self) -> Level:
        return self.now

    def edges(self) -> list[Edge]:
        self.reads += 1
        taken, self.queue = self.queue[:MOST_EDGES], self.queue[MOST_EDGES:]
        return taken

    def toggle(self, count: int, *, lost: int = 0, at: float = LONG_AFTER) -> None:
        """So many edges wait, after some that the kernel had no room for."""
        self.number += lost
        for _ in range(count):
            self.number += 1
            self.now = LOW if self.number % 2 else HIGH
            self.queue.append(Edge(level=self.now, at=at, number=self.number))


def watched() -> tuple[Script, EdgeReader, Seen]:
    line, seen = Script(), Seen()
    return line, EdgeReader(terminal="door", line=line, report=seen), seen  # type: ignore[arg-type]


def lost(seen: Seen) -> int:
    return sum(fact.count for fact in seen.facts if isinstance(fact, EdgesLost))


def test_edges_from_before_the_level_was_read_are_not_told_again() -> None:
    line, door, seen = watched()
    line.toggle(3, at=-1.0)
    door.read_level()
    line.toggle(1)
    door.read_edges()
    assert seen.words("door") == ["low", "high"]


def test_a_turn_takes_only_so_many_edges() -> None:
    line, door, seen = watched()
    line.toggle(1000)
    door.read_edges()
    assert line.reads == 4
    assert len(seen.facts) == 4 * MOST_EDGES
    while line.queue:
        door.read_edges()
    assert seen.words("door") == [LOW, HIGH] * 500


def test_a_gap_is_told_where_it_was_and_the_level_at_the_end_even_of_a_queue_that_ends_on_a_full_read() -> None:
    line, door, seen = watched()
    line.toggle(1)
    line.toggle(1024 - 1, lost=500)
    door.read_edges()
    assert seen.words("door")[:3] == ["low", "edges lost", str(line_level_after(501 + 1))]
    assert lost(seen) == 500
    assert len(seen.facts) == 1024 + 1 + 1
    last = seen.facts[-1]
    assert isinstance(last, LineChanged)
    assert last.level is line.now
    assert not door.flooding


def line_level_after(number: int) -> Level:
    return LOW if number % 2 else HIGH


def test_a_line_that_overflows_twice_running_is_flooding_and_only_sampled_until_it_calms_down() -> None:
    line, door, seen = watched()
    for _ in range(2):
        line.toggle(1024, lost=100)
        door.read_edges()
    assert door.flooding
    seen.clear()
    line.toggle(1024, lost=5000)
    door.read_edges()
    assert seen.words("door") == ["edges lost", str(line.now)]
    assert lost(seen) == 6024
    assert door.flooding
    line.toggle(MOST_EDGES - 1)
    door.read_edges()
    assert not door.flooding
    seen.clear()
    line.toggle(2)
    door.read_edges()
    assert len(seen.facts) == 2
    assert lost(seen) == 0


def test_overflows_with_calm_between_them_are_no_flood() -> None:
    line, door, _ = watched()
    for _ in range(3):
        line.toggle(1024, lost=100)
        door.read_edges()
        assert not door.flooding
        line.toggle(1)
        door.read_edges()
