"""Pulse edges 50 ms on, 50 ms off, while commands rain on the other outputs.

Beside them, at the same time, a bare asyncio loop with the same pattern.
"""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from bench.board import Board, Driven
from bench.contestant import OUTPUTS
from bench.figures import median, percentile
from bench.ours import PULSED, TOPIC
from bench.process import Program
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import hear_until
from bench.wire import Client, Message

PERIOD_NS = 50_000_000
COMMAND_NS = 5_000_000  # 200 a second
JITTER_NS = 5_000_000
WINDOW = 100
DRIFT_MS = 2.0


@dataclass(frozen=True, kw_only=True)
class Pulsing:
    """Lateness of edges against absolute times a period apart."""

    late_ms: list[float]
    missed: int

    @property
    def p99(self) -> float:
        """Late by so many milliseconds or less, 99 of 100."""
        return percentile(self.late_ms, 99)

    @property
    def drift(self) -> float:
        """How much later the last edges are than the first, as medians."""
        window = min(WINDOW, len(self.late_ms) // 2)
        return abs(median(self.late_ms[-window:]) - median(self.late_ms[:window]))


def lateness(stamps_ns: list[int]) -> Pulsing:
    """An edge is never early but for jitter, so it belongs to the grid's last point before it.

    The grid stands where the earliest of the edges near the median's phase does.
    """
    phases = [(stamp - stamps_ns[0] + PERIOD_NS // 2) % PERIOD_NS - PERIOD_NS // 2 for stamp in stamps_ns]
    usual = int(median(phases))
    start = stamps_ns[0] + min(phase for phase in phases if abs(phase - usual) < JITTER_NS)
    slots = [(stamp - start + JITTER_NS) // PERIOD_NS for stamp in stamps_ns]
    late_ms = [(stamp - start - slot * PERIOD_NS) / 1e6 for stamp, slot in zip(stamps_ns, slots, strict=True)]
    return Pulsing(late_ms=late_ms, missed=slots[-1] - slots[0] + 1 - len(set(slots)))


class Rain:
    """200 commands a second on every output but the pulsed one, and their answers."""

    def __init__(self, port: int) -> None:
        self.sent = self.answered = 0
        self.client = Client(port=port, name="commander", heard=self._arrived)
        self.client.subscribe(f"{TOPIC}/response")

    def _arrived(self, _: Message) -> None:
        self.answered += 1

    def drop(self) -> None:
        """The next command: each output on, then each off."""
        output = OUTPUTS[self.sent % len(OUTPUTS)]
        word = b"OFF" if self.sent // len(OUTPUTS) % 2 else b"ON"
        self.client.publish(f"{TOPIC}/output/{output}/set", word)
        self.sent += 1


def _pulsed(stage: Stage, seconds: float, *, busy: bool) -> tuple[Pulsing, Pulsing, Rain]:
    """Ours, the bare loop's, and what rained meanwhile."""
    stamps: list[int] = []

    def driven(change: Driven) -> None:
        if change.output == PULSED:
            stamps.append(change.at_ns)

    program = stage.started(stage.ours)
    board, rain = Board(stage.ours.socket, driven=driven), Rain(stage.broker.port)
    board.watch()
    file = stage.folder / "idle-loop"
    bare = Program(
        [sys.executable, Path(__file__).parent / "idle_loop.py", str(PERIOD_NS // 1_000_000), file],
        log=stage.folder / "idle-loop.log",
    )
    stage.keep(bare)
    helpers = [bare]
    if busy:
        helpers.append(stage.keep(Program([sys.executable, "-c", "while True: pass"], log=stage.folder / "busy.log")))
    rain.client.publish(f"{TOPIC}/output/{PULSED}/set", b"ON")
    readers, next_ns, end_ns = (board, rain.client), in_s(0.5), in_s(0.5 + seconds)
    while next_ns < end_ns:
        hear_until(readers, next_ns)
        rain.drop()
        next_ns += COMMAND_NS
    hear_until(readers, in_s(1.0))
    for helper in helpers:
        helper.stop()
    rain.client.close()
    board.close()
    program.stop()
    return lateness(stamps), lateness([int(line) for line in file.read_text().split()]), rain


def measure(stage: Stage) -> list[Row]:
    """Alone, then beside a process that never sleeps."""
    alone_s, busy_s = (12.0, 12.0) if stage.quick else (101.0, 60.0)
    rows = []
    for busy, seconds, limit_ms in ((False, alone_s, 5.0), (True, busy_s, 12.0)):
        ours, bare, rain = _pulsed(stage, seconds, busy=busy)
        name = "beside a busy process: " if busy else ""

        def row(what: str, unit: str, value: float, peer: float | None, limit: float | None, name: str = name) -> Row:
            return Row(
                part="pulses",
                what=name + what,
                unit=unit,
                ours=value,
                peer_name="idle loop",
                peer=peer,
                limit=limit,
            )

        count = len(ours.late_ms) // 2
        rows += [
            row(f"{count} pulses, edges late by, p99", "ms", ours.p99, bare.p99, limit_ms),
            row("late by, median", "ms", median(ours.late_ms), median(bare.late_ms), None),
            row("late by, worst", "ms", max(ours.late_ms), max(bare.late_ms), None),
            row(f"drift over {count} pulses", "ms", ours.drift, bare.drift, DRIFT_MS),
            # A wake-up that is late by more than a phase skips it; as many as may be late at p99.
            row("edges missed", "", ours.missed, bare.missed, None if busy else 2 * count // 100),
            row(f"of {rain.sent} commands unanswered", "", rain.sent + 1 - rain.answered, None, 0),
        ]
    return rows
