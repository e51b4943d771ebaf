"""Sixteen cameras and other far lines: what they cost the lines of this machine, and how quickly they drive one.

Turns with events and turns without alternate, on a bridge with cameras and on one without any.
"""

from __future__ import annotations

from typing import Any

from bench import far_line_times, far_lines_memory
from bench.board import Board, Driven
from bench.contestant import Contestant
from bench.figures import median, percentile
from bench.latency import Lane
from bench.ours import PULSED, TOPIC, alarm2mqtt
from bench.played_cameras import COUNT, FarCameras, Known
from bench.pulses import lateness
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import hear_until
from bench.wire import Client, Message

PART = "cameras"
EVENTS_A_SECOND = 5
EDGES = 240
PULSE_MS = 5.0


def _row(what: str, unit: str, ours: float | None, **compared: Any) -> Row:
    return Row(part=PART, what=what, unit=unit, ours=ours, **compared)


def _ignore(_: Message) -> None:
    return


class Pulses:
    """The stamps of a bridge's pulsed output, from construction on."""

    def __init__(self, stage: Stage, contestant: Contestant) -> None:
        self.stamps_ns: list[int] = []
        self.board = Board(contestant.socket, driven=self._driven)
        self.board.watch()
        client = Client(port=stage.broker.port, name=f"pulses-{contestant.socket.parent.name}", heard=_ignore)
        client.publish(f"{TOPIC}/output/{PULSED}/set", b"ON")
        hear_until([client, self.board], in_s(1.0))
        client.close()

    def _driven(self, change: Driven) -> None:
        if change.output == PULSED:
            self.stamps_ns.append(change.at_ns)

    def late_ms(self) -> list[float]:
        """How late each was."""
        return lateness(self.stamps_ns).late_ms


def _beside(stage: Stage, cameras: FarCameras) -> list[Row]:
    """Edges and pulses of a bridge with busy cameras, and with silent ones."""
    ours = alarm2mqtt(stage.folder / "watching", stage.broker.port, **cameras.settings())
    known = Known(stage)
    lane = Lane(stage, ours)
    known.wait()
    pulses: dict[bool, list[float]] = {True: [], False: []}
    edges: dict[bool, list[float]] = {True: [], False: []}
    lane.turn(EDGES)  # warm: nothing of it counts
    lane.latencies_ms.clear()
    lane.wrong = 0
    pulsing = Pulses(stage, ours)
    for number in range(4 if stage.quick else 16):
        busy = number % 2 == 0
        cameras.send(EVENTS_A_SECOND if busy else 0)
        hear_until([pulsing.board], in_s(1.0))
        pulsing.stamps_ns.clear()
        lane.turn(EDGES)
        hear_until([pulsing.board], in_s(0.1))
        edges[busy] += lane.latencies_ms
        pulses[busy] += pulsing.late_ms()
        lane.latencies_ms.clear()
    cameras.send(0)
    pulsing.board.close()
    wrong = lane.wrong
    lane.close()
    name = f"{COUNT} cameras, {EVENTS_A_SECOND} events a second each: "
    silent = {"peer_name": "silent ones"}
    return [
        _row(
            f"{name}edge → subscriber, median",
            "ms",
            median(edges[True]),
            **silent,
            peer=median(edges[False]),
            floor=1.15,
        ),
        _row(
            f"{name}edge → subscriber, p99",
            "ms",
            percentile(edges[True], 99),
            **silent,
            peer=percentile(edges[False], 99),
        ),
        _row(
            f"{name}{len(pulses[True]) // 2} pulses, edges late by, p99",
            "ms",
            percentile(pulses[True], 99),
            **silent,
            peer=percentile(pulses[False], 99),
            limit=PULSE_MS,
        ),
        _row("states lost or wrong", "", wrong, limit=0),
    ]


def measure(stage: Stage) -> list[Row]:
    """One after the other; what they cost in memory is in `far_lines_memory`."""
    cameras = FarCameras(stage)
    return [
        *_beside(stage, cameras),
        *far_line_times.measured(stage, cameras, part=PART),
        *far_lines_memory.measured(stage, cameras.settings()),
    ]
