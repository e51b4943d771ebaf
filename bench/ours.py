"""alarm2mqtt on its simulated board."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.contestant import INPUTS, OUTPUTS, Contestant
from bench.process import Program

DEVICE = "bench"
TOPIC = f"alarm2mqtt/{DEVICE}"
PULSED = "pulsed"
PROGRAM = Path(sys.executable).parent / "alarm2mqtt"
MANY_MAILS = (sys.executable, Path(__file__).parent / "many_mails.py")


Keys = Mapping[str, object]
Terminals = Sequence[Mapping[str, object]]


def _also(keys: Keys | None) -> str:
    return "".join(f", {key}: {json.dumps(value)}" for key, value in (keys or {}).items())


def _settings(
    folder: Path,
    port: int,
    *,
    inputs_also: Keys | None,
    outputs_also: Keys | None,
    more_inputs: Terminals,
    more_outputs: Terminals,
    parts: dict[str, object],
) -> str:
    each_input = {"debounce_ms": 0, "quiet_s": 0, **(inputs_also or {})}
    inputs = "\n".join(
        [
            *(f"  - {{id: {name}{_also(each_input)}}}" for name in INPUTS),
            *(f"  - {json.dumps(each)}" for each in more_inputs),
        ]
    )
    outputs = "\n".join(
        [
            *(f"  - {{id: {name}{_also(outputs_also)}}}" for name in OUTPUTS),
            *(f"  - {json.dumps(each)}" for each in more_outputs),
        ]
    )
    more = "\n".join(f"{key}: {json.dumps(part)}" for key, part in {"web": {"enabled": False}, **parts}.items())
    return f"""\
device: {{id: {DEVICE}, startup_grace_s: 0}}
mqtt: {{host: 127.0.0.1, port: {port}}}
lines: {{driver: simulated}}
store: {{folder: {folder}}}
{more}
log: {{level: warning}}
inputs:
{inputs}
outputs:
{outputs}
  - {{id: {PULSED}, mode: pulse, pulse: {{on_ms: 50, off_ms: 50}}}}
"""


def alarm2mqtt(
    folder: Path,
    port: int,
    *,
    inputs_also: Keys | None = None,
    outputs_also: Keys | None = None,
    more_inputs: Terminals = (),
    more_outputs: Terminals = (),
    program: tuple[str | Path, ...] = (PROGRAM,),
    **parts: object,
) -> Contestant:
    """Our bridge with its state, log and settings in a folder of its own.

    `parts` are more of the settings' top level, `inputs_also` and `outputs_also` more of each input
    and of each output, `more_inputs` and `more_outputs` further ones; `program` is what is started instead of the
    installed one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    settings = folder / "alarm2mqtt.yaml"
    settings.write_text(
        _settings(
            folder,
            port,
            inputs_also=inputs_also,
            outputs_also=outputs_also,
            more_inputs=more_inputs,
            more_outputs=more_outputs,
            parts=parts,
        )
    )
    socket = folder / "board.sock"
    states = {f"{TOPIC}/input/{name}/state" for name in INPUTS} | {f"{TOPIC}/output/{name}/state" for name in OUTPUTS}
    return Contestant(
        name="alarm2mqtt",
        socket=socket,
        start=lambda: Program(
            [*program, "run", settings], log=folder / "alarm2mqtt.log", env={"ALARM2MQTT_BOARD": str(socket)}
        ),
        input_topic=TOPIC + "/input/{}/state",
        output_topic=TOPIC + "/output/{}/state",
        set_topic=TOPIC + "/output/{}/set",
        subscriptions=(f"{TOPIC}/#", "homeassistant/#"),
        announced=frozenset(states | {f"{TOPIC}/availability", f"homeassistant/device/{DEVICE}/config"}),
    )
