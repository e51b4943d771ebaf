"""A Python in which a package is not installed, though it is: a process of its own, whose finder does not find it."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[2]
_HOOK = """
import sys
from importlib.machinery import PathFinder

class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        return None if name == {package!r} else super().find_spec(name, path, target)

sys.meta_path[sys.meta_path.index(PathFinder)] = Without
"""


def environment_without(package: str, folder: Path) -> dict[str, str]:
    """Variables that make a Python do without a package; `folder` gets the file that does it."""
    folder.mkdir(exist_ok=True)
    (folder / "sitecustomize.py").write_text(_HOOK.format(package=package))
    return {"PYTHONPATH": os.pathsep.join(str(each) for each in (folder, ROOT, ROOT / "tests"))}


def said_without(package: str, code: str, folder: Path) -> str:
    """The output of a program in a Python that does without a package."""
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, **environment_without(package, folder)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return ran.stdout + ran.stderr
