"""From the start of the process to everything announced, and to outputs at idle."""

from __future__ import annotations

import json
import time
from pathlib import Path

from bench.contestant import OUTPUTS
from bench.figures import median
from bench.process import Program
from bench.stage import Stage, in_s
from bench.table import Row
from bench.waiting import hear_while
from bench.wire import Client, Message
from bridge.settings.kept.copy import NAME

POLL_S = 0.001
WITHIN_S = 20.0


def _ignore(_: Message) -> None:
    return


def _active(file: Path) -> set[str] | None:
    """The outputs that the simulated world has connected; None while that cannot be read."""
    try:
        contacts = json.loads(file.read_text())["outputs"]
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return {output for output in OUTPUTS if contacts[output] == "connected"}


def _killed_with_outputs_on(stage: Stage) -> None:
    """The worst that can be found at boot: every output active and nobody in charge."""
    program = stage.started(stage.ours)
    client = Client(port=stage.broker.port, name="starter", heard=_ignore)
    for output in OUTPUTS:
        client.publish(stage.ours.set_topic.format(output), b"ON")
    hear_while([client], lambda: _active(_world(stage)) != set(OUTPUTS), within_s=WITHIN_S, what="outputs on")
    program.kill()
    client.close()


def _world(stage: Stage) -> Path:
    """The file in which the simulated world outlives the daemon."""
    return stage.ours.socket.parent / "board.json"


def _idle_after_s(stage: Stage, *, kept: bool) -> float:
    """Seconds until every output is idle again; with the copy of checked settings, or without it by the checker."""
    file = _world(stage)
    copy = file.with_name(NAME)
    if kept and not copy.exists():
        message = f"no copy of checked settings was kept: {copy}"
        raise ValueError(message)
    if not kept:
        copy.unlink()
    if _active(file) != set(OUTPUTS):
        message = f"the board forgot what its outputs were driven to: {file}"
        raise ValueError(message)
    program: Program = stage.run(stage.ours)
    end_ns = in_s(WITHIN_S)
    while _active(file) != set():
        program.check()
        if time.monotonic_ns() > end_ns:
            message = "outputs were not driven to idle"
            raise TimeoutError(message)
        time.sleep(POLL_S)
    idle_s = (time.monotonic_ns() - program.started_ns) / 1e9
    program.stop()
    return idle_s


def measure(stage: Stage) -> list[Row]:
    """Starts in turns, the first of each not counted."""
    rounds = 3 if stage.quick else 9
    contestants = [contestant for contestant in (stage.ours, stage.mqtt_io) if contestant]
    announced_s: dict[str, list[float]] = {contestant.name: [] for contestant in contestants}
    idle_s: dict[bool, list[float]] = {True: [], False: []}
    for number in range(rounds + 1):
        for contestant in contestants:
            program, seconds = stage.timed_start(contestant)
            program.stop()
            if number:
                announced_s[contestant.name].append(seconds)
        for kept, seconds_of in idle_s.items():
            if number:
                _killed_with_outputs_on(stage)
                seconds_of.append(_idle_after_s(stage, kept=kept))
    peer_s = median(announced_s["mqtt-io"]) if stage.mqtt_io else None

    def row(what: str, seconds: float, floor: float) -> Row:
        return Row(part="startup", what=what, unit="s", ours=seconds, peer_name="mqtt-io", peer=peer_s, floor=floor)

    return [
        row("start → availability, discovery, states", median(announced_s["alarm2mqtt"]), 0.45),
        row("start → outputs idle", median(idle_s[True]), 0.35),
        row("start → outputs idle, settings never checked before", median(idle_s[False]), 0.5),
    ]
