"""Bursts: nothing lost and nothing re-ordered while it can be published, nothing uncounted when it cannot."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from bench.board import Board
from bench.contestant import INPUTS, Contestant
from bench.heard import Heard
from bench.ours import TOPIC
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import TooLate, hear_until, hear_while
from bench.wire import Client, Message

LINE = INPUTS[0]
QUIET_S = 1.5
SETTLE_S = 20.0


@dataclass(kw_only=True)
class Losses:
    """What went wrong over all bursts of one contestant."""

    lost: int = 0
    misplaced: int = 0
    wrong_end: int = 0


def _played(stage: Stage, contestant: Contestant, steps_ns: list[int]) -> Losses:
    """Alternating edges at the given distances; starts and ends disconnected."""
    losses = Losses()
    heard, board = Heard(stage, contestant), Board(contestant.socket)
    readers = (heard.client, board)
    next_ns, connected = in_s(0.2), False
    for step_ns in steps_ns:
        hear_until(readers, next_ns)
        connected = not connected
        board.move(LINE, connected=connected)
        next_ns += step_ns
    hear_until(readers, in_s(QUIET_S))
    states = heard.states[LINE]
    losses.lost = max(0, len(steps_ns) - len(states))
    losses.misplaced = heard.repeated(LINE)
    losses.wrong_end = int(not states or states[-1] != (b"ON" if connected else b"OFF"))
    heard.client.close()
    board.close()
    return losses


BURSTS = {
    "500 edges at 1 kHz": [1_000_000] * 500,
    "20 pulses of 5 ms": [5_000_000, 45_000_000] * 20,
}


def measure(stage: Stage) -> list[Row]:
    """States lost, misplaced and wrong at the end; the peer's beside."""
    rounds = 1 if stage.quick else 3
    contestants = [stage.ours, *([stage.mqtt_io] if stage.mqtt_io else [])]
    programs = [stage.started(contestant) for contestant in contestants]
    totals = {(burst, contestant.name): Losses() for burst in BURSTS for contestant in contestants}
    for burst, steps_ns in BURSTS.items():
        for _ in range(rounds):
            for contestant in contestants:
                losses, total = _played(stage, contestant, steps_ns), totals[burst, contestant.name]
                total.lost += losses.lost
                total.misplaced += losses.misplaced
                total.wrong_end += losses.wrong_end
    for program in programs:
        program.stop()
    rows = []
    for burst in BURSTS:
        ours, peer = totals[burst, "alarm2mqtt"], totals.get((burst, "mqtt-io"))
        rows += [
            Row(
                part="bursts",
                what=f"{rounds} times {burst}: {what}",
                unit="",
                ours=getattr(ours, name),
                peer_name="mqtt-io",
                peer=getattr(peer, name) if peer else None,
                limit=0,
            )
            for name, what in (("lost", "lost"), ("misplaced", "out of order"), ("wrong_end", "wrong end"))
        ]
    return rows


class Counter:
    """The trips that an input has counted, as its attributes tell."""

    def __init__(self, stage: Stage) -> None:
        self.trips = 0
        self.client = Client(port=stage.broker.port, name="counter", heard=self._arrived)
        self.client.subscribe(f"{TOPIC}/input/{LINE}/attributes")

    def _arrived(self, message: Message) -> None:
        self.trips = json.loads(message.payload)["alarms"]


def flood(stage: Stage) -> list[Row]:
    """Bursts of 1,000 edges as fast as the board takes them."""
    bursts = 8 if stage.quick else 20
    program = stage.started(stage.ours)
    heard, counter, board = Heard(stage, stage.ours), Counter(stage), Board(stage.ours.socket)
    readers = (heard.client, counter.client, board)
    resident_mb, slowest_s, late = [], 0.0, 0
    for burst in range(1, bursts + 1):
        sent_ns = time.monotonic_ns()
        board.move_many(LINE, [True, False] * 500)
        expected = burst * 500
        try:
            hear_while(readers, lambda: counter.trips < expected, within_s=SETTLE_S, what="counters")  # noqa: B023 - waited for before the next turn
        except TooLate:
            late += 1
        slowest_s = max(slowest_s, (time.monotonic_ns() - sent_ns) / 1e9)
        hear_until(readers, in_s(0.2))
        resident_mb.append(program.resident_mb())
    hear_until(readers, in_s(QUIET_S))
    states, edges = heard.states[LINE], bursts * 1000
    for part in readers:
        part.close()
    program.stop()
    return [
        Row(
            part="flood", what=f"trips of {edges} edges not counted", unit="", ours=edges // 2 - counter.trips, limit=0
        ),
        Row(part="flood", what="wrong end state", unit="", ours=int(not states or states[-1] != b"OFF"), limit=0),
        Row(part="flood", what=f"states published of {edges} edges: the rest coalesced", unit="", ours=len(states)),
        Row(
            part="flood",
            what="resident memory at the end",
            unit="MB",
            ours=resident_mb[-1],
            peer_name="after a quarter",
            peer=resident_mb[bursts // 4 - 1],
            floor=1.05,
        ),
        Row(part="flood", what="slowest burst of 1000 until counted", unit="s", ours=slowest_s),
        Row(part="flood", what="bursts not counted in time", unit="", ours=late, limit=0),
    ]
