"""Many terminals: the largest message, the start, the memory, and the way back after a restart."""

from __future__ import annotations

import json
from pathlib import Path

from bench.contestant import Contestant
from bench.figures import median
from bench.ours import DEVICE, PROGRAM, TOPIC
from bench.process import Program
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import hear_until
from bench.wire import Client, Message

ONLINE = f"{TOPIC}/availability"
PREFIX = "homeassistant/device/"
SETTLED_S = 3.0


def _bridge(stage: Stage, count: int) -> Contestant:
    """Our bridge with so many inputs, each with an output of its own, on the simulated board."""
    folder = stage.folder / f"many-{count}"
    folder.mkdir()
    names = range(count)
    settings = {
        "device": {"id": DEVICE, "startup_grace_s": 0},
        "mqtt": {"host": "127.0.0.1", "port": stage.broker.port},
        "lines": {"driver": "simulated"},
        "store": {"folder": str(folder)},
        "web": {"enabled": False},
        "log": {"level": "warning"},
        "inputs": [{"id": f"in-{one}", "linkage": {"outputs": [f"out-{one}"]}} for one in names],
        "outputs": [{"id": f"out-{one}", "kind": "siren"} for one in names],
    }
    file: Path = folder / "alarm2mqtt.yaml"
    file.write_text(json.dumps(settings, indent=1))
    socket = folder / "board.sock"
    return Contestant(
        name=f"alarm2mqtt-{count}",
        socket=socket,
        start=lambda: Program(
            [PROGRAM, "run", file], log=folder / "alarm2mqtt.log", env={"ALARM2MQTT_BOARD": str(socket)}
        ),
        input_topic=TOPIC + "/input/{}/state",
        subscriptions=(f"{TOPIC}/#", "homeassistant/#"),
        announced=frozenset(
            {ONLINE, *(f"{PREFIX}{DEVICE}_{kind}-{one}/config" for kind in ("in", "out") for one in names)}
        ),
    )


def _starts(stage: Stage, count: int, rounds: int) -> tuple[float, float, float]:
    """Seconds of a restart, bytes of the largest message that is no picture, megabytes when it has settled."""
    contestant = _bridge(stage, count)
    seconds, sizes, memory = [], [0], []

    def heard(message: Message) -> None:
        sizes.append(len(message.payload))

    client = Client(port=stage.broker.port, name=f"sizes-{count}", heard=heard)
    for pattern in contestant.subscriptions:
        client.subscribe(pattern)
    for number in range(rounds + 1):
        program, took_s = stage.timed_start(contestant, client)
        hear_until([client], in_s(SETTLED_S))
        if number:
            seconds.append(took_s)
            memory.append(program.resident_mb())
        program.stop()
    client.close()
    return median(seconds), max(sizes), median(memory)


def measure(stage: Stage) -> list[Row]:
    """64 of each, and 200 of each; the first start, with nothing on the broker, is not counted."""
    rounds = 1 if stage.quick else 3
    start_s, largest, memory_mb = _starts(stage, 64, rounds)
    back_s, largest_of_200, memory_of_200 = _starts(stage, 200, rounds)

    def row(what: str, unit: str, ours: float, limit: float | None = None) -> Row:
        return Row(part="many", what=what, unit=unit, ours=ours, limit=limit)

    return [
        row("64 inputs, 64 outputs: largest message", "kB", largest / 1024, 32),
        row("64 inputs, 64 outputs: restart → everything announced", "s", start_s, 0.9),
        row("64 inputs, 64 outputs: resident memory", "MB", memory_mb, 50),
        row("200 inputs, 200 outputs: largest message", "kB", largest_of_200 / 1024, 32),
        row("200 inputs, 200 outputs: restart → everything announced", "s", back_s, 3),
        row("200 inputs, 200 outputs: resident memory", "MB", memory_of_200),
    ]
