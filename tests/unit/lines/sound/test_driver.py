"""Microphones whose program is a script of the test."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path

import pytest
from words.line_facts import Reports
from words.waiting import until

from bridge.core.definitions.inputs import InputSettings
from bridge.core.definitions.sound_lines import SoundSource
from bridge.lines.sound.driver import SoundLines
from bridge.lines.sound.microphone import Microphone

HEAD = (
    f"#!{sys.executable}\nimport sys, time\nquiet, loud = bytes(1600), b'\\x00\\x40' * 800\nsay = sys.stdout.buffer\n"
)
QUIET_LOUD_QUIET = "say.write(quiet * 4 + loud * 4 + quiet * 4); say.flush(); time.sleep(60)"
FAILS = "print('arecord: main:830: audio open error: No such file or directory', file=sys.stderr); sys.exit(1)"


class Room:
    """The driver, with a program for its microphones."""

    def __init__(self, folder: Path, script: str) -> None:
        self.program = folder / "arecord"
        self.program.write_text(HEAD + script)
        self.program.chmod(0o755)
        self.reports = Reports()
        self.seen: list[str] = []
        self.lines = SoundLines(microphone_of=partial(Microphone, program=str(self.program)))

    def listen(self) -> None:
        self.lines.start(self.reports.put)
        self.lines.request_input(InputSettings(id="glass", line=SoundSource()))

    async def reported(self, *words: str) -> None:
        def all_of_them() -> bool:
            self.seen += self.reports.seen()
            return self.seen[: len(words)] == list(words)

        await until(all_of_them, what=f"{words}; there was {self.seen}")


@pytest.fixture
def room(tmp_path, request):
    made = Room(tmp_path, request.param)
    yield made
    made.lines.close()


@pytest.mark.parametrize("room", [QUIET_LOUD_QUIET], indirect=True)
async def test_a_sound_is_an_event_and_what_is_heard_first_a_state(room):
    room.listen()
    await room.reported("found", "unknown state", "disconnected state", "connected event", "disconnected event")


@pytest.mark.parametrize("room", [FAILS], indirect=True)
async def test_a_microphone_that_cannot_be_read_is_lost_with_its_words_and_tried_again(room):
    room.listen()
    problem = "microphone default: arecord: main:830: audio open error: No such file or directory"
    await room.reported("found", "unknown state", f"lost: {problem}")
    room.program.write_text(HEAD + QUIET_LOUD_QUIET)
    room.seen.clear()
    await room.reported("found", "disconnected state")


@pytest.mark.parametrize("room", [FAILS], indirect=True)
async def test_a_program_that_is_missing_is_named_with_its_package(room):
    room.program.unlink()
    room.listen()
    problem = f"{room.program} cannot be started: No such file or directory; it is in the package alsa-utils"
    await room.reported("found", "unknown state", f"lost: {problem}")
