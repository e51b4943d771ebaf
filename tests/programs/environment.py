"""A program with dependencies of its own: an environment made from a lock file beside its test, kept in `build/`."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

import pytest

BUILD = Path(__file__).parents[2] / "build"
LONGEST_S = 180


def program(lock: Path) -> Path:
    """The program that the lock is named after; made once for each lock and Python, which takes some seconds.

    The test is skipped, and says so, when there is nothing to install it from.
    """
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = BUILD / lock.stem / f"{version}-{hashlib.sha256(lock.read_bytes()).hexdigest()[:12]}"
    ready = folder / "ready"
    if not ready.exists():
        shutil.rmtree(folder, ignore_errors=True)
        venv.create(folder, with_pip=True)
        install = [folder / "bin/python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        try:
            done = subprocess.run(
                [*install, "--require-hashes", "--only-binary", ":all:", "-r", lock],
                capture_output=True,
                text=True,
                timeout=LONGEST_S,
                check=False,
            )
        except subprocess.TimeoutExpired:
            pytest.skip(f"{lock.stem.upper()} IS NOT RUN: installing it took longer than {LONGEST_S} s")
        if done.returncode != 0:
            pytest.skip(f"{lock.stem.upper()} IS NOT RUN: it cannot be installed: {done.stderr[-300:]}")
        ready.touch()
    return folder / "bin" / lock.stem
