"""Edge → subscriber at QoS 1, and what an edge costs in processor time.

All contestants run at once; edges go to one of them at a time, in short turns, so that whatever else
the machine does hits all alike.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Sequence
from functools import partial

from bench.board import Board
from bench.contestant import INPUTS, Contestant
from bench.figures import median, percentile
from bench.process import Program
from bench.stage import Stage, in_s
from bench.table import Row, beside
from bench.waiting import hear_until
from bench.wire import Client, Message

PERIOD_NS = 10_000_000  # 100 edges a second over all lines
SETTLE_S = 1.0
PART = "latency"


class Lane:
    """One contestant with its own subscriber and board, and what was measured on it, edges a period apart."""

    def __init__(self, stage: Stage, contestant: Contestant, *, period_ns: int = PERIOD_NS) -> None:
        self._period_ns = period_ns
        self.name = contestant.name
        self.program: Program = stage.started(contestant)
        self.latencies_ms: list[float] = []
        self.cpu_ms: list[float] = []
        self.wrong = 0
        self._sent: dict[str, deque[tuple[int, bytes]]] = defaultdict(deque)
        self._lines = contestant.states()
        self._connected = dict.fromkeys(INPUTS, False)
        self._board = Board(contestant.socket)
        self._client = Client(port=stage.broker.port, name=f"subscriber-{self.name}", heard=self._arrived)
        for topic in self._lines:
            self._client.subscribe(topic)
        hear_until([self._client], in_s(SETTLE_S))

    def _arrived(self, message: Message) -> None:
        if message.retained:
            return
        waiting = self._sent[self._lines[message.topic]]
        while waiting:
            at_ns, payload = waiting.popleft()
            if payload == message.payload:
                self.latencies_ms.append((message.at_ns - at_ns) / 1e6)
                return
            self.wrong += 1
        self.wrong += 1

    def turn(self, edges: int) -> None:
        """Send edges at a steady pace, hear all of them; what does not come in time counts as wrong."""
        readers = (self._board, self._client)
        cpu_s, next_ns = self.program.cpu_s(), time.monotonic_ns()
        for number in range(edges):
            next_ns += self._period_ns
            hear_until(readers, next_ns)
            line = INPUTS[number % len(INPUTS)]
            connected = self._connected[line] = not self._connected[line]
            payload = b"ON" if connected else b"OFF"
            self._sent[line].append((time.monotonic_ns(), payload))
            self._board.move(line, connected=connected)
        hear_until(readers, time.monotonic_ns() + self._period_ns)
        self.cpu_ms.append((self.program.cpu_s() - cpu_s) * 1000 / edges)
        hear_until(readers, in_s(SETTLE_S / 4))
        self.wrong += sum(len(waiting) for waiting in self._sent.values())
        self._sent.clear()

    def p50(self) -> float:
        """The median in milliseconds."""
        return median(self.latencies_ms)

    def p99(self) -> float:
        """99 of 100 arrive within so many milliseconds."""
        return percentile(self.latencies_ms, 99)

    def cpu(self) -> float:
        """Milliseconds of processor time an edge, the median over the turns."""
        return median(self.cpu_ms)

    def close(self) -> None:
        """Hang up and stop the program."""
        self._client.close()
        self._board.close()
        self.program.stop()


def lanes(stage: Stage, contestants: Sequence[Contestant]) -> dict[str, Lane]:
    """Every contestant measured, by name."""
    turns, edges = (4, 100) if stage.quick else (12, 240)
    found = [Lane(stage, contestant) for contestant in contestants]
    try:
        for lane in found:
            lane.turn(edges)  # warm: nothing of it counts
            lane.latencies_ms.clear()
            lane.cpu_ms.clear()
            lane.wrong = 0
        for _ in range(turns):
            for lane in found:
                lane.turn(edges)
    finally:
        for lane in found:
            lane.close()
    return {lane.name: lane for lane in found}


def measure(stage: Stage) -> list[Row]:
    """Median, p99 and processor time an edge, beside both peers."""
    found = lanes(stage, [stage.ours, *stage.peers])
    row = partial(beside, PART, found)
    return [
        row("edge → subscriber, median", "ms", Lane.p50, "C", 2.2),
        row("edge → subscriber, median", "ms", Lane.p50, "mqtt-io", 0.85),
        row("edge → subscriber, p99", "ms", Lane.p99, "C", None),
        row("edge → subscriber, p99", "ms", Lane.p99, "mqtt-io", 1.0),
        row("processor time an edge", "ms", Lane.cpu, "C", None),
        row("processor time an edge", "ms", Lane.cpu, "mqtt-io", 1.2),
        Row(part=PART, what="states lost or wrong", unit="", ours=found["alarm2mqtt"].wrong, limit=0),
    ]
