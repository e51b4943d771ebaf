"""A real Home Assistant with its own broker, on loopback; skipped loudly where there is none."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from servers.process import wait_until

VARIABLE = "ALARM2MQTT_HA_RIG"
EMPTIED = "node_id 'None'"
"""Earlier Home Assistants empty a device's topic once more for each disabled entity that goes with the device, and
complain of that themselves: "No device components to cleanup"."""
TOO_FREQUENT = "messages since last count"
"""Many devices come and go here in a minute, and Home Assistant logs each at the level that the rig has set."""

FORGOTTEN = "Unable to remove unknown dispatcher"
"""Home Assistant 2026.11 says so of each device trigger that was removed, when MQTT is loaded again (which enabling an
entity does): `components/mqtt/entity.py`, MqttDiscoveryDeviceUpdateMixin, keeps them in `reload_dispatchers`."""


@pytest.fixture(scope="session")
def rig() -> Path:
    """The folder with `rig.py`, `ha.py` and `validate.py`."""
    folder = os.environ.get(VARIABLE)
    if not folder:
        message = f"{VARIABLE} is not set: nothing was tested against Home Assistant"
        warnings.warn(message, stacklevel=1)
        pytest.skip(message)
    return Path(folder)


MORE = """\
mobile_app:
input_boolean:
  key:
  walk_test:
"""
"""What a person has beside MQTT: telephones, and helpers of kind toggle."""


@pytest.fixture(scope="session")
def home_assistant(rig: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The rig's client of a Home Assistant that has just started, with MQTT connected."""
    folder = tmp_path_factory.mktemp("home-assistant")
    port, broker_port = free_ports(2)
    environment = os.environ | {"HA_RIG_STATE": str(folder)}
    command = [sys.executable, str(rig / "rig.py")]
    more = folder / "more.yaml"
    more.write_text(MORE)
    start = [*command, "start", str(port), str(broker_port), "--extra", str(more)]
    subprocess.run(start, env=environment, check=True, capture_output=True)
    try:
        known = json.loads((folder / f"ha-rig-{port}.json").read_text())
        client = load(rig / "ha.py").HA(known["url"], known["token"], known["log"], known)
        client.rig_state = folder
        yield client
        client.close()
    finally:
        subprocess.run([*command, "stop", str(port), "--purge"], env=environment, check=True, capture_output=True)


@pytest.fixture
def off(rig: Path, home_assistant: Any) -> Callable[[], AbstractContextManager[None]]:
    """Home Assistant is off within this context, and has started again after it; its log then begins anew."""

    @contextmanager
    def context() -> Iterator[None]:
        port = home_assistant.rig["port"]
        state = home_assistant.rig_state
        pid = json.loads((state / f"ha-rig-{port}.json").read_text())["pid"]
        home_assistant.close()
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: is_gone(pid), within_s=60, what="the end of Home Assistant")
        yield
        command = [sys.executable, str(rig / "rig.py"), "restart", str(port)]
        environment = os.environ | {"HA_RIG_STATE": str(state)}
        subprocess.run(command, env=environment, check=True, capture_output=True)

    return context


def is_gone(pid: int) -> bool:
    """Whether a process has ended; one that nobody waits for counts as well."""
    try:
        return "\nState:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return True


@pytest.fixture
def ha(home_assistant: Any) -> Iterator[Any]:
    """Home Assistant, whose log must hold no warning or error of any logger after the test."""
    since = len(home_assistant.log_records())
    yield home_assistant
    mark = f"end of test {uuid.uuid4()}"
    home_assistant.call("system_log", "write", {"message": mark, "level": "warning", "logger": "tests"})
    home_assistant.wait(lambda: mark in home_assistant.log.read_text(), label="the log has been written so far")
    noise = (mark, TOO_FREQUENT)
    noise += (EMPTIED,) if home_assistant.config()["version"] < "2026" else ()
    found = [one for one in home_assistant.problems(since=since) if not one["message"].endswith(noise)]
    assert [one for one in found if FORGOTTEN not in one["message"] or "MqttDeviceTrigger" not in one["message"]] == []


def load(path: Path) -> ModuleType:
    """A module by its file."""
    spec = importlib.util.spec_from_file_location(f"rig_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def free_ports(count: int) -> list[int]:
    """Ports of loopback that nobody listens on now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports
