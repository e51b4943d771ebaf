"""Resident memory that far lines add to the daemon, beside the same one without; after each of them was used once."""

from __future__ import annotations

import urllib.request
from collections.abc import Callable, Mapping
from typing import Any

from bench.broker import free_port
from bench.contestant import INPUTS
from bench.memory import alone, looked_at
from bench.ours import alarm2mqtt
from bench.process import Program, resident_mb
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import hear_until
from bench.wire import Client, Message

FAR_MB = 2.0
CAMERAS_MB = 3.0
PROCESS_MB = 70.0
PROCESS = "bridge.lines.onvif.process"
SETTLE_S = 5.0
TOKEN = "a-long-token-of-the-bench"  # noqa: S105 - of nobody


def _ignore(_: Message) -> None:
    return


def _terminals(plug_port: int) -> dict[str, Any]:
    """Inputs and outputs of every kind that needs no camera."""
    inputs: list[dict[str, Any]] = [
        *(
            {"id": f"device-{each}", "line": {"kind": "mqtt", "topic": f"devices/{each}", "connected": "ON"}}
            for each in range(8)
        ),
        *({"id": f"hook-{each}", "line": {"kind": "http", "token": TOKEN, "hold_s": 1}} for each in range(4)),
        *({"id": what, "line": {"kind": "health", "what": what}} for what in ("disk", "network", "broker", "clock")),
        *(
            {"id": f"both-{each}", "line": {"kind": "combined", "of": [f"device-{each}", INPUTS[0]]}}
            for each in range(4)
        ),
    ]
    plug = f"http://127.0.0.1:{plug_port}"
    outputs = [
        {
            "id": "device-siren",
            "line": {"kind": "mqtt", "topic": "siren/set", "connected": "ON", "disconnected": "OFF"},
        },
        {
            "id": "plug",
            "line": {"kind": "http", "connected": {"url": f"{plug}/on"}, "disconnected": {"url": f"{plug}/off"}},
        },
    ]
    return {"more_inputs": inputs, "more_outputs": outputs}


def _use(stage: Stage, port: int) -> None:
    """A message to each device's topic, and a call of each hook."""
    client = Client(port=stage.broker.port, name="uses", heard=_ignore)
    for each in range(8):
        for word in (b"ON", b"OFF"):
            client.publish(f"devices/{each}", word)
    hear_until([client], in_s(0.5))
    client.close()
    for each in range(4):
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}/hook/hook-{each}", method="POST", headers={"Authorization": f"Bearer {TOKEN}"}
        )
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - our own page
            answer.read()


def _daemon_mb(
    stage: Stage, name: str, parts: Mapping[str, Any], *, use: Callable[[int], None] | None = None
) -> tuple[float, float | None]:
    """The daemon's own memory, and that of the process of its cameras, if there is one."""
    port = free_port()
    program: Program = stage.started(alarm2mqtt(stage.folder / name, stage.broker.port, web={"port": port}, **parts))
    looked_at(port)
    if use is not None:
        use(port)
    hear_until([], in_s(SETTLE_S))
    alone(program)
    child = program.child(PROCESS)
    found = resident_mb(program.pid), None if child is None else resident_mb(child)
    program.stop()
    return found


def measured(stage: Stage, cameras: Mapping[str, Any]) -> list[Row]:
    """Without, with lines of every other kind, and with `cameras`."""
    without, _ = _daemon_mb(stage, "local", {})
    far, _ = _daemon_mb(stage, "far", _terminals(free_port()), use=lambda port: _use(stage, port))
    watching, process = _daemon_mb(stage, "cameras", cameras)

    def row(what: str, ours: float | None, limit: float) -> Row:
        return Row(part="cameras", what=what, unit="MB", ours=ours, limit=limit, absent="there is no such process")

    return [
        row("the daemon's memory more with mqtt, http, health and combined lines", far - without, FAR_MB),
        row("the daemon's memory more with 16 cameras", watching - without, CAMERAS_MB),
        row("the process of 16 cameras", process, PROCESS_MB),
    ]
