"""Edges at the pace of alarms, 115 ms apart: before each, every thread has slept and the caches are cold.

Beside the time to a subscriber: processor time, wake-ups, and what an alarm, its begin and its end, writes to the
flash. Ours in two more forms: with the default debounce, and with a linked output, whose line is beside the line of
a command to mqtt-io.
"""

from __future__ import annotations

import shutil
import time
from collections import deque
from functools import partial
from pathlib import Path

from bench import commands
from bench.board import Board, Driven
from bench.contestant import INPUTS, OUTPUTS, Contestant
from bench.figures import median, percentile
from bench.latency import Lane
from bench.ours import alarm2mqtt
from bench.process import Program
from bench.stage import Stage, in_s
from bench.table import Row, beside
from bench.waiting import hear_until

PART = "paced"
PERIOD_NS = 115_000_000
DEBOUNCE_MS = 100.0
"""The default."""
DEBOUNCED_NS = 260_000_000
MOST_LINKED = 144
"""Edges with a linked output, after the first eight: 19 trips of each of four inputs."""
SYNCS = "fsync,fdatasync,sync_file_range"


class Paced:
    """A lane of `latency` at this pace, with wake-ups and bytes written an edge."""

    def __init__(self, stage: Stage, contestant: Contestant, *, period_ns: int = PERIOD_NS) -> None:
        self.lane = Lane(stage, contestant, period_ns=period_ns)
        self.name = contestant.name
        self.edges = 0
        self.wakeups = 0
        self.written = 0
        self.lane.turn(8)
        self.lane.latencies_ms.clear()
        self.lane.cpu_ms.clear()
        self.lane.wrong = 0

    def turn(self, edges: int) -> None:
        """Sends edges and adds up what they cost."""
        program = self.lane.program
        wakeups, written = program.wakeups(), program.written_bytes()
        self.lane.turn(edges)
        self.edges += edges
        self.wakeups += program.wakeups() - wakeups
        self.written += program.written_bytes() - written

    def alarm_kb(self) -> float:
        """Kilobytes written for two edges."""
        return self.written / self.edges * 2 / 1000

    def woken(self) -> float:
        """Wake-ups an edge."""
        return self.wakeups / self.edges


class LinkedLane:
    """Ours with an output that follows every input: edge → line.

    An input that trips more than twenty times a minute chatters, and its linkage is held back.
    """

    def __init__(self, stage: Stage) -> None:
        contestant = alarm2mqtt(
            stage.folder / "linked",
            stage.broker.port,
            inputs_also={"linkage": {"outputs": list(OUTPUTS[:1])}},
            outputs_also={"follow_source": True},
        )
        self._program = stage.started(contestant)
        self.late_ms: list[float] = []
        self.wrong = 0
        self._sent: deque[tuple[bool, int]] = deque()
        self._board = Board(contestant.socket, driven=self._driven)
        self._board.watch()
        self._connected = False
        self._edges = 0
        hear_until([self._board], in_s(1.0))

    def _driven(self, change: Driven) -> None:
        while self._sent:
            connected, at_ns = self._sent.popleft()
            if (change.output, change.connected) == (OUTPUTS[0], connected):
                self.late_ms.append((change.at_ns - at_ns) / 1e6)
                return
            self.wrong += 1
        self.wrong += 1

    def turn(self, edges: int) -> None:
        """Moves contacts to and fro, one after the other; the output follows."""
        next_ns = time.monotonic_ns()
        for _ in range(edges):
            next_ns += PERIOD_NS
            hear_until([self._board], next_ns)
            self._connected = not self._connected
            self._sent.append((self._connected, time.monotonic_ns()))
            self._board.move(INPUTS[self._edges // 2 % len(INPUTS)], connected=self._connected)
            self._edges += 1
        hear_until([self._board], in_s(0.25))
        self.wrong += len(self._sent)
        self._sent.clear()

    def close(self) -> None:
        """Hangs up and stops the program."""
        self._board.close()
        self._program.stop()


def _syncs(paced: Paced, stage: Stage, edges: int) -> tuple[float | None, str]:
    """Returns the syncs of an alarm, or None and the reason; of edges that count for nothing else: strace is slow."""
    strace = shutil.which("strace")
    if strace is None:
        return None, "strace is not installed"
    counts = stage.folder / "syncs"
    pid = str(paced.lane.program.pid)
    tracer = Program([strace, "-f", "-qq", "-e", f"trace={SYNCS}", "-o", counts, "-p", pid], log=Path("/dev/null"))
    hear_until([], in_s(1.0))
    before = len(counts.read_text().splitlines()) if counts.exists() else 0
    paced.lane.turn(edges)
    found = counts.read_text().splitlines() if counts.exists() else []
    tracer.stop()
    begun = [line for line in found[before:] if "resumed" not in line]
    return len(begun) / edges * 2, ""


def _debounced(stage: Stage, edges: int) -> Lane:
    contestant = alarm2mqtt(
        stage.folder / "debounced", stage.broker.port, inputs_also={"debounce_ms": int(DEBOUNCE_MS)}
    )
    lane = Lane(stage, contestant, period_ns=DEBOUNCED_NS)
    lane.turn(8)
    lane.latencies_ms.clear()
    lane.wrong = 0
    lane.turn(edges)
    lane.close()
    return lane


def _linked(stage: Stage, edges: int) -> list[Row]:
    ours = LinkedLane(stage)
    peer = commands.Lane(stage, stage.mqtt_io, period_ns=PERIOD_NS) if stage.mqtt_io else None
    for number in range(1 + edges // 24):
        for lane in (ours, peer):
            if lane is not None:
                lane.turn(24 if number else 8)
                if not number:
                    lane.late_ms.clear()
    ours.close()
    if peer is not None:
        peer.close()
    return [
        Row(
            part=PART,
            what="edge → linked line, median, beside a command → line",
            unit="ms",
            ours=median(ours.late_ms),
            peer_name="mqtt-io",
            peer=median(peer.late_ms) if peer else None,
            floor=1.0,
        ),
        Row(part=PART, what="linked lines not driven or wrong", unit="", ours=ours.wrong, limit=0),
    ]


def measure(stage: Stage) -> list[Row]:
    """All at once, edges to one of them at a time."""
    turns, edges = (3, 20) if stage.quick else (10, 40)
    lanes = {one.name: Paced(stage, one) for one in (stage.ours, *stage.peers)}
    for _ in range(turns):
        for paced in lanes.values():
            paced.turn(edges)
    ours = lanes["alarm2mqtt"]
    wrong = ours.lane.wrong
    syncs, absent = _syncs(ours, stage, edges)
    for paced in lanes.values():
        paced.lane.close()
    debounced = _debounced(stage, edges if stage.quick else 3 * edges)

    row = partial(beside, PART, lanes)
    excess_ms = [late - DEBOUNCE_MS for late in debounced.latencies_ms]
    return [
        row("edge → subscriber, median", "ms", lambda one: one.lane.p50(), "C", 1.85),
        row("edge → subscriber, median", "ms", lambda one: one.lane.p50(), "mqtt-io", 0.85),
        row("edge → subscriber, p99", "ms", lambda one: one.lane.p99(), "mqtt-io", None),
        row("processor time an edge", "ms", lambda one: one.lane.cpu(), "mqtt-io", 1.8),
        row("wake-ups an edge", "", Paced.woken, "mqtt-io", None),
        Row(part=PART, what="an alarm writes", unit="kB", ours=ours.alarm_kb(), limit=30),
        # Two, and now and then those of a checkpoint or of marks that have waited.
        Row(part=PART, what="syncs of an alarm", unit="", ours=syncs, limit=2.2, absent=absent),
        Row(part=PART, what="states lost or wrong", unit="", ours=wrong + debounced.wrong, limit=0),
        Row(
            part=PART,
            what=f"default debounce: later than {DEBOUNCE_MS:g} ms by, median",
            unit="ms",
            ours=median(excess_ms),
            limit=1.25,
        ),
        Row(
            part=PART,
            what=f"default debounce: later than {DEBOUNCE_MS:g} ms by, p99",
            unit="ms",
            ours=percentile(excess_ms, 99),
        ),
        *_linked(stage, 48 if stage.quick else MOST_LINKED),
    ]
