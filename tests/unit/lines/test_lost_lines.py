from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

from bridge.lines.lost_lines import LostLines


class VirtualLoop:
    """As much of an event loop as timers need; `pass_time` runs them."""

    def __init__(self) -> None:
        self.now = 100.0
        self.timers: list[asyncio.TimerHandle] = []

    def time(self) -> float:
        return self.now

    def call_later(self, delay: float, callback: Callable[..., object], *args: object) -> asyncio.TimerHandle:
        timer = asyncio.TimerHandle(self.now + delay, callback, args, self)  # type: ignore[arg-type]
        self.timers.append(timer)
        return timer

    def get_debug(self) -> bool:
        return False

    def _timer_handle_cancelled(self, timer: asyncio.TimerHandle) -> None:
        self.timers.remove(timer)

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while due := [timer for timer in self.timers if timer.when() <= end]:
            first = min(due, key=lambda timer: timer.when())
            self.timers.remove(first)
            self.now = first.when()
            first._run()  # noqa: SLF001 - this is the loop
        self.now = end


class Tries:
    """Notes when which terminal was tried; gives those in `there`."""

    def __init__(self, loop: VirtualLoop) -> None:
        self.loop = loop
        self.there: set[str] = set()
        self.at: list[tuple[str, float]] = []

    def __call__(self, terminal: str) -> bool:
        self.at.append((terminal, self.loop.now - 100.0))
        return terminal in self.there


def lost(devices: Path) -> tuple[VirtualLoop, Tries, LostLines]:
    loop = VirtualLoop()
    tries = Tries(loop)
    lines = LostLines(retry=tries, devices=devices)
    lines.start(loop)  # type: ignore[arg-type]
    return loop, tries, lines


def test_tries_come_after_one_second_doubling_to_eight(tmp_path: Path) -> None:
    loop, tries, lines = lost(tmp_path)
    lines.add("door")
    loop.pass_time(40)
    assert [at for _, at in tries.at] == [1, 3, 7, 15, 23, 31, 39]


def test_a_device_that_comes_makes_all_due_at_once(tmp_path: Path) -> None:
    loop, tries, lines = lost(tmp_path)
    lines.add("door")
    lines.add("window")
    loop.pass_time(20)
    tries.at.clear()
    stat = tmp_path.stat()
    os.utime(tmp_path, ns=(stat.st_atime_ns, stat.st_mtime_ns + 1))
    tries.there = {"window"}
    loop.pass_time(0.25)
    assert [terminal for terminal, _ in tries.at] == ["door", "window"]
    loop.pass_time(2)
    assert [terminal for terminal, _ in tries.at] == ["door", "window", "door"], (
        "soon again: it may not be open to us yet"
    )


def test_no_timer_runs_while_nothing_is_lost(tmp_path: Path) -> None:
    loop, tries, lines = lost(tmp_path)
    assert loop.timers == []
    lines.add("door")
    lines.add("window")
    tries.there = {"door"}
    loop.pass_time(1)
    assert len(loop.timers) == 1
    lines.discard("window")
    assert loop.timers == []
    lines.add("door")
    lines.close()
    assert loop.timers == []


def test_lines_lost_before_the_start_are_tried_from_then_on(tmp_path: Path) -> None:
    loop = VirtualLoop()
    tries = Tries(loop)
    lines = LostLines(retry=tries, devices=tmp_path)
    lines.add("door")
    lines.start(loop)  # type: ignore[arg-type]
    loop.pass_time(1)
    assert [at for _, at in tries.at] == [1]


def test_without_a_folder_of_devices_tries_go_on(tmp_path: Path) -> None:
    loop, tries, lines = lost(tmp_path / "nowhere")
    lines.add("door")
    loop.pass_time(3)
    assert [at for _, at in tries.at] == [1, 3]
