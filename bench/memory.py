"""Resident memory with the page, and with all that a device may do, after its first alarm."""

from __future__ import annotations

import time
import urllib.error
import urllib.request

from bench.board import Board
from bench.broker import free_port
from bench.contestant import INPUTS
from bench.far_away import FarAway
from bench.ours import alarm2mqtt
from bench.process import Program
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import hear_until, hear_while

PART = "memory"
PAGE_S = 10.0
RETRY_S = 0.05
SETTLE_S = 3.0
TAKEN_S = 30.0
CHECKER = "bridge.settings.checker"
ALONE_S = 90.0
REAPED_S = 1.0
BYTES_PER_S = 10_000_000


def looked_at(port: int) -> None:
    """Loads the page once: what it needs is imported and made then. It is served last of all at a start."""
    end_ns = in_s(PAGE_S)
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=PAGE_S) as answer:
                answer.read()
        except urllib.error.URLError:
            if time.monotonic_ns() > end_ns:
                raise
            time.sleep(RETRY_S)
        else:
            return


def alone(program: Program) -> None:
    """Waits for the end of the process that has checked the settings; a restart needs none."""
    hear_while([], lambda: program.child(CHECKER) is not None, within_s=ALONE_S, what="the end of the checker")
    hear_until([], in_s(REAPED_S))


def _with_page(stage: Stage) -> float:
    port = free_port()
    program = stage.started(alarm2mqtt(stage.folder / "paged", stage.broker.port, web={"port": port}))
    looked_at(port)
    hear_until([], in_s(SETTLE_S))
    alone(program)
    resident_mb = program.resident_mb()
    program.stop()
    return resident_mb


def _with_everything(stage: Stage) -> float:
    far, port = FarAway(stage, bytes_per_s=BYTES_PER_S, hang_s=0), free_port()
    ours = alarm2mqtt(
        stage.folder / "whole",
        stage.broker.port,
        inputs_also={"linkage": {"email": True, "ftp": True}},
        web={"port": port},
        **far.settings(),
    )
    program = stage.started(ours)
    looked_at(port)
    board = Board(ours.socket)
    hear_until([board], in_s(SETTLE_S))
    board.move(INPUTS[0], connected=True)
    for kind in ("email", "ftp"):
        far.wait_for(kind, 1, within_s=TAKEN_S)
    hear_until([board], in_s(SETTLE_S))
    alone(program)
    resident_mb = program.resident_mb()
    board.close()
    program.stop()
    return resident_mb


def measure(stage: Stage) -> list[Row]:
    """One after the other; a recorder with its libraries is a process of its own, and measured in `recording`."""

    def row(what: str, ours: float, limit: float) -> Row:
        return Row(part=PART, what=f"resident, {what}", unit="MB", ours=ours, limit=limit)

    return [
        row("with the page, once loaded", _with_page(stage), 47),
        row("with page, camera, mail and FTP after an alarm", _with_everything(stage), 58),
    ]
