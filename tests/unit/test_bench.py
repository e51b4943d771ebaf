"""The bench can be started, and CONTRIBUTING.md has a row for each of its parts."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def test_it_starts_from_a_shell_and_its_parts_are_those_of_the_table():
    """In a process of its own: pytest has folders in its path that a shell has not."""
    outside = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    asked = [sys.executable, "-m", "bench", "--help"]
    done = subprocess.run(asked, cwd=REPOSITORY, env=outside, check=True, capture_output=True, text=True)
    parts = re.search(r"--only \{([^}]*)\}", done.stdout)
    assert parts is not None
    measured = (REPOSITORY / "CONTRIBUTING.md").read_text().partition("## Measure")[2].partition("## ")[0]
    rows = re.findall(r"^\| (`[^|]*`) \|", measured, re.MULTILINE)
    assert set(re.sub(r"\s", "", parts[1]).split(",")) == {word for row in rows for word in re.findall(r"`(\w+)`", row)}
