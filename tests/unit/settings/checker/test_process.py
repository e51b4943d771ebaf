"""The checker's process: it answers, and when it dies, hangs or talks nonsense, the settings in force stay."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from words.waiting import wait_until

from bridge.core.definitions.settings import Settings
from bridge.core.effects import Answer
from bridge.core.facts import Fact, Origin
from bridge.errors import CheckerFailed, Fault, SettingsError
from bridge.settings.checker.checked_file import CheckedFile, first_answer
from bridge.settings.checker.messages import load_request
from bridge.settings.checker.process import CheckerProcess
from bridge.settings.store import SettingsStore

TEXT = """\
lines: {driver: simulated}   # no hardware
store: {folder: STORE}
mqtt: {username: u, password: sesame}
inputs: [{id: door, linkage: {outputs: [siren]}}]
outputs: [{id: siren}]
"""
BROKEN = {
    "it dies before it works": "os.kill(os.getpid(), 9)",
    "it ends as if all were well": "sys.exit(0)",
    "it hangs": "time.sleep(1000)",
    "it hangs and takes nothing": "signal.pause()",
    "it talks nonsense": "print('hello', flush=True); time.sleep(1000)",
    "it talks JSON that is nonsense": "while True: input(); print('{}', flush=True)",
    "it answers with half an answer": "input(); print('{\"settings\": {', end='', flush=True); sys.exit(0)",
    "it answers with a list": "input(); print('[]', flush=True); time.sleep(1000)",
    "it answers with nested JSON without end": "input(); print('[' * 100_000, flush=True); time.sleep(1000)",
    "it answers with faults that are none": "while True: input(); print('{\"faults\": [5]}', flush=True)",
    "it talks without end and without a line": "input()\nwhile True: sys.stdout.write('x' * 10_000)",
    "it hangs when it has more to say": "input(); print('x' * 100, end='', flush=True); time.sleep(1000)",
    "it cannot be imported": "import no_such_module",
}
QUICK = {"dying_s": 0.1, "largest": 1_000_000}
WRITES_AND_DIES = """
from bridge.settings.checker.__main__ import main
from bridge.settings.checker.work import Checker
class Dying(Checker):
    def answer(self, request):
        answer = super().answer(request)
        if request["do"] == "edit":
            os.kill(os.getpid(), 9)
        return answer
main(Dying())
"""
DIES_ONCE = """
from bridge.settings.checker.__main__ import main
from bridge.settings.checker.work import Checker
class Dying(Checker):
    def answer(self, request):
        if request["do"] == DO and not os.path.exists(MARK):
            open(MARK, "w").close()
            os.kill(os.getpid(), 9)
        return super().answer(request)
main(Dying())
"""
LOUD = """
from bridge.settings.checker.__main__ import main
from bridge.settings.checker.work import Checker
class Loud(Checker):
    def answer(self, request):
        print("a library says hello")
        os.write(1, b"{}\\n")
        return super().answer(request)
main(Loud())
"""
FAULTY = """
from bridge.settings.checker.__main__ import main
from bridge.settings.checker.work import Checker
class Faulty(Checker):
    def answer(self, request):
        if request["do"] == "edit":
            raise ValueError(request["content"])
        return super().answer(request)
main(Faulty())
"""

Start = Callable[..., CheckerProcess]


@pytest.fixture
def started() -> Iterator[Start]:
    """Makes the checker's process of a text of Python, or the real one; it is ended with the test."""
    made: list[CheckerProcess] = []

    def start(code: str | None = None, **limits: Any) -> CheckerProcess:
        if code is None:
            made.append(CheckerProcess(**limits))
        else:
            command = (sys.executable, "-c", f"import os, signal, sys, time\n{code}")
            made.append(CheckerProcess(command=command, **limits))
        return made[-1]

    yield start
    for one in made:
        one.close()


@pytest.fixture(scope="module")
def real() -> Iterator[CheckerProcess]:
    """A real process that works, for files to be loaded."""
    one = CheckerProcess()
    yield one
    one.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "gate.yaml"
    path.write_text(TEXT.replace("STORE", str(tmp_path)))
    return path


def loaded(file: Path, checker: CheckerProcess) -> CheckedFile:
    return CheckedFile(first_answer(checker.ask(load_request(file, {}, None))), ask=checker.ask)


class Desk:
    """A store with all that it said."""

    def __init__(self, file: CheckedFile) -> None:
        self.file = file
        self.applied: list[tuple[Settings, str]] = []
        self.told: list[Fact] = []
        self.store = SettingsStore(file, apply=self._apply, tell=self.told.append, answer=self._answer)

    def _apply(self, settings: Settings, origin: Origin) -> None:
        self.applied.append((settings, origin.by))
        self._answer(Answer(origin=origin))

    def _answer(self, answer: Answer) -> None:
        if isinstance(answer.origin.request, asyncio.Future):
            answer.origin.request.set_result(answer.faults)

    async def debounce(self, milliseconds: int) -> tuple[Fault, ...]:
        return await self.store.patch_input("door", {"debounce_ms": milliseconds}, "page")


async def test_a_real_process_loads_edits_and_warns(file: Path, started: Start) -> None:
    checker = started()
    desk = Desk(loaded(file, checker))
    assert desk.file.loaded.settings.mqtt.password is not None
    assert await desk.debounce(7) == ()
    assert [(settings.inputs[0].debounce_ms, by) for settings, by in desk.applied] == [(7, "page")]
    assert "debounce_ms: 7" in file.read_text()
    assert "# no hardware" in file.read_text()
    (fault,) = await desk.debounce(-1)
    assert (fault.path, fault.message, fault.value, fault.allowed) == (
        "debounce_ms",
        "is out of range",
        "-1",
        "0 to 10000",
    )
    file.chmod(0o644)
    (warning,) = desk.file.warnings()
    assert warning.startswith(f"{file}:3: mqtt.password: is a secret")


@pytest.mark.parametrize("how", BROKEN)
async def test_a_checker_that_fails_refuses_an_edit_in_words(
    file: Path, real: CheckerProcess, started: Start, how: str
) -> None:
    in_force = loaded(file, real)
    before = file.read_bytes(), in_force.loaded
    broken = started(BROKEN[how], longest_s=0.1 if "hangs" in how else 20, **QUICK)
    desk = Desk(CheckedFile(in_force.loaded, ask=broken.ask))
    (fault,) = await desk.debounce(7)
    assert fault.message.startswith("the process that checks settings")
    assert fault.message.endswith("; nothing was changed; try again")
    assert fault.is_passing
    assert (file.read_bytes(), desk.file.loaded) == before
    assert desk.applied == []
    file.write_text(file.read_text() + "# by hand\n")
    await desk.store.reload_if_changed()
    assert desk.file.loaded is before[1]
    assert desk.file.loaded.settings.inputs[0].debounce_ms == 100
    with pytest.raises(CheckerFailed):
        desk.file.warnings()


async def test_a_checker_that_is_killed_after_it_wrote_leaves_in_force_what_is_in_the_file(
    file: Path, started: Start
) -> None:
    desk = Desk(loaded(file, started(WRITES_AND_DIES)))
    (fault,) = await desk.debounce(7)
    assert fault.message == (
        "the process that checks settings was ended by signal 9 before it answered; the file was written meanwhile,"
        " and is in force"
    )
    assert fault.is_passing
    assert "debounce_ms: 7" in file.read_text()
    assert [(settings.inputs[0].debounce_ms, by) for settings, by in desk.applied] == [(7, "file")]
    assert desk.file.loaded.settings.inputs[0].debounce_ms == 7


@pytest.mark.parametrize("do", ["edit", "look", "load"])
async def test_a_checker_that_dies_once_is_begun_again(file: Path, started: Start, tmp_path: Path, do: str) -> None:
    checker = started(DIES_ONCE.replace("DO", repr(do)).replace("MARK", repr(str(tmp_path / "mark"))))
    if do == "load":
        with pytest.raises(CheckerFailed):
            loaded(file, checker)
    desk = Desk(loaded(file, checker))
    if do == "look":
        file.write_text(file.read_text() + "# by hand\n")
        await desk.store.reload_if_changed()
        assert desk.file.loaded.content == file.read_bytes()
    assert await desk.debounce(7) == ()
    assert [by for _, by in desk.applied] == ["page"]
    assert (tmp_path / "mark").exists()


async def test_a_checker_that_was_killed_while_nobody_asked_is_not_missed(file: Path, started: Start) -> None:
    checker = started()
    desk = Desk(loaded(file, checker))
    first = checker.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    assert await desk.debounce(7) == ()
    assert await desk.debounce(8) == ()
    assert checker.pid not in (None, first)


async def test_edits_go_on_with_another_checker_as_if_it_were_the_first(file: Path, started: Start) -> None:
    one, other = started(), started()
    desk = Desk(loaded(file, one))
    assert await desk.debounce(7) == ()
    desk = Desk(CheckedFile(desk.file.loaded, ask=other.ask))
    assert await desk.store.patch_input("door", {"name": "Door"}, "page") == ()
    door = desk.file.loaded.settings.inputs[0]
    assert (door.debounce_ms, door.name) == (7, "Door")
    assert file.with_name("gate.yaml.2").read_text() == TEXT.replace("STORE", str(file.parent))


async def test_the_checker_leaves_after_a_time_of_quiet_and_comes_again(file: Path, started: Start) -> None:
    checker = started(quiet_s=0.3, brief_s=0.1)
    desk = Desk(loaded(file, checker))
    assert await desk.debounce(6) == ()
    first = checker.pid
    wait_until(lambda: not Path(f"/proc/{first}").exists(), what="its end, and that it is reaped")
    assert checker.pid is None
    assert await desk.debounce(7) == ()
    assert checker.pid is not None


async def test_a_large_file_goes_through_the_pipe_both_ways(file: Path, started: Start) -> None:
    file.write_text(file.read_text() + f"# {'ä' * 400_000}\n")
    desk = Desk(loaded(file, started()))
    assert await desk.debounce(7) == ()
    assert desk.file.loaded.content == file.read_bytes()


async def test_after_the_start_it_leaves_soon(file: Path, started: Start) -> None:
    checker = started(quiet_s=1000, brief_s=0.1)
    desk = Desk(loaded(file, checker))
    desk.file.warnings()
    process = Path(f"/proc/{checker.pid}")
    wait_until(lambda: not process.exists(), what="its end")


async def test_other_words_on_standard_output_are_no_answers(file: Path, started: Start) -> None:
    desk = Desk(loaded(file, started(LOUD)))
    assert await desk.debounce(7) == ()


async def test_a_fault_of_its_program_is_told_without_any_value(
    file: Path, started: Start, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(loaded(file, started(FAULTY)))
    (fault,) = await desk.debounce(7)
    assert "by a fault of the program (ValueError; " in fault.message
    said = f"{fault} {caplog.text} {capfd.readouterr()}"
    assert "sesame" not in said


async def test_no_secret_is_in_its_arguments_or_environment(file: Path, started: Start) -> None:
    checker = started()
    desk = Desk(loaded(file, checker))
    await desk.debounce(7)
    process = Path(f"/proc/{checker.pid}")
    command = process.joinpath("cmdline").read_bytes().decode().split("\0")
    assert command[1:] == ["-P", "-m", "bridge.settings.checker", ""]
    environ = dict(line.split("=", 1) for line in process.joinpath("environ").read_bytes().decode().split("\0") if line)
    assert {name for name, text in environ.items() if os.environ.get(name) != text} <= {"PYTHONPATH"}


async def test_what_json_cannot_carry_is_refused(file: Path, started: Start) -> None:
    desk = Desk(loaded(file, started()))
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    (fault,) = await desk.store.patch_input("door", {"name": deep}, "page")
    assert fault.message == "is nested too deeply"
    assert await desk.debounce(7) == ()


async def test_settings_that_are_wrong_are_refused_with_everything_that_is_wrong(file: Path, started: Start) -> None:
    file.write_text("inputs: [{id: door, line: {name: A}, debounce_ms: -1}]\nmqtt: {port: x, password: sesame}\n")
    with pytest.raises(SettingsError) as refused:
        loaded(file, started())
    assert [(fault.file, fault.line, fault.path, fault.value, fault.allowed) for fault in refused.value.faults] == [
        (str(file), 1, "inputs[0].debounce_ms", "-1", "0 to 10000"),
        (str(file), 2, "mqtt.port", '"x"', "1 to 65535"),
    ]


async def test_a_secret_that_is_gone_meanwhile_refuses_edits_until_it_is_back(file: Path, started: Start) -> None:
    secret = file.with_name("password")
    secret.write_text("sesame")
    file.write_text(file.read_text().replace("password: sesame", f"password_file: {secret}"))
    one, other = started(), started()
    desk = Desk(CheckedFile(loaded(file, one).loaded, ask=other.ask))
    secret.unlink()
    first, second = await desk.debounce(7)
    assert first.message.startswith("the file was edited by hand and is wrong")
    assert (second.path, second.line) == ("mqtt.password_file", 3)
    assert "debounce_ms" not in file.read_text()
    secret.write_text("another")
    assert await desk.debounce(7) == ()
    password = desk.file.loaded.settings.mqtt.password
    assert password is not None
    assert password.reveal() == "another"


async def test_after_another_program_was_installed_edits_ask_for_a_restart(file: Path, started: Start) -> None:
    desk = Desk(loaded(file, checker := started()))
    request = {**load_request(file, {}, None), "program": "0.0.1"}
    with pytest.raises(SettingsError) as refused:
        first_answer(checker.ask(request))
    assert "restart it" in str(refused.value)
    assert await desk.debounce(7) == ()
