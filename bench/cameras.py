"""Sixteen cameras and other far lines: what they cost the lines of this machine, and how quickly they drive one.

Turns with events and turns without alternate, on a bridge with cameras and on one without any.
"""

from __future__ import annotations

import sys
import time
import urllib.request
from collections import deque
from typing import Any

from bench import far_lines_memory
from bench.board import Board, Driven
from bench.contestant import OUTPUTS, Contestant
from bench.figures import median, percentile
from bench.latency import Lane
from bench.ours import PULSED, TOPIC, alarm2mqtt
from bench.process import Program
from bench.pulses import lateness
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import hear_until, hear_while
from bench.wire import Client, Message

PART = "cameras"
COUNT = 16
EVENTS_A_SECOND = 5
EDGES = 240
READY_S = 20.0
TRIP_NS = 115_000_000
TRIPS = 16
"""Of each input, in a minute: under the limit from which it chatters."""
EVENT_MS = 20.0
PULSE_MS = 5.0
"""As beside a busy process: the cameras, which are played, share the processors."""
LINE = OUTPUTS[0]


def _row(what: str, unit: str, ours: float | None, **compared: Any) -> Row:
    return Row(part=PART, what=what, unit=unit, ours=ours, **compared)


def _ignore(_: Message) -> None:
    return


class FarCameras:
    """The cameras, in a process of their own, and the settings that lead to them."""

    def __init__(self, stage: Stage) -> None:
        file = stage.folder / "cameras.port"
        arguments = [sys.executable, "-m", "bench.far_cameras", str(COUNT), str(file)]
        self._program = stage.keep(Program(arguments, log=stage.folder / "cameras.log"))

        def starting() -> bool:
            self._program.check()
            return not file.exists()

        hear_while([], starting, within_s=READY_S, what="the cameras")
        self._port = int(file.read_text())

    def settings(self) -> dict[str, Any]:
        """Cameras, and an input for the motion of each."""
        each = [
            {
                "id": f"moves-{number}",
                "line": {"kind": "onvif_event", "camera": f"cam-{number}", "event": "motion"},
                "debounce_ms": 0,
                "quiet_s": 0,
                "linkage": {"outputs": [LINE]},
            }
            for number in range(COUNT)
        ]
        place = f"http://127.0.0.1:{self._port}/cam"
        return {
            "cameras": {f"cam-{number}": {"onvif": f"{place}/{number}/device"} for number in range(COUNT)},
            "more_inputs": each,
        }

    def send(self, events_a_second: float) -> None:
        """Each camera sends so many from now on."""
        self._ask(f"rate/{events_a_second:g}")

    def moves(self, camera: int, *, motion: bool) -> int:
        """One camera sees a motion, or its end; the instant."""
        return int(self._ask(f"moves/{camera}/{int(motion)}"))

    def _ask(self, path: str) -> bytes:
        with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/{path}", timeout=READY_S) as answer:
            return bytes(answer.read())


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


class Known:
    """Hears when a bridge that is started after it knows the motion of every camera.

    What lies on the broker is of the bridge before.
    """

    def __init__(self, stage: Stage) -> None:
        self._waiting = {f"{TOPIC}/input/moves-{number}/state" for number in range(COUNT)}
        self._client = Client(port=stage.broker.port, name="knows", heard=self._heard)
        self._client.subscribe(f"{TOPIC}/input/+/state")

    def _heard(self, message: Message) -> None:
        if not message.retained and message.payload in (b"ON", b"OFF"):
            self._waiting.discard(message.topic)

    def wait(self) -> None:
        """Until it knows."""
        hear_while([self._client], lambda: bool(self._waiting), within_s=READY_S, what="the state of every camera")
        self._client.close()


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


class Followed:
    """The linked line, and how late it follows each of its causes, by their kind."""

    def __init__(self, contestant: Contestant) -> None:
        self.late_ms: dict[str, list[float]] = {}
        self.wrong = 0
        self._sent: deque[tuple[str, bool, int]] = deque()
        self.board = Board(contestant.socket, driven=self._driven)
        self.board.watch()
        hear_until([self.board], in_s(1.0))
        self.wrong = 0

    def _driven(self, change: Driven) -> None:
        while self._sent:
            kind, connected, at_ns = self._sent.popleft()
            if (change.output, change.connected) == (LINE, connected):
                self.late_ms.setdefault(kind, []).append((change.at_ns - at_ns) / 1e6)
                return
            self.wrong += 1
        self.wrong += 1

    def expect(self, kind: str, *, connected: bool, at_ns: int) -> None:
        """The line is to change, because of what happened then."""
        self._sent.append((kind, connected, at_ns))

    def close(self) -> None:
        """What has not come by now is wrong."""
        hear_until([self.board], in_s(0.5))
        self.wrong += len(self._sent)
        self.board.close()


def _event_to_line(stage: Stage, cameras: FarCameras) -> list[Row]:
    ours = alarm2mqtt(
        stage.folder / "seeing", stage.broker.port, outputs_also={"follow_source": True}, **cameras.settings()
    )
    known = Known(stage)
    for number in range(COUNT):
        cameras.moves(number, motion=False)  # else what was so before the start begins no alarm anew
    program = stage.started(ours)
    known.wait()
    followed = Followed(ours)
    next_ns = time.monotonic_ns()
    for number in range(COUNT * (4 if stage.quick else TRIPS)):
        for motion in (True, False):
            next_ns += TRIP_NS
            hear_until([followed.board], next_ns)
            at_ns = cameras.moves(number % COUNT, motion=motion)
            followed.expect("event", connected=motion, at_ns=at_ns)
    followed.close()
    program.stop()
    late_ms = followed.late_ms["event"]
    return [
        _row(f"event of one of {COUNT} cameras → line, median", "ms", median(late_ms), limit=EVENT_MS),
        _row(f"event of one of {COUNT} cameras → line, p99", "ms", percentile(late_ms, 99)),
        _row("lines not driven or wrong", "", followed.wrong, limit=0),
    ]


def _message_to_line(stage: Stage) -> list[Row]:
    """A device's message, and a command, in turns, to the same line."""
    devices = [
        {
            "id": f"device-{number}",
            "line": {"kind": "mqtt", "topic": f"devices/{number}", "path": "contact", "connected": False},
            "debounce_ms": 0,
            "quiet_s": 0,
            "linkage": {"outputs": [LINE]},
        }
        for number in range(COUNT)
    ]
    ours = alarm2mqtt(
        stage.folder / "hearing", stage.broker.port, outputs_also={"follow_source": True}, more_inputs=devices
    )
    program = stage.started(ours)
    client = Client(port=stage.broker.port, name="device", heard=_ignore)
    for number in range(COUNT):
        client.publish(f"devices/{number}", _door(is_open=False))
    followed, command = Followed(ours), ours.set_topic.format(LINE)
    readers, next_ns = (followed.board, client), time.monotonic_ns()
    for number in range(COUNT * (4 if stage.quick else TRIPS)):
        for kind in ("message", "command"):
            for connected in (True, False):
                next_ns += TRIP_NS
                hear_until(readers, next_ns)
                followed.expect(kind, connected=connected, at_ns=time.monotonic_ns())
                if kind == "message":
                    client.publish(f"devices/{number % COUNT}", _door(is_open=connected))
                else:
                    client.publish(command, b"ON" if connected else b"OFF")
    followed.close()
    client.close()
    program.stop()
    late_ms = followed.late_ms
    return [
        _row(
            "message of another device → line, median",
            "ms",
            median(late_ms["message"]),
            peer_name="command",
            peer=median(late_ms["command"]),
            floor=2.0,
        ),
        _row(
            "message of another device → line, p99",
            "ms",
            percentile(late_ms["message"], 99),
            peer_name="command",
            peer=percentile(late_ms["command"], 99),
        ),
        _row("lines not driven or wrong", "", followed.wrong, limit=0),
    ]


def _door(*, is_open: bool) -> bytes:
    return b'{"contact": false}' if is_open else b'{"contact": true}'


def measure(stage: Stage) -> list[Row]:
    """One after the other; what they cost in memory is in `far_lines_memory`."""
    cameras = FarCameras(stage)
    return [
        *_beside(stage, cameras),
        *_event_to_line(stage, cameras),
        *_message_to_line(stage),
        *far_lines_memory.measured(stage, cameras.settings()),
    ]
