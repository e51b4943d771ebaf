"""Edges and pulses while mails with large pictures go out by a slow server and an FTP server hangs.

A hundred mails are on their way in two minutes. Each is asked for by command (`action/email/run`),
which takes the way of an alarm's: a picture, the outbox, the one worker, TLS; `many_mails` lifts the
limit of how many may go in an hour. Turns with mails and turns without alternate on the same
program, so that both meet the same machine. The pulses run all the time; those in turns with mails
count.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.board import Board, Driven
from bench.far_away import FarAway
from bench.far_mail import Taken
from bench.figures import median, percentile
from bench.latency import Lane
from bench.ours import MANY_MAILS, PULSED, TOPIC, alarm2mqtt
from bench.process import Program
from bench.pulses import PERIOD_NS, lateness
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import hear_until
from bench.wire import Client, Message

PART = "linkage"
MAILS_A_TURN = 10
EDGES_A_MAIL = 30
BYTES_PER_S = 1_600_000  # 13 Mbit/s: ten mails take longer than the turn in which they are asked for
HANG_S = 6.0  # as long as such a turn
DRAINED_S = 60.0
LATE_MS = 5.0
BARE_PERCENT = 20.0  # between two mails the next one is made and its connection shaken hands on
Window = tuple[int, int]


def _ignore(_: Message) -> None:
    return


@dataclass(kw_only=True)
class Heard:
    """What was measured on one side, with mails or without."""

    latencies_ms: list[float] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)


class Scene:
    """The bridge with everything it talks to, pulsing."""

    def __init__(self, stage: Stage) -> None:
        self.far = FarAway(stage, bytes_per_s=BYTES_PER_S, hang_s=HANG_S)
        ours = alarm2mqtt(stage.folder / "linked", stage.broker.port, program=MANY_MAILS, **self.far.settings())
        self.lane = Lane(stage, ours)
        self.stamps_ns: list[int] = []
        self._board = Board(ours.socket, driven=self._driven)
        self._board.watch()
        self._client = Client(port=stage.broker.port, name="asks-for-mail", heard=_ignore)
        self._bare_file = stage.folder / "idle-loop"
        loop = str(Path(__file__).parent / "idle_loop.py")
        arguments = [sys.executable, loop, str(PERIOD_NS // 1_000_000), str(self._bare_file)]
        self._bare = stage.keep(Program(arguments, log=stage.folder / "idle-loop.log"))
        self._client.publish(f"{TOPIC}/output/{PULSED}/set", b"ON")
        self._asked = {"email": 0, "ftp": 0}

    def ask(self, kind: str) -> None:
        """One mail or upload more, with a picture of now."""
        self._client.publish(f"{TOPIC}/action/{kind}/run", b"")
        self._asked[kind] += 1

    def turn(self, heard: Heard, *, mails: bool) -> None:
        """Edges, and with `mails` a mail asked for every so often."""
        if mails:
            self.ask("ftp")
        begin_ns = time.monotonic_ns()
        for _ in range(MAILS_A_TURN):
            if mails:
                self.ask("email")
            self.lane.turn(EDGES_A_MAIL)
            hear_until((self._board, self._client), 0)
        heard.windows.append((begin_ns, time.monotonic_ns()))
        heard.latencies_ms += self.lane.latencies_ms
        self.lane.latencies_ms.clear()

    def drain(self) -> None:
        """Until everything that was asked for has come; raises TooLate."""
        for kind, count in self._asked.items():
            self.far.wait_for(kind, count, within_s=DRAINED_S)
        hear_until((self._board, self._client), in_s(0.5))

    def bare_stamps_ns(self) -> list[int]:
        """Of the loop beside, which ends with this."""
        self._bare.stop()
        return [int(line) for line in self._bare_file.read_text().split()]

    def close(self) -> None:
        """Hang up, and stop the bridge."""
        self._board.close()
        self._client.close()
        self.lane.close()

    def _driven(self, change: Driven) -> None:
        if change.output == PULSED:
            self.stamps_ns.append(change.at_ns)


def _within(stamps_ns: list[int], windows: Iterable[Window]) -> list[float]:
    """How late, in milliseconds, the edges were that lie in these windows."""
    windows = list(windows)
    dated = zip(stamps_ns, lateness(stamps_ns).late_ms, strict=True)
    return [late for stamp, late in dated if any(begin <= stamp < end for begin, end in windows)]


def _bare_of(windows: Iterable[Window], taken: Iterable[Taken]) -> float:
    """The percentage of the windows in which nothing was on its way."""
    spans = [(each.begin_ns, each.end_ns) for each in taken]
    whole = covered = 0
    for begin, end in windows:
        whole += end - begin
        covered += sum(max(0, min(end, last) - max(begin, first)) for first, last in spans)
    return 100 * (1 - covered / whole)


def measure(stage: Stage) -> list[Row]:
    """As the module says."""
    scene = Scene(stage)
    idle, loaded = Heard(), Heard()
    scene.turn(Heard(), mails=True)  # warm: nothing of it counts
    scene.drain()
    scene.lane.wrong = 0
    for _ in range(3 if stage.quick else 10):
        scene.turn(idle, mails=False)
        scene.turn(loaded, mails=True)
        scene.drain()
    bare_ns, wrong, far = scene.bare_stamps_ns(), scene.lane.wrong, scene.far
    scene.close()
    uploads = len(loaded.windows)
    mails = uploads * MAILS_A_TURN
    beside = f"{mails} mails of 1 MB by a slow server, FTP hanging: "
    pulses = _within(scene.stamps_ns, loaded.windows)

    def row(what: str, unit: str, ours: float, **compared: Any) -> Row:
        return Row(part=PART, what=what, unit=unit, ours=ours, **compared)

    return [
        row(
            f"{beside}edge → subscriber, median",
            "ms",
            median(loaded.latencies_ms),
            peer_name="idle",
            peer=median(idle.latencies_ms),
            floor=1.3,
        ),
        row(
            f"{beside}edge → subscriber, p99",
            "ms",
            percentile(loaded.latencies_ms, 99),
            peer_name="idle",
            peer=percentile(idle.latencies_ms, 99),
        ),
        row(
            f"{beside}{len(pulses) // 2} pulses, edges late by, p99",
            "ms",
            percentile(pulses, 99),
            peer_name="idle loop",
            peer=percentile(_within(bare_ns, loaded.windows), 99),
            limit=LATE_MS,
        ),
        row("the same pulses without mails", "ms", percentile(_within(scene.stamps_ns, idle.windows), 99)),
        row("pulse edges missed", "", lateness(scene.stamps_ns).missed, limit=0),
        row("states lost or wrong", "", wrong, limit=0),
        row(
            f"of {mails} mails without their picture at the server",
            "",
            mails + MAILS_A_TURN - far.right("email"),
            limit=0,
        ),
        row(f"of {uploads} uploads that hung not whole", "", uploads + 1 - far.right("ftp"), limit=0),
        row("time without a mail on the wire", "%", _bare_of(loaded.windows, far.taken("email")), limit=BARE_PERCENT),
        row("time without an upload hanging", "%", _bare_of(loaded.windows, far.taken("ftp")), limit=BARE_PERCENT),
    ]
