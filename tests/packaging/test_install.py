"""`alarm2mqtt install` on a fresh Debian with a real systemd: two commands, upgrades, removal."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.packaging, pytest.mark.timeout(1500)]


@pytest.fixture(scope="module")
def wheels(project, tmp_path_factory):
    """What a release brings, one that upgrades it, and one whose daemon does not start."""
    folder = tmp_path_factory.mktemp("board")
    for version, spoil in (("0.1.0", ""), ("0.1.1", ""), ("0.1.2", 'raise RuntimeError("a bad day")\n')):
        tree = folder / version
        for name in ("bridge", "ha_discovery"):
            shutil.copytree(project / name, tree / name, ignore=shutil.ignore_patterns("__pycache__"))
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(project / name, tree / name)
        module = tree / "bridge/__init__.py"
        module.write_text(re.sub(r'__version__ = ".*"', f'__version__ = "{version}"', module.read_text()))
        daemon = tree / "bridge/daemon/boot.py"
        daemon.write_text(daemon.read_text() + spoil)
        subprocess.run(
            [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "files/dist"],
            cwd=tree,
            check=True,
        )
    shutil.copytree(project / "tests/packaging", folder / "files/packaging")
    return folder / "files"


def test_an_archive_makes_a_running_service_of_a_debian_that_has_python_alone(rig, project, wheels, tmp_path):
    shutil.copytree(wheels / "packaging", tmp_path / "packaging")
    (tmp_path / "dist").mkdir()
    shutil.copy(next((wheels / "dist").glob("alarm2mqtt-0.1.0-*.whl")), tmp_path / "dist")
    making = [sys.executable, project / "packaging/make_archive.py", "amd64", "--folder", tmp_path / "dist"]
    subprocess.run(making, check=True)
    told = rig.unit(
        "--base=debian:trixie",
        f"--files={tmp_path}",
        "--setup=apt-get update -q; apt-get install -y -q --no-install-recommends python3; useradd --create-home pi",
        str(project / "tests/packaging/nothing.service"),
        "--",
        "python3",
        "/src/packaging/install_story.py",
        "archive",
    )
    assert "nothing is left but what was said" in told
    print(told)  # noqa: T201 - the times, for who runs it with -s


@pytest.mark.parametrize("debian", ["bookworm", "trixie"])
def test_two_commands_make_a_running_service_and_one_removes_it(rig, project, wheels, debian):
    told = rig.unit(
        f"--base=debian:{debian}",
        f"--files={wheels}",
        "--setup=sh packaging/fresh_board.sh",
        str(project / "tests/packaging/nothing.service"),
        "--",
        "python3",
        "/src/packaging/install_story.py",
    )
    assert "nothing is left but what was said" in told
    print(told)  # noqa: T201 - the times, for who runs it with -s
