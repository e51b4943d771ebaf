"""Signs of files, by which a change is seen without reading them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

Sign = tuple[int, int, int] | int | None
Signs = list[Sign]


def signs(files: Iterable[Path]) -> Signs:
    """Returns a fingerprint for each file.

    It differs once the file was written, replaced, removed or made unreadable.
    """
    return [_sign(file) for file in files]


def _sign(file: Path) -> Sign:
    """Returns inode, size and time of change of a file, or the errno if the file cannot be reached.

    None without a number.
    """
    try:
        status = file.stat()
    except OSError as error:
        return error.errno
    return status.st_ino, status.st_size, status.st_mtime_ns
