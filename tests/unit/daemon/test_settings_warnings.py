"""Warnings of the settings in force are logged once, and again only when they are new."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from words.waiting import until

from bridge.daemon.settings_warnings import SettingsWarnings
from bridge.settings.load import Loaded, load

PLAIN = "lines: {driver: simulated}\nweb: {enabled: false}\n"
ALONE = "password: 'words'"


def loaded(path: Path, text: str) -> Loaded:
    path.write_text(PLAIN + text)
    path.chmod(0o600)
    return load(path, environ={})


def test_a_warning_is_logged_once_for_as_long_as_it_lasts(tmp_path, caplog):
    file = tmp_path / "gate.yaml"
    caplog.set_level(logging.WARNING)

    async def story() -> list[int]:
        warnings = SettingsWarnings(loaded(file, f"mqtt: {{{ALONE}}}\n"))
        task = asyncio.create_task(warnings.run())
        counts = []
        for text in ("", f"mqtt: {{{ALONE}}}\nftp: {{host: a, {ALONE}}}\n", ""):
            before = warnings.found
            await until(lambda: warnings.found is not before)  # noqa: B023 - now
            counts.append(len(caplog.records))
            warnings.changed(loaded(file, text))
        task.cancel()
        return counts

    assert asyncio.run(story()) == [1, 1, 3]
    assert (
        caplog.messages[0]
        == f"{file}:3: mqtt.password: is not used without username: the broker gets neither (allowed: username as well)"
    )
