"""`make run` as a process: with a broker of its own, which never outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from programs.bridge import MAIN
from servers.process import wait_until

pytestmark = pytest.mark.e2e


def brokers_of(folder: Path) -> list[str]:
    """Processes that were started with a file of this folder, the demo itself not counted."""
    found = []
    for one in Path("/proc").glob("[0-9]*"):
        try:
            arguments = (one / "cmdline").read_bytes().decode().split("\0")
        except OSError:
            continue
        if any(word.startswith(f"{folder}{os.sep}") for word in arguments):
            found.append(one.name)
    return found


@contextmanager
def demo_in(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A demo in `tmp_path / "demo"` whose page is up; the process, and the file of what it said."""
    said = tmp_path / "said"
    with said.open("wb") as output:
        process = subprocess.Popen([*MAIN, "demo", "--folder", str(tmp_path / "demo")], stdout=output, stderr=output)
    try:
        wait_until(lambda: "page at" in said.read_text(), what="the page")
        yield process, said
    finally:
        process.kill()
        process.wait()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=["ctrl-c", "window closed"])
def test_it_ends_with_ctrl_c_and_with_its_window_and_leaves_nothing_behind(tmp_path: Path, number: int) -> None:
    with demo_in(tmp_path) as (process, said):
        assert brokers_of(tmp_path / "demo")
        process.send_signal(number)
        assert process.wait(8) == 0
    assert "every output is idle" in said.read_text()
    assert brokers_of(tmp_path / "demo") == []


def test_its_broker_ends_although_it_was_killed(tmp_path: Path) -> None:
    with demo_in(tmp_path) as (process, _):
        assert brokers_of(tmp_path / "demo")
        process.kill()
        process.wait(8)
        wait_until(lambda: brokers_of(tmp_path / "demo") == [], what="the broker's end")
