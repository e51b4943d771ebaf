"""Output command → line: an MQTT set until the board's output has changed."""

from __future__ import annotations

import time
from collections import deque

from bench.board import Board, Driven
from bench.contestant import OUTPUTS, Contestant
from bench.figures import median, percentile
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import hear_until
from bench.wire import Client, Message

PERIOD_NS = 32_000_000  # four starts a second an output: under the limit of five


def _ignore(_: Message) -> None:
    return


class Lane:
    """One contestant's commander and board; commands are a period apart."""

    def __init__(self, stage: Stage, contestant: Contestant, *, period_ns: int = PERIOD_NS) -> None:
        self._period_ns = period_ns
        self.program = stage.started(contestant)
        self.late_ms: list[float] = []
        self.wrong = 0
        self._topic = contestant.set_topic
        self._sent: deque[tuple[str, bool, int]] = deque()
        self._board = Board(contestant.socket, driven=self._driven)
        self._board.watch()
        self._client = Client(port=stage.broker.port, name=f"commander-{contestant.name}", heard=_ignore)
        hear_until([self._board], in_s(1.0))

    def _driven(self, change: Driven) -> None:
        while self._sent:
            output, on, at_ns = self._sent.popleft()
            if (output, on) == (change.output, change.connected):
                self.late_ms.append((change.at_ns - at_ns) / 1e6)
                return
            self.wrong += 1
        self.wrong += 1

    def turn(self, commands: int) -> None:
        """Every output on, every output off, and again; `commands` is a multiple of eight."""
        readers, next_ns = (self._board, self._client), time.monotonic_ns()
        for number in range(commands):
            next_ns += self._period_ns
            hear_until(readers, next_ns)
            output, on = OUTPUTS[number % len(OUTPUTS)], number // len(OUTPUTS) % 2 == 0
            self._sent.append((output, on, time.monotonic_ns()))
            self._client.publish(self._topic.format(output), b"ON" if on else b"OFF")
        hear_until(readers, in_s(0.25))
        self.wrong += len(self._sent)
        self._sent.clear()

    def close(self) -> None:
        """Hang up and stop the program."""
        self._client.close()
        self._board.close()
        self.program.stop()


def measure(stage: Stage) -> list[Row]:
    """Median and p99 beside mqtt-io's, in turns."""
    lanes = [Lane(stage, contestant) for contestant in (stage.ours, stage.mqtt_io) if contestant]
    for lane in lanes:
        lane.turn(16)
        lane.late_ms.clear()
    for _ in range(2 if stage.quick else 10):
        for lane in lanes:
            lane.turn(64)
    for lane in lanes:
        lane.close()
    ours, peer = lanes[0], lanes[1] if len(lanes) > 1 else None
    return [
        Row(
            part="commands",
            what=f"command → line, {what}",
            unit="ms",
            ours=figure(ours.late_ms),
            peer_name="mqtt-io",
            peer=figure(peer.late_ms) if peer else None,
            floor=floor,
        )
        for what, figure, floor in (
            ("median", median, 1.0),
            ("p99", lambda samples: percentile(samples, 99), None),
        )
    ] + [Row(part="commands", what="commands lost or wrong", unit="", ours=ours.wrong, limit=0)]
