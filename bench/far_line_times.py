"""How quickly far lines drive one of this machine: an event of a camera, and a message of another device."""

from __future__ import annotations

import time
from collections import deque

from bench.board import Board, Driven
from bench.contestant import Contestant
from bench.figures import median, percentile
from bench.ours import alarm2mqtt
from bench.played_cameras import COUNT, LINE, FarCameras, Known
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import hear_until
from bench.wire import Client, Message

TRIP_NS = 115_000_000
TRIPS = 16
"""Of each input, in a minute: under the limit from which it chatters."""
EVENT_MS = 20.0


def measured(stage: Stage, cameras: FarCameras, *, part: str) -> list[Row]:
    """Rows of both, one after the other."""
    return [*_event_to_line(stage, cameras, part), *_message_to_line(stage, part)]


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


def _event_to_line(stage: Stage, cameras: FarCameras, part: str) -> list[Row]:
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
        Row(
            part=part,
            what=f"event of one of {COUNT} cameras → line, median",
            unit="ms",
            ours=median(late_ms),
            limit=EVENT_MS,
        ),
        Row(part=part, what=f"event of one of {COUNT} cameras → line, p99", unit="ms", ours=percentile(late_ms, 99)),
        Row(part=part, what="lines not driven or wrong", unit="", ours=followed.wrong, limit=0),
    ]


def _message_to_line(stage: Stage, part: str) -> list[Row]:
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
        Row(
            part=part,
            what="message of another device → line, median",
            unit="ms",
            ours=median(late_ms["message"]),
            peer_name="command",
            peer=median(late_ms["command"]),
            floor=2.0,
        ),
        Row(
            part=part,
            what="message of another device → line, p99",
            unit="ms",
            ours=percentile(late_ms["message"], 99),
            peer_name="command",
            peer=percentile(late_ms["command"], 99),
        ),
        Row(part=part, what="lines not driven or wrong", unit="", ours=followed.wrong, limit=0),
    ]


def _ignore(_: Message) -> None:
    return


def _door(*, is_open: bool) -> bytes:
    return b'{"contact": false}' if is_open else b'{"contact": true}'
