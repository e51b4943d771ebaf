"""Doing nothing: memory, processor time and wake-ups."""

from __future__ import annotations

import time

from bench.stage import Stage
from bench.table import Row

SETTLE_S = 5.0


def measure(stage: Stage) -> list[Row]:
    """All at once, for as long as one keepalive with its ping takes."""
    seconds = 15.0 if stage.quick else 45.0
    contestants = [contestant for contestant in (stage.ours, stage.mqtt_io, stage.c) if contestant]
    programs = {contestant.name: stage.started(contestant) for contestant in contestants}
    time.sleep(SETTLE_S)
    before = {name: (program.cpu_s(), program.wakeups()) for name, program in programs.items()}
    time.sleep(seconds)
    cpu_percent, wakeups, resident_mb = {}, {}, {}
    for name, program in programs.items():
        cpu_s, woken = before[name]
        cpu_percent[name] = (program.cpu_s() - cpu_s) / seconds * 100
        wakeups[name] = (program.wakeups() - woken) / seconds
        resident_mb[name] = program.resident_mb()
        program.stop()

    def row(
        what: str, unit: str, values: dict[str, float], *, floor: float | None = None, limit: float | None = None
    ) -> Row:
        return Row(
            part="idle",
            what=what,
            unit=unit,
            ours=values["alarm2mqtt"],
            peer_name="mqtt-io",
            peer=values.get("mqtt-io"),
            floor=floor,
            limit=limit,
        )

    return [
        row("resident memory, no mail, FTP or page", "MB", resident_mb, floor=1.0),
        row("processor time", "% of a core", cpu_percent, limit=0.05),
        row("wake-ups", "/s", wakeups, limit=1.0),
    ]
