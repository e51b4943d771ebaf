"""A program that replaces a file for ever, killed at any instant."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from words.waiting import wait_until

_WRITER = """
import sys
from pathlib import Path
path = Path(sys.argv[1])
{prepare}
number = int(path.read_bytes().split(b":")[0])
while True:
    number += 1
    content = b"%d:" % number + b"x" * 20000 + b":end"
    {replace}
"""


def writers_killed(path: Path, *, prepare: str, replace: str, kills: int) -> Iterator[None]:
    """Yield after each kill; the file was whole whenever it was looked at, and has grown by a number at least.

    `prepare` and `replace` are Python: what is imported, and how `content` becomes the file at `path`.
    """
    path.write_bytes(b"0:" + b"x" * 20000 + b":end")
    code = _WRITER.format(prepare=prepare, replace=replace)
    for _ in range(kills):
        before = path.read_bytes()
        with subprocess.Popen([sys.executable, "-c", code, str(path)]) as writer:
            wait_until(lambda before=before: path.read_bytes() != before, what="a first write")
            for _ in range(30):
                _assert_whole(path)
            writer.send_signal(signal.SIGKILL)
        _assert_whole(path)
        yield
    assert int(path.read_bytes().split(b":")[0]) >= kills


def _assert_whole(path: Path) -> None:
    seen = path.read_bytes()
    assert seen.endswith(b":end")
    assert len(seen.split(b":")[1]) == 20000
