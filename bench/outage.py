"""Edges while the broker is away: the right state soon after its return."""

from __future__ import annotations

import time

from bench.board import Board
from bench.contestant import INPUTS
from bench.figures import median
from bench.ours import TOPIC
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import hear_until, hear_while
from bench.wire import Client, Message

LINE = INPUTS[0]
EDGES = 11
STEP_S = 0.04
SHORT_S, LONG_S = 0.6, 8.0
BACK_S = 90.0
APART_S = 6.0  # two connections lost within 5 s would look like another bridge with our id, which waits 60 s


class After:
    """A subscriber from the moment of the broker's return, which has forgotten everything."""

    def __init__(self, port: int, right: bytes) -> None:
        self.first_ns = self.right_ns = 0
        self._right = right
        self.client = Client(port=port, name="after", heard=self._arrived)
        self.client.subscribe(f"{TOPIC}/#")

    def _arrived(self, message: Message) -> None:
        self.first_ns = self.first_ns or message.at_ns
        if message.topic == f"{TOPIC}/input/{LINE}/state":
            self.right_ns = message.at_ns if message.payload == self._right else 0


def _outage(stage: Stage, away_s: float, *, connected: bool) -> tuple[float, float]:
    """Seconds from the broker's return, and from the bridge's first word, to the right state."""
    board = Board(stage.ours.socket)
    stage.broker.stop()
    gone_ns = time.monotonic_ns()
    for _ in range(EDGES):
        connected = not connected
        board.move(LINE, connected=connected)
        hear_until([board], in_s(STEP_S))
    hear_until([board], gone_ns + int(away_s * 1e9))
    back_ns = stage.broker.start()
    after = After(stage.broker.port, b"ON" if connected else b"OFF")
    hear_while([after.client, board], lambda: not after.right_ns, within_s=BACK_S, what="state after an outage")
    hear_until([after.client, board], in_s(1.0))  # nothing wrong may follow
    board.close()
    after.client.close()
    if not after.right_ns:
        return BACK_S, BACK_S
    return (after.right_ns - back_ns) / 1e9, (after.right_ns - after.first_ns) / 1e9


def measure(stage: Stage) -> list[Row]:
    """Short outages and a long one, in which the pauses between attempts have grown."""
    program = stage.started(stage.ours)
    connected, short = False, []
    for _ in range(2 if stage.quick else 5):
        short.append(_outage(stage, SHORT_S, connected=connected))
        connected = not connected  # an odd number of edges
        hear_until([], in_s(APART_S))
    long = _outage(stage, LONG_S, connected=connected)
    program.stop()
    name = f"{EDGES} edges in an outage of "
    return [
        Row(
            part="outage",
            what=f"{name}{SHORT_S:g} s: broker back → right state, worst",
            unit="s",
            ours=max(back for back, _ in short),
            limit=1.0,
        ),
        Row(part="outage", what=f"{name}{SHORT_S:g} s: median", unit="s", ours=median([back for back, _ in short])),
        Row(part="outage", what=f"{name}{LONG_S:g} s: broker back → right state", unit="s", ours=long[0], limit=1.0),
        Row(
            part="outage",
            what=f"{name}{LONG_S:g} s: first word → right state",
            unit="s",
            ours=long[1],
            limit=1.0,
        ),
    ]
