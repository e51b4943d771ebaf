"""A library that the settings have no use for is never loaded: memory is small, and outputs are to be idle soon."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from programs.bridge import Bridge, Ear
from servers.mosquitto import Mosquitto
from words.builders import an_input, an_output
from words.waiting import wait_until

pytestmark = pytest.mark.e2e

PARTS = {"inputs": [an_input("door", outputs=["siren"])], "outputs": [an_output("siren")]}
NEVER = {
    *("aioftp", "aiohttp", "aiosmtplib", "av", "gpiod", "rich", "yarl"),
    *("pydantic", "pydantic_core", "pydantic_settings", "ruamel"),  # the checker's, a process of its own
    *("bridge.settings.load", "bridge.settings.checks", "bridge.settings.yaml", "bridge.settings.file"),
    *("http.client", "urllib.request", "email"),
}
TELLING = """\
import os, signal, sys
def write(*_):
    with open(os.path.join(FOLDER, f"modules.{os.getpid()}.new"), "w") as file:
        file.write("\\n".join(sys.modules))
    os.rename(file.name, file.name.removesuffix(".new"))
signal.signal(signal.SIGUSR2, write)
"""


@pytest.fixture
def telling(tmp_path, monkeypatch):
    """Every process of Python that is started writes the names of its modules into a file at SIGUSR2."""
    folder = tmp_path / "telling"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(f"FOLDER = {str(folder)!r}\n{TELLING}")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(folder), *filter(None, sys.path)]))
    return folder


def modules_of(folder: Path, process: int) -> set[str]:
    told = folder / f"modules.{process}"
    told.unlink(missing_ok=True)
    os.kill(process, signal.SIGUSR2)
    wait_until(told.exists, what="its modules")
    return set(told.read_text().splitlines())


def imported(bridge: Bridge) -> list[str]:
    """Every module in this order; Python writes each into the log."""
    return [line.rpartition("|")[2].strip() for line in bridge.said().splitlines() if line.startswith("import time:")]


def test_a_bridge_without_actions_and_page_loads_no_library_of_theirs(tmp_path, telling):
    with Mosquitto(tmp_path / "broker") as broker, Ear(broker.port, "#") as ear:
        for edited in (False, True):  # the first start asks the checker, the second has the copy of the first
            with Bridge(tmp_path, broker.port, **PARTS) as bridge:
                ear.wait_for("alarm2mqtt/front-gate/availability", b"online")
                bridge.board("connect door")
                wait_until(lambda: bridge.contact("siren") == "connected", what="the siren")
                if edited:
                    ear.publish("alarm2mqtt/front-gate/input/door/settings/set", b'{"name": "Door"}')
                    wait_until(lambda: '"Door"' in bridge.file.read_text(), what="the edit")
                loaded = modules_of(telling, bridge.process.pid)
                bridge.board("disconnect door")
            ear.wait_for("alarm2mqtt/front-gate/availability", b"offline")
            assert "paho.mqtt.client" in loaded
            assert NEVER.intersection(loaded) == set()


def test_the_line_driver_is_there_before_the_libraries_of_broker_and_store(tmp_path, monkeypatch):
    monkeypatch.setenv("PYTHONPROFILEIMPORTTIME", "1")
    with Bridge(tmp_path, 1, **PARTS) as bridge:
        wait_until(lambda: "paho.mqtt.client" in imported(bridge), what="the library for the broker")
        loaded = imported(bridge)
    driver = loaded.index("bridge.lines.simulated.driver")
    late = ("sqlite3", "paho.mqtt.client", "ha_discovery", "bridge.mqtt.adapter", "bridge.store.store")
    assert {name: loaded.index(name) > driver for name in late if name in loaded} == dict.fromkeys(late, True)
