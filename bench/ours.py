"""alarm2mqtt on its simulated board."""

from __future__ import annotations

import sys
from pathlib import Path

from bench.contestant import INPUTS, OUTPUTS, Contestant
from bench.process import Program

DEVICE = "bench"
TOPIC = f"alarm2mqtt/{DEVICE}"
PULSED = "pulsed"
PROGRAM = Path(sys.executable).parent / "alarm2mqtt"


def _settings(folder: Path, port: int) -> str:
    inputs = "\n".join(f"  - {{id: {name}, debounce_ms: 0, quiet_s: 0}}" for name in INPUTS)
    outputs = "\n".join(f"  - {{id: {name}}}" for name in OUTPUTS)
    return f"""\
device: {{id: {DEVICE}, startup_grace_s: 0}}
mqtt: {{host: 127.0.0.1, port: {port}}}
lines: {{driver: simulated}}
store: {{folder: {folder}}}
web: {{enabled: false}}
log: {{level: warning}}
inputs:
{inputs}
outputs:
{outputs}
  - {{id: {PULSED}, mode: pulse, pulse: {{on_ms: 50, off_ms: 50}}}}
"""


def alarm2mqtt(folder: Path, port: int) -> Contestant:
    """Our bridge with its state, log and settings in a folder of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "alarm2mqtt.yaml"
    settings.write_text(_settings(folder, port))
    socket = folder / "board.sock"
    states = {f"{TOPIC}/input/{name}/state" for name in INPUTS} | {f"{TOPIC}/output/{name}/state" for name in OUTPUTS}
    return Contestant(
        name="alarm2mqtt",
        socket=socket,
        start=lambda: Program(
            [PROGRAM, "run", settings], log=folder / "alarm2mqtt.log", env={"ALARM2MQTT_BOARD": str(socket)}
        ),
        input_topic=TOPIC + "/input/{}/state",
        output_topic=TOPIC + "/output/{}/state",
        set_topic=TOPIC + "/output/{}/set",
        subscriptions=(f"{TOPIC}/#", "homeassistant/#"),
        announced=frozenset(states | {f"{TOPIC}/availability", f"homeassistant/device/{DEVICE}/config"}),
    )
