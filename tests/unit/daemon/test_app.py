"""The composition root's last word: whatever failed before, outputs are idle."""

from __future__ import annotations

import asyncio
from pathlib import Path

from bridge.daemon.app import App
from bridge.settings.load import load


class Lines:
    """Remembers what it was asked to drive."""

    def __init__(self):
        self.driven = []
        self.closed = False

    def drive(self, terminal, level):
        assert not self.closed
        self.driven.append((terminal, str(level)))

    def close(self):
        self.closed = True


def test_outputs_are_idle_at_the_end_even_if_the_engine_never_knew_of_them(tmp_path: Path):
    file = tmp_path / "alarm2mqtt.yaml"
    file.write_text(
        "lines: {driver: simulated}\n"
        "outputs: [{id: siren}, {id: lamp, valid_signal: disconnect}, {id: strobe, connected_level: low}]\n"
    )
    lines = Lines()

    async def end():
        await App(load(file, environ={}), lines=lines)._end()  # noqa: SLF001 - what `run` does last

    asyncio.run(end())
    assert lines.driven == [("siren", "low"), ("lamp", "high"), ("strobe", "high")]
    assert lines.closed
