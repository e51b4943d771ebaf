"""One run of the whole program in this process: simulated lines, no broker, a folder for the store."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from programs.bridge import settings_text
from servers.process import free_port
from words.builders import an_input, an_output
from words.waiting import wait_until

from bridge.daemon.app import App
from bridge.daemon.boot import lines_at_idle
from bridge.errors import BoardError
from bridge.lines.simulated.client import talk
from bridge.lines.surroundings import Surroundings
from bridge.settings.checker.checked_file import CheckedFile, first_answer
from bridge.settings.checker.messages import load_request
from bridge.settings.checker.process import CheckerProcess
from bridge.store.sqlite.connection import FILE_NAME, connect_to_read

INPUTS = [an_input("door", outputs=["siren"], name="Back door")]
OUTPUTS = [an_output("siren"), an_output("lamp", valid_signal="disconnect")]
FOR_EVER_S = 86_400.0
IDLE = {"siren": "disconnected", "lamp": "connected"}


class Run:
    """The program on this thread, and the hand at its terminals on another."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.file = folder / "alarm2mqtt.yaml"

    def write(self, **parts: Any) -> None:
        self.file.write_text(settings_text(self.folder, free_port(), **{"inputs": INPUTS, "outputs": OUTPUTS, **parts}))

    def does(self, story: Callable[[], None], **parts: Any) -> None:
        """Runs it from idle outputs to SIGTERM, which comes at the end of the story."""
        self.write(**parts)

        def hand() -> None:
            wait_until(self.is_there, what="the board")  # the program's own handler of SIGTERM is there by then
            try:
                story()
            finally:
                os.kill(os.getpid(), signal.SIGTERM)

        with ThreadPoolExecutor(1) as threads:
            told = threads.submit(hand)
            self._to_its_end()
            told.result()

    def _to_its_end(self) -> None:
        """As `boot.run` does, but a stop never ends this process."""
        with closing(CheckerProcess()) as checker:
            self._run(CheckedFile(first_answer(checker.ask(load_request(self.file, {}, None))), ask=checker.ask))

    def _run(self, file: CheckedFile) -> None:
        settings = file.loaded.settings
        surroundings = Surroundings(settings)
        lines = lines_at_idle(settings, surroundings)
        app = App(file, lines=lines, surroundings=surroundings, board=None, longest_goodbye_s=FOR_EVER_S)
        asyncio.run(app.run())

    def board(self, command: str) -> Any:
        return json.loads(next(talk(self.folder / "board.sock", command)))

    def outputs(self) -> dict[str, str]:
        return self.board("contacts")["outputs"]

    def is_there(self) -> bool:
        try:
            return bool(self.board("contacts"))
        except BoardError:
            return False

    def journal(self) -> list[str]:
        """The kinds of the entries on the disk, in their order."""
        with closing(connect_to_read(self.folder / FILE_NAME)) as database:
            return [kind for (kind,) in database.execute("SELECT kind FROM journal ORDER BY seq")]


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """The program has its process for itself; this one goes on, and has its log and its collector back."""
    root = logging.getLogger()
    handlers, level, threshold = root.handlers[:], root.level, gc.get_threshold()
    yield Run(tmp_path)
    root.handlers[:], root.level = handlers, level
    gc.set_threshold(*threshold)
    gc.unfreeze()


def test_an_alarm_drives_its_output_with_no_broker_and_the_end_leaves_all_idle_and_the_entries_on_the_disk(run, caplog):
    def story() -> None:
        assert run.outputs() == IDLE
        run.board("connect door")
        wait_until(lambda: run.outputs() == {**IDLE, "siren": "connected"}, what="the siren")
        wait_until(lambda: "alarm_begin" in run.journal(), what="the alarm on the disk")

    with caplog.at_level(logging.INFO):
        run.does(story)
    kept = json.loads((run.folder / "board.json").read_text())
    assert kept["outputs"] == IDLE
    assert run.journal() == ["start", "alarm_begin", "output_on", "output_off", "stop"]
    assert "outputs idle, inputs watched" in caplog.text


def test_the_alarm_of_before_goes_on_after_a_stop_and_is_not_a_second_one(run):
    run.does(lambda: wait_for_alarm(run))
    run.does(lambda: wait_until(lambda: "resumed" in run.journal(), what="the alarm going on"))
    assert run.journal().count("alarm_begin") == 1


def wait_for_alarm(run: Run) -> None:
    run.board("connect door")
    wait_until(lambda: "output_on" in run.journal(), what="the alarm on the disk")


def test_a_reload_takes_what_it_can_and_says_what_waits_for_the_next_start(run, caplog):
    def story() -> None:
        run.write(outputs=[*OUTPUTS, an_output("bell")], log={"level": "info"}, web={"enabled": False, "port": 1234})
        os.kill(os.getpid(), signal.SIGHUP)
        wait_until(lambda: "bell" in run.outputs(), what="the new output")

    run.does(story)
    assert "web: changed; takes effect at the next start" in caplog.text


def test_a_camera_that_is_added_while_it_runs_brings_the_linkage(run, tmp_path):
    def story() -> None:
        run.write(audio={"folder": str(tmp_path)}, inputs=[an_input("door", audible={"clips": ["dog.wav"]})])
        os.kill(os.getpid(), signal.SIGHUP)
        wait_until(lambda: "settings" in run.journal(), what="the edit")
        run.board("connect door")
        wait_until(lambda: "audible" in run.journal(), what="the outcome of a sound that is not there")

    run.does(story)


def test_the_page_shows_the_terminals_while_it_runs(run):
    port = free_port()

    def story() -> None:
        wait_until(lambda: "Back door" in page(port), what="the page")

    run.does(story, web={"port": port})


def page(port: int) -> str:
    try:
        with urlopen(f"http://127.0.0.1:{port}/", timeout=5) as answer:
            return str(answer.read().decode())
    except OSError:
        return ""
