"""Edge → subscriber at QoS 1, and what an edge costs in processor time.

All contestants run at once; edges go to one of them at a time, in short turns, so that whatever else
the machine does hits all alike.
"""

from __future__ import annotations

import time
from collections import defaultdict, deque
from collections.abc import Sequence

from bench.board import Board
from bench.contestant import INPUTS, Contestant
from bench.figures import median, percentile
from bench.process import Program
from bench.stage import Stage
from bench.table import Row
from bench.waiting import hear_until
from bench.wire import Client, Message

PERIOD_NS = 10_000_000  # 100 edges a second over all lines
SETTLE_S = 1.0
PART = "latency"


class Lane:
    """One contestant with its own subscriber and board, and what was measured on it."""

    def __init__(self, stage: Stage, contestant: Contestant) -> None:
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
        hear_until([self._client], time.monotonic_ns() + int(SETTLE_S * 1e9))

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
            next_ns += PERIOD_NS
            hear_until(readers, next_ns)
            line = INPUTS[number % len(INPUTS)]
            connected = self._connected[line] = not self._connected[line]
            payload = b"ON" if connected else b"OFF"
            self._sent[line].append((time.monotonic_ns(), payload))
            self._board.move(line, connected=connected)
        hear_until(readers, time.monotonic_ns() + PERIOD_NS)
        self.cpu_ms.append((self.program.cpu_s() - cpu_s) * 1000 / edges)
        hear_until(readers, time.monotonic_ns() + int(SETTLE_S * 1e9 / 4))
        self.wrong += sum(len(waiting) for waiting in self._sent.values())
        self._sent.clear()

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
    ours, c, mqtt_io = found["alarm2mqtt"], found.get("C"), found.get("mqtt-io")

    def row(what: str, unit: str, value: float, peer: Lane | None, peer_value: float | None, floor: float | None) -> Row:
        name = peer.name if peer else ""
        return Row(part=PART, what=what, unit=unit, ours=value, peer_name=name, peer=peer_value, floor=floor)

    p50, p99 = median(ours.latencies_ms), percentile(ours.latencies_ms, 99)
    return [
        row("edge → subscriber, median", "ms", p50, c, c and median(c.latencies_ms), 2.2),
        row("edge → subscriber, median", "ms", p50, mqtt_io, mqtt_io and median(mqtt_io.latencies_ms), 0.85),
        row("edge → subscriber, p99", "ms", p99, c, c and percentile(c.latencies_ms, 99), None),
        row("edge → subscriber, p99", "ms", p99, mqtt_io, mqtt_io and percentile(mqtt_io.latencies_ms, 99), 1.0),
        row("processor time an edge", "ms", median(ours.cpu_ms), c, c and median(c.cpu_ms), None),
        row("processor time an edge", "ms", median(ours.cpu_ms), mqtt_io, mqtt_io and median(mqtt_io.cpu_ms), 1.2),
        Row(part=PART, what="states lost or wrong", unit="", ours=ours.wrong, limit=0),
    ]


