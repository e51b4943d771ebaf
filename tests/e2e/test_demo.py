"""`make run` as a process: with a broker of its own, which never outlives it."""

from __future__ import annotations

import os
import signal
import subprocess
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


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=["ctrl-c", "window closed"])
def test_it_ends_with_ctrl_c_and_with_its_window_and_leaves_nothing_behind(tmp_path: Path, number: int) -> None:
    folder, said = tmp_path / "demo", tmp_path / "said"
    with said.open("wb") as output:
        process = subprocess.Popen([*MAIN, "demo", "--folder", str(folder)], stdout=output, stderr=output)
    try:
        wait_until(lambda: "page at" in said.read_text(), what="the page")
        assert brokers_of(folder)
        process.send_signal(number)
        assert process.wait(8) == 0
    finally:
        process.kill()
    assert "every output is idle" in said.read_text()
    assert brokers_of(folder) == []
