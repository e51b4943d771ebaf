"""The peers: a C publisher, compiled here, and mqtt-io, installed in an environment of its own."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

from bench.contestant import INPUTS, OUTPUTS, Contestant
from bench.process import Program

HERE = Path(__file__).parent
MQTT_IO = "mqtt-io==2.7.0"
PREFIX = "mqttio"
CLIENT_ID = "mqttio-bench"


def built_c_bridge(cache: Path) -> Path | None:
    """The compiled C publisher; None without a compiler or libmosquitto's headers."""
    compiler = shutil.which("cc")
    if compiler is None:
        return None
    source, binary = HERE / "c_bridge.c", cache / "c_bridge"
    if binary.exists() and binary.stat().st_mtime > source.stat().st_mtime:
        return binary
    done = subprocess.run(
        [compiler, "-O2", "-Wall", "-Wextra", "-o", binary, source, "-lmosquitto"],
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.stderr.write(f"the C publisher does not build (libmosquitto-dev missing?):\n{done.stderr}\n")
        return None
    return binary


def installed_mqtt_io(cache: Path) -> Path | None:
    """The Python that has mqtt-io; installed on demand, None when that fails."""
    python = cache / "mqtt-io" / "bin" / "python"
    name, _, version = MQTT_IO.partition("==")
    asked = f"import importlib.metadata as m; raise SystemExit(m.version('{name}') != '{version}')"
    if python.exists() and subprocess.run([python, "-c", asked], check=False, capture_output=True).returncode == 0:
        return python
    try:
        subprocess.run([sys.executable, "-m", "venv", python.parent.parent], check=True)
        subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", MQTT_IO], check=True)
    except subprocess.CalledProcessError as error:
        sys.stderr.write(f"mqtt-io cannot be installed: {error}\n")
        return None
    return python


def c_bridge(binary: Path, folder: Path, port: int) -> Contestant:
    """The least a bridge can do."""
    folder.mkdir(parents=True, exist_ok=True)
    socket = folder / "board.sock"
    return Contestant(
        name="C",
        socket=socket,
        start=lambda: Program([binary, socket, str(port), "cbridge/input", *INPUTS], log=folder / "c.log"),
        input_topic="cbridge/input/{}",
        subscriptions=("cbridge/#",),
        announced=frozenset(f"cbridge/input/{name}" for name in INPUTS),
    )


def _mqtt_io_config(socket: Path, port: int, *, client: str, reader: str) -> dict[str, object]:
    return {
        "mqtt": {
            "host": "127.0.0.1",
            "port": port,
            "topic_prefix": PREFIX,
            "client_id": CLIENT_ID,
            "clean_session": True,
            "client_module": client,
            "ha_discovery": {"enabled": True},
        },
        "gpio_modules": [{"name": "board", "module": "board", "socket": str(socket), "reader": reader}],
        "digital_inputs": [
            {"name": name, "module": "board", "pin": name, "interrupt": "both", "retain": True} for name in INPUTS
        ],
        "digital_outputs": [
            {"name": name, "module": "board", "pin": name, "initial": "low", "publish_initial": True, "retain": True}
            for name in OUTPUTS
        ],
        # Its default logs a line for every edge; the fastest sane setting does not.
        "logging": {"version": 1, "loggers": {"mqtt_io": {"level": "WARNING"}}},
    }


def mqtt_io(python: Path, folder: Path, port: int, *, qos: int = 1, reader: str = "thread") -> Contestant:
    """mqtt-io in interrupt mode without bounce time, with discovery.

    It announces no state of an input before the first edge, so its start is complete without.
    """
    folder.mkdir(parents=True, exist_ok=True)
    socket, config = folder / "board.sock", folder / "mqtt-io.yaml"
    client = "qos1" if qos else "mqtt_io.mqtt.aiomqtt"
    config.write_text(json.dumps(_mqtt_io_config(socket, port, client=client, reader=reader)))
    discovery = {f"homeassistant/binary_sensor/{CLIENT_ID}/{name}/config" for name in INPUTS}
    discovery |= {f"homeassistant/switch/{CLIENT_ID}/{name}/config" for name in OUTPUTS}
    return Contestant(
        name="mqtt-io",
        socket=socket,
        start=lambda: Program([python, HERE / "mqtt_io_peer", config], log=folder / "mqtt-io.log"),
        input_topic=PREFIX + "/input/{}",
        output_topic=PREFIX + "/output/{}",
        set_topic=PREFIX + "/output/{}/set",
        subscriptions=(f"{PREFIX}/#", "homeassistant/#"),
        announced=frozenset(discovery | {f"{PREFIX}/status"} | {f"{PREFIX}/output/{name}" for name in OUTPUTS}),
    )
