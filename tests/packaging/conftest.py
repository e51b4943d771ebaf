"""The rig that builds images and boots units; without it these tests skip, and say so."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
INTO_THE_MACHINE = ("bridge", "ha_discovery", "packaging", "tests/packaging")
FILES = ("pyproject.toml", "requirements.lock", "README.md", "LICENSE")


class ImageRig:
    """`build` and `unit` of the folder that `ALARM2MQTT_IMAGE_RIG` names."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def build(self, *arguments: str) -> str:
        """Builds, and what else the arguments say; what it told."""
        return self._told("build", *arguments)

    def unit(self, *arguments: str) -> str:
        """Boots the unit in a machine; what it told."""
        return self._told("unit", *arguments)

    def container(self, *arguments: str) -> str:
        """One podman command on the rig's own store; its output."""
        exports = subprocess.run([self._folder / "build", "--env"], capture_output=True, text=True, check=True).stdout
        store = dict(line.removeprefix("export ").split("=", 1) for line in exports.splitlines())
        done = subprocess.run(
            ["podman", *arguments], capture_output=True, text=True, check=False, env=os.environ | store, timeout=60
        )
        assert done.returncode == 0, f"podman {' '.join(arguments)}\n{done.stdout}{done.stderr}"
        # What a program prints to its standard error is a log as well.
        return done.stdout + done.stderr if arguments[0] == "logs" else done.stdout

    def _told(self, tool: str, *arguments: str) -> str:
        done = subprocess.run([self._folder / tool, *arguments], capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{tool} {' '.join(arguments)}\n{done.stdout[-2000:]}\n{done.stderr[-6000:]}"
        return done.stdout + done.stderr


@pytest.fixture(scope="session")
def rig() -> ImageRig:
    folder = os.environ.get("ALARM2MQTT_IMAGE_RIG")
    if not folder:
        pytest.skip("PACKAGING IS NOT TESTED: ALARM2MQTT_IMAGE_RIG names no rig that can build and boot")
    if os.getuid() != 0:
        pytest.skip("PACKAGING IS NOT TESTED: the image rig needs root")
    return ImageRig(Path(folder))


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's folder."""
    return PROJECT


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a board is installed from."""
    folder = tmp_path_factory.mktemp("sources")
    for name in INTO_THE_MACHINE:
        shutil.copytree(PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in FILES:
        shutil.copy(PROJECT / name, folder / name)
    return folder
