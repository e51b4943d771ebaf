"""The packages of this program, found by their metadata, in an environment made for the test."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[4]
PROGRAM = """
import sys
sys.path[:0] = sys.argv[1:]
from bridge.cli.install.environment import environment
from bridge.errors import StartFailed
try:
    found = environment()
    print(found.digest, *sorted(found.files), sep="\\n")
except StartFailed as error:
    print(error)
"""


def package(folder: Path, name: str, *requires: str, extra: str = "") -> None:
    """A package as pip leaves it: a module, metadata, a record, and a script outside."""
    info = folder / f"{name}-1.0.dist-info"
    info.mkdir(parents=True)
    module = folder / f"{name}.py"
    module.write_text("")
    lines = "".join(f"Requires-Dist: {one}\n" for one in requires)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n{lines}")
    (info / "RECORD").write_text(
        f"{name}.py,,\n__pycache__/{name}.pyc,,\n../../bin/{name},,\n{info.name}/METADATA,,\n{info.name}/RECORD,,\n"
    )
    if extra:
        (info / "direct_url.json").write_text(extra)


def found(*folders: Path) -> list[str]:
    """What a bare interpreter finds: the source tree of the program, and the packages of these folders."""
    words = [sys.executable, "-S", "-c", PROGRAM, *map(str, folders), str(ROOT)]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()


def modules(*folders: Path) -> list[str]:
    return [line for line in found(*folders) if line.endswith(".py")]


def test_the_program_all_that_it_needs_and_the_extras_that_are_here(tmp_path):
    package(tmp_path, "alarm2mqtt", "needed>=1", 'of_extra; extra == "web"', 'missing; extra == "media"', "Ab-c.d")
    package(tmp_path, "needed", "deeper", 'not_asked; extra == "speed"')
    for name in ("deeper", "of_extra", "ab_c_d", "not_asked", "a_stranger"):
        package(tmp_path, name)
    assert modules(tmp_path) == ["ab_c_d.py", "alarm2mqtt.py", "deeper.py", "needed.py", "of_extra.py"]


def test_scripts_and_absent_byte_code_are_no_part_of_it(tmp_path):
    package(tmp_path, "alarm2mqtt")
    assert found(tmp_path)[1:] == [
        "alarm2mqtt-1.0.dist-info/METADATA",
        "alarm2mqtt-1.0.dist-info/RECORD",
        "alarm2mqtt.py",
    ]


def test_the_digest_is_that_of_the_packages_and_not_of_their_place(tmp_path):
    for folder in ("a", "b", "c"):
        package(tmp_path / folder, "alarm2mqtt", "needed")
        package(tmp_path / folder, "needed")
    (tmp_path / "c/needed-1.0.dist-info/RECORD").write_text("needed.py,sha256=other,1\n")
    first, same, other = (found(tmp_path / folder)[0] for folder in ("a", "b", "c"))
    assert first == same != other


@pytest.mark.parametrize("extra", ["", '{"dir_info": {"editable": true}, "url": "file:///x"}'], ids=["source", "-e"])
def test_a_working_copy_is_refused_with_the_way_out(tmp_path, extra):
    if extra:
        package(tmp_path, "alarm2mqtt", extra=extra)
    (words,) = found(tmp_path)
    assert "working copy" in words
    assert "make wheel" in words


def test_a_package_that_pip_did_not_install_is_named(tmp_path):
    package(tmp_path, "alarm2mqtt", "needed")
    package(tmp_path, "needed")
    (tmp_path / "needed-1.0.dist-info/RECORD").unlink()
    (words,) = found(tmp_path)
    assert words.startswith("the files of the package needed are not known")
