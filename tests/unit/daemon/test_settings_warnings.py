"""Warnings of the settings in force are logged once, and again only when they are new."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from words.waiting import until

from bridge.daemon.settings_warnings import SettingsWarnings
from bridge.errors import CheckerFailed, SettingsError
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
        in_force = loaded(file, f"mqtt: {{{ALONE}}}\n")
        warnings = SettingsWarnings(lambda: in_force.warnings())  # noqa: PLW0108 - others will be in force
        task = asyncio.create_task(warnings.run())
        counts = []
        for text in ("", f"mqtt: {{{ALONE}}}\nftp: {{host: a, {ALONE}}}\n", ""):
            before = warnings.found
            await until(lambda: warnings.found is not before)  # noqa: B023 - now
            counts.append(len(caplog.records))
            in_force = loaded(file, text)
            warnings.changed()
        task.cancel()
        return counts

    assert asyncio.run(story()) == [1, 1, 3]
    assert (
        caplog.messages[0]
        == f"{file}:3: mqtt.password: is not used without username: the broker gets neither (allowed: username as well)"
    )


def test_the_first_look_after_a_start_waits_and_a_change_does_not():
    looks = []

    def look():
        looks.append("look")
        return ("something",)

    async def story():
        warnings = SettingsWarnings(look, is_from_copy=True, quiet_s=1000)
        task = asyncio.create_task(warnings.run())
        await asyncio.sleep(0)
        assert looks == []
        warnings.changed()
        await until(lambda: warnings.found)
        task.cancel()

    asyncio.run(story())
    assert looks == ["look"]


def test_without_an_answer_of_the_checker_the_warnings_are_those_before():
    answers = [("first",), CheckerFailed("was killed"), SettingsError([]), ("second",)]

    def look():
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def story():
        warnings = SettingsWarnings(look)
        task = asyncio.create_task(warnings.run())
        await until(lambda: warnings.found == ("first",))
        for left in (2, 1):
            warnings.changed()
            await until(lambda: len(answers) == left)  # noqa: B023 - now
            assert warnings.found == ("first",)
        warnings.changed()
        await until(lambda: warnings.found == ("second",))
        task.cancel()

    asyncio.run(story())
