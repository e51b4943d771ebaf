from __future__ import annotations

import time

import pytest
from contract.line_rigs import Seen

from bridge.core.contact import Level
from bridge.core.facts import EdgesLost, EdgesSeen, LineChanged
from bridge.lines.gpio.edge_reader import FLOOD_EDGES, FLOOD_WINDOW_S, KERNEL_DEBOUNCE_S, EdgeReader
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
        self.debounced: list[float] = []
        self.can_debounce = True

    def level(self) -> Level:
        return self.now

    def edges(self) -> list[Edge]:
        self.reads += 1
        taken, self.queue = self.queue[:MOST_EDGES], self.queue[MOST_EDGES:]
        return taken

    def edges_wait(self) -> bool:
        return bool(self.queue)

    def discard_edges(self) -> int:
        count = len(self.queue)
        self.queue.clear()
        return count

    def debounce(self, period_s: float) -> bool:
        self.debounced.append(period_s)
        return self.can_debounce

    def toggle(self, count: int, *, lost: int = 0, at: float = LONG_AFTER, gap_s: float = 1.0) -> None:
        """So many edges wait, after some that the kernel had no room for."""
        self.number += lost
        for index in range(count):
            self.number += 1
            self.now = LOW if self.number % 2 else HIGH
            self.queue.append(Edge(level=self.now, at=at + index * gap_s, number=self.number))


def watched() -> tuple[Script, EdgeReader, Seen]:
    line, seen = Script(), Seen()
    return line, EdgeReader(terminal="door", line=line, report=seen), seen  # type: ignore[arg-type]


def lost(seen: Seen) -> int:
    return sum(fact.count for fact in seen.facts if isinstance(fact, EdgesLost))


def read_all(line: Script, door: EdgeReader) -> None:
    while line.queue:
        door.read_edges()


def flooded() -> tuple[Script, EdgeReader, Seen]:
    line, door, seen = watched()
    line.toggle(FLOOD_EDGES, gap_s=FLOOD_WINDOW_S / FLOOD_EDGES / 2, at=time.monotonic() + 0.1)
    read_all(line, door)
    return line, door, seen


def test_edges_from_before_the_level_was_read_are_not_reported_again() -> None:
    line, door, seen = watched()
    line.toggle(3, at=-9.0)
    door.read_level()
    line.toggle(1)
    door.read_edges()
    assert seen.words("door") == ["low", "high"]


def test_edges_that_were_read_together_are_one_fact_and_say_whether_younger_ones_wait() -> None:
    line, door, seen = watched()
    line.toggle(MOST_EDGES + 3)
    door.read_edges()
    door.read_edges()
    assert [(len(fact.edges), fact.more) for fact in seen.facts if isinstance(fact, EdgesSeen)] == [
        (MOST_EDGES, True),
        (3, False),
    ]


def test_a_turn_takes_only_so_many_edges_and_none_is_left_out() -> None:
    line, door, seen = watched()
    line.toggle(1000)
    door.read_edges()
    assert line.reads == 1
    assert len(seen.words("door")) == MOST_EDGES
    read_all(line, door)
    assert seen.words("door") == [LOW, HIGH] * 500
    assert not door.flooding


def test_a_gap_is_reported_where_it_was_and_the_level_at_the_end_even_of_a_queue_that_ends_on_a_full_read() -> None:
    line, door, seen = watched()
    line.toggle(1)
    line.toggle(1024 - 1, lost=500)
    read_all(line, door)
    assert seen.words("door")[:3] == ["low", "edges lost", str(line_level_after(501 + 1))]
    assert lost(seen) == 500
    assert len(seen.words("door")) == 1024 + 1 + 1
    last = seen.facts[-1]
    assert isinstance(last, LineChanged)
    assert last.level is line.now


def line_level_after(number: int) -> Level:
    return LOW if number % 2 else HIGH


def test_a_line_that_floods_gets_the_kernels_debounce_and_its_level_is_read_then() -> None:
    line, door, seen = flooded()
    assert door.flooding
    assert line.debounced == [KERNEL_DEBOUNCE_S]
    assert seen.words("door")[:-1] == [LOW, HIGH] * (FLOOD_EDGES // 2)
    assert isinstance(seen.facts[-1], LineChanged)
    assert seen.words("door")[-1] == line.now


def test_the_edges_that_wait_when_a_flood_begins_are_counted_as_lost_and_their_numbers_leave_no_gap() -> None:
    line, door, seen = watched()
    line.toggle(FLOOD_EDGES + 700, gap_s=0)
    read_all(line, door)
    assert line.reads == FLOOD_EDGES // MOST_EDGES
    assert lost(seen) == 700
    assert seen.words("door")[-1] == line.now
    seen.clear()
    line.toggle(1)
    door.read_edges()
    assert lost(seen) == 0


def test_edges_that_the_kernel_had_no_room_for_count_for_a_flood() -> None:
    line, door, _ = watched()
    line.toggle(1, lost=FLOOD_EDGES)
    door.read_edges()
    assert door.flooding


def test_late_stamps_of_the_kernels_debounce_are_set_back_to_the_begin_of_the_run() -> None:
    line, door, seen = flooded()
    seen.clear()
    line.toggle(1, at=LONG_AFTER)
    door.read_edges()
    assert seen.stamps("door") == [LONG_AFTER - KERNEL_DEBOUNCE_S]


def test_no_stamp_is_set_back_to_before_the_one_reported_last() -> None:
    line, door, seen = flooded()
    seen.clear()
    line.toggle(2, at=LONG_AFTER, gap_s=0)
    door.read_edges()
    stamps = seen.stamps("door")
    assert stamps == sorted(stamps)


def test_after_a_flood_each_edge_is_reported_again_with_its_own_stamp() -> None:
    line, door, seen = flooded()
    seen.clear()
    line.now = LOW
    door.end_flood()
    assert not door.flooding
    assert line.debounced == [KERNEL_DEBOUNCE_S, 0]
    assert seen.words("door") == ["low"]
    line.toggle(2, at=LONG_AFTER)
    door.read_edges()
    assert seen.stamps("door")[1:] == [LONG_AFTER, LONG_AFTER + 1]


def test_a_line_that_goes_on_flooding_is_debounced_again() -> None:
    line, door, _ = flooded()
    door.end_flood()
    line.toggle(FLOOD_EDGES, gap_s=0)
    read_all(line, door)
    assert line.debounced == [KERNEL_DEBOUNCE_S, 0, KERNEL_DEBOUNCE_S]


def test_a_kernel_that_cannot_debounce_is_asked_once_and_every_edge_is_reported(
    caplog: pytest.LogCaptureFixture,
) -> None:
    line, door, seen = watched()
    line.can_debounce = False
    line.toggle(4 * FLOOD_EDGES, gap_s=0)
    read_all(line, door)
    assert line.debounced == [KERNEL_DEBOUNCE_S]
    assert len(seen.words("door")) == 4 * FLOOD_EDGES
    assert not door.flooding
    assert len(caplog.records) == 1


def test_as_many_edges_in_more_time_are_no_flood() -> None:
    line, door, _ = watched()
    line.toggle(8 * FLOOD_EDGES, gap_s=1.1 * FLOOD_WINDOW_S / FLOOD_EDGES)
    read_all(line, door)
    assert line.debounced == []
