"""The page on the device: what fifty open ones cost an edge, and what one costs its reader.

Turns with pages and turns without alternate on the same program.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from bench.broker import free_port
from bench.browser import Seen, browser_is_missing, seen
from bench.contestant import INPUTS, OUTPUTS
from bench.figures import median, percentile
from bench.latency import Lane
from bench.ours import alarm2mqtt
from bench.process import Program
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import hear_until, hear_while

PART = "page"
PAGES = 50
EDGES = 200
GREETED_S = 20.0
RESIDENT_MB = 65.0
FIRST_LOAD_BYTES = 99_999
CLICK_MS = 100.0


def _row(what: str, unit: str, ours: float | None, **compared: Any) -> Row:
    return Row(part=PART, what=what, unit=unit, ours=ours, **compared)


class OpenPages:
    """Fifty pages that are read, from construction until `close`."""

    def __init__(self, stage: Stage, port: int, number: int) -> None:
        self._file = stage.folder / f"pages-{number}.json"
        arguments = [sys.executable, "-m", "bench.open_pages", str(port), str(PAGES), str(self._file)]
        self._program = stage.keep(Program(arguments, log=stage.folder / "pages.log"))

        def opening() -> bool:
            self._program.check()
            return not self._file.exists()

        hear_while([], opening, within_s=GREETED_S, what="pages open")

    def close(self) -> tuple[int, int]:
        """The events that the worst served page has had, and how many were let go."""
        self._program.stop()
        told = json.loads(self._file.read_text())
        return min(told["events"]), told["gone"]


def _crowded(stage: Stage) -> list[Row]:
    port = free_port()
    lane = Lane(stage, alarm2mqtt(stage.folder / "crowded", stage.broker.port, web={"port": port}))
    alone_ms: list[float] = []
    crowd_ms: list[float] = []
    resident_mb, fewest, gone = 0.0, 0, 0
    lane.turn(EDGES)  # warm: nothing of it counts
    lane.latencies_ms.clear()
    lane.wrong = 0
    for number in range(4 if stage.quick else 12):
        lane.turn(EDGES)
        alone_ms += lane.latencies_ms
        lane.latencies_ms.clear()
        pages = OpenPages(stage, port, number)
        lane.turn(EDGES)
        crowd_ms += lane.latencies_ms
        lane.latencies_ms.clear()
        resident_mb = lane.program.resident_mb()
        events, lost = pages.close()
        fewest, gone = min(fewest or events, events), gone + lost
        hear_until([], in_s(0.2))  # the bridge sees them go
    lane.close()
    return [
        _row(
            f"{PAGES} open pages: edge → subscriber, median",
            "ms",
            median(crowd_ms),
            peer_name="none open",
            peer=median(alone_ms),
            floor=1.2,
        ),
        _row(
            f"{PAGES} open pages: edge → subscriber, p99",
            "ms",
            percentile(crowd_ms, 99),
            peer_name="none open",
            peer=percentile(alone_ms, 99),
        ),
        _row("states lost or wrong", "", lane.wrong, limit=0),
        _row(f"fewest events that a page had of {EDGES} edges", "", fewest, least=1),
        _row("pages let go", "", gone, limit=0),
        _row(f"resident memory of the bridge, {PAGES} open pages", "MB", resident_mb, limit=RESIDENT_MB),
    ]


def _looked_at(stage: Stage) -> list[Row]:
    """One page in a real browser."""
    absent = browser_is_missing()
    found: Seen | None = None
    resident_mb: float | None = None
    if absent is None:
        port = free_port()
        ours = alarm2mqtt(
            stage.folder / "looked-at",
            stage.broker.port,
            inputs_also={"linkage": {"outputs": [OUTPUTS[0]]}},
            outputs_also={"follow_source": True},
            web={"port": port},
        )
        program = stage.started(ours)
        found = seen(f"http://127.0.0.1:{port}/", contacts=INPUTS[:1] if stage.quick else INPUTS)
        resident_mb = program.resident_mb()
        program.stop()
    why = {"absent": absent or ""}
    return [
        _row("resident memory of the bridge, a browser open", "MB", resident_mb, limit=RESIDENT_MB, **why),
        _row(
            "first load: HTML, style, scripts, icon",
            "bytes",
            found.loaded_bytes if found else None,
            limit=FIRST_LOAD_BYTES,
            **why,
        ),
        _row("the same on the wire", "bytes", found.wire_bytes if found else None, **why),
        _row(
            "click on a contact → lamp, median", "ms", median(found.clicks_ms) if found else None, limit=CLICK_MS, **why
        ),
        _row("click on a contact → lamp, p99", "ms", percentile(found.clicks_ms, 99) if found else None, **why),
    ]


def measure(stage: Stage) -> list[Row]:
    """With a crowd, then with one browser."""
    return _crowded(stage) + _looked_at(stage)
