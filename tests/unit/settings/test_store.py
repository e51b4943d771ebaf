"""One file, edited from three sides."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as limits
from hypothesis import strategies as st
from words.waiting import until

from bridge.core.definitions.settings import Settings
from bridge.core.effects import Answer
from bridge.core.facts import CommandRejected, Fact, Origin
from bridge.errors import CommandRefused, Fault, SettingsError
from bridge.settings.checker.checked_file import CheckedFile, first_answer
from bridge.settings.checker.messages import Message, decoded, encoded, load_request
from bridge.settings.checker.work import Checker
from bridge.settings.edits import edits
from bridge.settings.edits import permissions as changeable
from bridge.settings.edits.edits import Edit
from bridge.settings.file.file_sync import FileSync
from bridge.settings.file.versioned_file import SettingsFile
from bridge.settings.load import Loaded, load
from bridge.settings.store import MOST_WAITING, SettingsStore

TEXT = """\
# The gate.
device: {id: gate}   # here
lines: {driver: simulated}

schedules:
  # While we sleep.
  nights: {mon-fri: ["22:00-06:00"]}

inputs:
  - id: door           # in front
    debounce_ms: 100   # it bounces
    linkage:
      outputs: [siren]
  # The other one.
  - id: window
outputs:
  - id: siren
    alarm_time_ms: 1000
  - id: lamp
# The end.
"""


WAY: ContextVar[str] = ContextVar("WAY")


@dataclass
class Desk:
    """A store, and all that it said; edits that it applied are answered as the engine would."""

    store: SettingsStore
    path: Path
    applied: list[tuple[Settings, str]] = field(default_factory=list)
    told: list[Fact] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)

    @property
    def text(self) -> str:
        return self.path.read_text()

    @property
    def refusals(self) -> list[tuple[str, str, str]]:
        return [(one.origin.by, one.topic, one.message) for one in self.told if isinstance(one, CommandRejected)]

    def version(self, number: int) -> str:
        return self.path.with_name(f"{self.path.name}.{number}").read_text()


def isolated(folder: Path, **variables: str) -> Callable[[Path], Loaded]:
    """Loads without anything of this machine's."""
    nowhere = folder / "no-secrets"
    nowhere.mkdir(exist_ok=True)
    environ = {"ALARM2MQTT_SECRETS_DIR": str(nowhere), **variables}
    return lambda path: load(path, environ=environ, options={})


def through_checker(path: Path, file: Any, environ: dict[str, str]) -> CheckedFile:
    """The file as the daemon has it, with a checker at the other end of the messages."""
    checker = Checker(sync=partial(FileSync, file=file, settle_s=0), environ=environ)

    def ask(request: Any) -> Message:
        return decoded(encoded(checker.answer(decoded(encoded(request)))))

    return CheckedFile(first_answer(ask(load_request(path, {}, None))), ask=ask)


@pytest.fixture(autouse=True, params=["file", "checker"])
def way(request: pytest.FixtureRequest) -> Iterator[None]:
    """Every story is told twice: in one process, and as the daemon has it."""
    token = WAY.set(request.param)
    yield
    WAY.reset(token)


def a_desk(folder: Path, text: str = TEXT, *, file: Any = None, **variables: str) -> Desk:
    path = folder / "alarm2mqtt.yaml"
    path.write_text(text)
    read = isolated(folder, **variables)
    desk: Desk

    def apply(settings: Settings, origin: Origin) -> None:
        desk.applied.append((settings, origin.by))
        answer(Answer(origin=origin))

    def answer(effect: Answer) -> None:
        if effect.origin.request is not None:
            desk.answers.append(effect)
            if isinstance(effect.origin.request, asyncio.Future):
                effect.origin.request.set_result(effect.faults)

    content = file(path) if file else None
    in_file: FileSync | CheckedFile
    if WAY.get() == "checker":
        in_file = through_checker(path, content, {"ALARM2MQTT_SECRETS_DIR": str(folder / "no-secrets"), **variables})
    else:
        in_file = FileSync(read(path), file=content, read=read, settle_s=0)
    desk = Desk(
        SettingsStore(
            in_file,
            apply=apply,
            tell=lambda fact: desk.told.append(fact),  # noqa: PLW0108 - made below
            answer=answer,
        ),
        path,
    )
    return desk


async def door(desk: Desk, patch: dict[str, Any]) -> tuple[Fault, ...]:
    return await desk.store.patch_input("door", patch, "page")


async def test_a_patch_is_written_applied_and_answered_in_this_order(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    assert await door(desk, {"debounce_ms": 7}) == ()
    assert desk.text == TEXT.replace("100   # it", "7     # it")
    assert desk.version(1) == TEXT
    ((settings, by),) = desk.applied
    assert (settings.inputs[0].debounce_ms, by) == (7, "page")
    assert desk.store.loaded.settings is settings
    assert len(desk.answers) == 1


async def test_all_faults_are_told_and_nothing_is_changed(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    faults = await door(desk, {"debounce_ms": -1, "nmae": "x", "linkage": {"email": True}})
    assert {fault.path: fault.message for fault in faults} == {
        "debounce_ms": "is out of range",
        "nmae": "is not a setting; did you mean name?",
        "linkage.email": "needs the section email, which is missing",
    }
    assert all(fault.file is None for fault in faults)
    assert (desk.text, desk.applied) == (TEXT, [])
    ((by, place, message),) = desk.refusals
    assert (by, place) == ("page", "inputs.door")
    assert "debounce_ms: is out of range (is -1; allowed: 0 to 10000)" in message


async def test_what_is_so_already_writes_nothing_and_is_answered(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    assert await door(desk, {"debounce_ms": 100, "enabled": True, "linkage": {"outputs": {"siren": True}}}) == ()
    assert (desk.text, desk.applied, len(desk.answers)) == (TEXT, [], 1)
    assert not (tmp_path / "alarm2mqtt.yaml.1").exists()


async def test_two_edits_at_once_are_both_made(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    store = desk.store
    result = await asyncio.gather(
        *(store.patch_input("door", {"quiet_s": number}, "page") for number in range(20, 30)),
        *(store.patch_input("window", {"quiet_s": number}, "page") for number in range(30, 40)),
        store.patch_output("siren", {"alarm_time_ms": 0}, "page"),
    )
    assert set(result) == {()}
    settings = desk.store.loaded.settings
    assert [one.quiet_s for one in settings.inputs] == [29, 39]
    assert settings.outputs[0].alarm_time_ms == 0
    assert isolated(tmp_path)(desk.path).settings == settings
    assert len(desk.answers) == 21


async def test_inputs_and_outputs_come_and_go(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    store = desk.store
    results = [
        await store.add("inputs", {"id": "gate", "name": "Gate"}, "page"),
        await store.add("inputs", {"id": "door"}, "page"),
        await store.remove("outputs", "siren", "page"),
        await store.remove("inputs", "cellar", "page"),
        await store.remove("inputs", "window", "page"),
        await store.add("cameras", {"id": "x"}, "page"),
    ]
    assert [tuple(str(fault) for fault in result) for result in results] == [
        (),
        ('id: is used by inputs[0] as well (is "door"; allowed: an id that no other input or output has)',),
        (),
        ("there is no input cellar",),
        (),
        ("must be inputs or outputs",),
    ]
    settings = desk.store.loaded.settings
    assert ([one.id for one in settings.inputs], [one.id for one in settings.outputs]) == (["door", "gate"], ["lamp"])
    assert settings.inputs[0].linkage.outputs == ()
    assert "  # The other one.\n  - id: gate\n    name: Gate\n" in desk.text


async def test_the_rest_is_patched_but_not_the_lists(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    assert await desk.store.patch_rest({"device": {"name": "Gate"}, "log": {"level": "debug"}}, "page") == ()
    assert "device: {id: gate, name: Gate}   # here\n" in desk.text
    (fault,) = await desk.store.patch_rest({"inputs": []}, "page")
    assert str(fault) == "inputs: are changed one by one, by their ids"


async def test_a_patch_that_is_nested_without_end_is_refused(tmp_path: Path) -> None:
    deep: dict[str, Any] = {}
    for _ in range(900):
        deep = {"linkage": deep, "x": 1}
    (fault,) = await door(a_desk(tmp_path), deep)
    assert fault.message == "is nested too deeply"


async def test_over_mqtt_only_what_is_open_there(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    edit = edits.patch_input("door", {"line": {"chip": "x"}, "bias": None, "name": "D"}, only=changeable.INPUT)
    await desk.store.change(edit, Origin(by="mqtt", request=object()))
    assert {fault.path for fault in desk.answers[0].faults} == {"line.chip", "bias"}
    assert desk.text == TEXT


@pytest.mark.parametrize(
    ("variables", "patch", "path"),
    [
        ({"ALARM2MQTT_EMAIL__MIN_GAP_S": "5"}, {"email": {"min_gap_s": 9}}, "email.min_gap_s"),
        ({"ALARM2MQTT_EMAIL__HOST": "h"}, {"email": None}, "email"),
        ({"ALARM2MQTT_MQTT__PASSWORD": "s3cret"}, {"mqtt": {"password_file": "/x"}}, "mqtt.password_file"),
        ({"ALARM2MQTT_SCHEDULES": '{"nights": "never"}'}, {"schedules": {"nights": "always"}}, "schedules.nights"),
    ],
)
async def test_what_comes_from_above_the_file_is_not_changed_in_it(
    tmp_path: Path, variables: dict[str, str], patch: Any, path: str
) -> None:
    email = "email: {host: a.b, sender: a@b, recipients: [c@d]}\n"
    desk = a_desk(tmp_path, email + TEXT, **variables)
    faults = await desk.store.patch_rest(patch, "page")
    assert [fault.path for fault in faults] == [path]
    assert "goes before the file: change it there" in faults[0].message
    assert next(iter(variables)) in faults[0].message
    assert "s3cret" not in str(desk.told) + str(faults)


async def test_a_list_from_above_the_file_hides_all_of_its_items(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, ALARM2MQTT_INPUTS='[{"id": "door"}]')
    assert [fault.path for fault in await door(desk, {"name": "D"})] == ["name"]


async def test_values_from_above_the_file_are_never_written_into_it(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, ALARM2MQTT_MQTT__PASSWORD="s3cret", ALARM2MQTT_MQTT__PORT="1999")
    assert await door(desk, {"name": "D"}) == ()
    assert desk.applied[0][0].mqtt.port == 1999
    assert "s3cret" not in desk.text
    assert "1999" not in desk.text


# By hand


async def test_an_edit_by_hand_before_a_patch_is_taken_first_and_not_lost(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    assert await door(desk, {"quiet_s": 9}) == ()
    by_hand = desk.text.replace("alarm_time_ms: 1000", "alarm_time_ms: 2000  # mine")
    desk.path.write_text(by_hand)
    assert await door(desk, {"quiet_s": 10}) == ()
    assert [by for _, by in desk.applied] == ["page", "file", "page"]
    assert desk.applied[1][0].outputs[0].alarm_time_ms == 2000
    assert desk.text == by_hand.replace("quiet_s: 9", "quiet_s: 10")


async def test_an_edit_by_hand_before_the_first_look_is_noticed_too(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    desk.path.write_text(TEXT.replace("100   # it", "50    # it"))
    assert await door(desk, {"name": "D"}) == ()
    assert [by for _, by in desk.applied] == ["file", "page"]


async def test_while_the_file_is_wrong_a_patch_is_refused_with_what_is_wrong_in_it(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    wrong = TEXT.replace("100   # it", "-100   # it")
    desk.path.write_text(wrong)
    first, second = await door(desk, {"name": "D"})
    assert first.message.startswith("the file was edited by hand and is wrong")
    assert (second.path, second.line) == ("inputs[0].debounce_ms", 11)
    assert (desk.text, desk.applied) == (wrong, [])


async def test_a_file_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    desk.path.unlink()
    assert "cannot be read: No such file" in str((await door(desk, {"name": "D"}))[1])
    assert not desk.path.exists()


@pytest.mark.parametrize("empty", ["", "# all gone\n"])
async def test_a_file_that_a_full_disk_has_emptied_disarms_nothing(tmp_path: Path, empty: str) -> None:
    desk = a_desk(tmp_path)
    desk.path.write_text(empty)
    await desk.store.reload_if_changed()
    await desk.store.reload()
    assert desk.applied == []
    assert desk.refusals[0][2].startswith("is empty now")
    desk.path.write_text("lines: {driver: simulated}\ninputs: []\n")
    await desk.store.reload_if_changed()
    assert [len(settings.inputs) for settings, _ in desk.applied] == [0]


async def test_an_edit_by_hand_keeps_the_version_before_it(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    await desk.store.reload_if_changed()
    desk.path.write_text(TEXT.replace("1000", "2000"))
    await desk.store.reload_if_changed()
    assert desk.version(1) == TEXT
    assert [by for _, by in desk.applied] == ["file"]


@pytest.mark.parametrize("wrong", ["", "inputs: [", None], ids=["emptied", "no yaml", "removed"])
@pytest.mark.parametrize("looked", [True, False])
async def test_while_the_file_is_wrong_what_is_in_force_is_the_version_before(
    tmp_path: Path, wrong: str | None, *, looked: bool
) -> None:
    desk = a_desk(tmp_path)
    if looked:
        await desk.store.reload_if_changed()
    for _ in range(2):
        if wrong is None:
            desk.path.unlink(missing_ok=True)
        else:
            desk.path.write_text(wrong)
        await desk.store.reload_if_changed()
        assert desk.version(1) == TEXT
    desk.path.write_text(TEXT.replace("1000", "2000"))
    await desk.store.reload_if_changed()
    assert desk.version(1) == TEXT
    assert not desk.path.with_name(f"{desk.path.name}.2").exists()


async def test_what_is_wrong_is_told_once_until_somebody_asks_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    desk = a_desk(tmp_path)
    desk.path.write_text("inputs: 7\n")
    for _ in range(3):
        await desk.store.reload_if_changed()
    assert desk.refusals == [("file", "inputs", "must be a list")]
    await desk.store.reload()
    assert len(desk.refusals) == 2
    assert "alarm2mqtt.yaml:1: inputs: must be a list" in caplog.text
    desk.path.write_text(TEXT)
    with caplog.at_level("INFO"):
        await desk.store.reload_if_changed()
    assert "is right again" in caplog.text
    assert desk.applied == []


async def test_only_comments_changed_by_hand_change_no_settings_and_stay(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    await desk.store.reload_if_changed()
    desk.path.write_text(f"# Mine.\n{TEXT}")
    await desk.store.reload_if_changed()
    assert desk.applied == []
    assert await door(desk, {"name": "D"}) == ()
    assert desk.text.startswith("# Mine.\n# The gate.\n")


async def test_a_secret_file_that_changes_is_read_again(tmp_path: Path) -> None:
    secret = tmp_path / "password"
    secret.write_text("one")
    desk = a_desk(tmp_path, f"mqtt: {{username: u, password_file: {secret}}}\n{TEXT}")
    await desk.store.reload_if_changed()
    secret.write_text("another")
    await desk.store.reload_if_changed()
    ((settings, by),) = desk.applied
    assert settings.mqtt.password is not None
    assert (settings.mqtt.password.reveal(), by) == ("another", "file")


# The disk


class Racing(SettingsFile):
    """Somebody writes the file by hand between looking and replacing, so many times."""

    def __init__(self, path: Path, times: int) -> None:
        super().__init__(path)
        self.times = times

    def replace(self, content: bytes, *, expected: bytes, secret: bool) -> bool:
        if self.times:
            self.times -= 1
            self.path.write_bytes(expected + b"# by hand\n")
        return super().replace(content, expected=expected, secret=secret)


async def test_who_writes_between_looking_and_replacing_is_not_overwritten(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, file=lambda path: Racing(path, 2))
    assert await door(desk, {"name": "D"}) == ()
    assert desk.text.endswith("# The end.\n# by hand\n# by hand\n")
    assert "name: D\n" in desk.text


async def test_who_writes_all_the_time_makes_an_edit_impossible(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, file=lambda path: Racing(path, 10_000))
    (fault,) = await door(desk, {"name": "D"})
    assert fault.message == "somebody else writes the file all the time"


class Broken(SettingsFile):
    """A disk that takes nothing."""

    def replace(self, content: bytes, *, expected: bytes, secret: bool) -> bool:
        del content, expected, secret
        raise OSError(30, "Read-only file system")

    keep = None  # type: ignore[assignment]


async def test_what_cannot_be_written_is_refused_and_not_applied(tmp_path: Path) -> None:
    desk = a_desk(tmp_path, file=Broken)
    (fault,) = await door(desk, {"name": "D"})
    assert fault.message == "the settings file cannot be written: Read-only file system"
    assert desk.applied == []
    assert desk.store.loaded.settings.inputs[0].name is None


class Mounted(SettingsFile):
    """A file that is mounted by itself: nothing can be put in its place."""

    def replace(self, content: bytes, *, expected: bytes, secret: bool) -> bool:
        del content, expected, secret
        raise OSError(16, "Device or resource busy")


async def test_a_file_that_is_mounted_by_itself_says_what_to_do(tmp_path: Path) -> None:
    (fault,) = await door(a_desk(tmp_path, file=Mounted), {"name": "D"})
    assert fault.message.endswith("Device or resource busy; mount its folder rather than the file alone")


class Faulty(SettingsFile):
    """One with a mistake in its program."""

    def replace(self, content: bytes, *, expected: bytes, secret: bool) -> bool:
        del content, expected, secret
        raise ZeroDivisionError


async def test_a_mistake_in_the_program_is_answered_too(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    desk = a_desk(tmp_path, file=Faulty)
    (fault,) = await door(desk, {"name": "D"})
    assert fault.message == "failed; the log says why"
    assert "ZeroDivisionError" in caplog.text


async def test_a_file_that_only_a_person_can_change_is_left_alone(tmp_path: Path) -> None:
    odd = TEXT.replace("    debounce_ms: 100   # it bounces\n", "    ? debounce_ms\n    : 100\n")
    desk = a_desk(tmp_path, odd)
    assert await door(desk, {"debounce_ms": 9}) == ()
    assert "    ? debounce_ms\n    : 9\n" in desk.text
    shared = TEXT.replace("debounce_ms: 100 ", "debounce_ms: !!int &d 100 ").replace(
        "id: window", "id: window\n    debounce_ms: *d"
    )
    desk = a_desk(tmp_path, shared)
    assert await door(desk, {"debounce_ms": 9}) == ()
    assert [one.debounce_ms for one in desk.store.loaded.settings.inputs] == [9, 100]


# Many


async def test_those_that_were_submitted_are_made_in_order_and_too_many_are_refused(tmp_path: Path) -> None:
    desk = a_desk(tmp_path)
    for number in range(MOST_WAITING):
        desk.store.submit(edits.patch_input("door", {"quiet_s": number + 10}), Origin(by="mqtt", request=number))
    with pytest.raises(CommandRefused, match="too many changes"):
        desk.store.submit(edits.patch_input("door", {}), Origin(by="mqtt", request="late"))
    working = asyncio.create_task(desk.store.run())
    await until(lambda: len(desk.answers) == MOST_WAITING, within_s=30)
    working.cancel()
    assert [one.origin.request for one in desk.answers] == list(range(MOST_WAITING))
    assert desk.store.loaded.settings.inputs[0].quiet_s == MOST_WAITING + 9


INPUTS = st.sampled_from(("door", "window", "new"))
SCHEDULES = st.sampled_from(("always", "never", "nights", "nowhere", {"mon": ["10:00-11:00"]}, {"tue": None}, None))
INPUT_PATCHES = st.fixed_dictionaries(
    {},
    optional={
        "name": st.sampled_from(("Door", "Tür: 1", "# no", "", None, "yes")),
        "debounce_ms": st.sampled_from((0, 250, 10_000, 10_001, None, "7")),
        "enabled": st.booleans() | st.none(),
        "quiet_s": st.sampled_from((0, 0.5, 600, -1, None)),
        "schedule": SCHEDULES,
        "trigger_mode": st.sampled_from(("connect", "disconnect", "perhaps")),
        "linkage": st.none()
        | st.fixed_dictionaries(
            {},
            optional={
                "outputs": st.dictionaries(st.sampled_from(("siren", "lamp", "no")), st.booleans(), max_size=2)
                | st.lists(st.sampled_from(("siren", "lamp")), unique=True)
                | st.none(),
                "email": st.booleans(),
            },
        ),
    },
)
OUTPUT_PATCHES = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(("switch", "pulse", None)),
        "pulse": st.fixed_dictionaries({}, optional={"on_ms": st.integers(40, 70), "off_ms": st.integers(40, 70)}),
        "timing": st.fixed_dictionaries({}, optional={"enabled": st.booleans(), "schedule": SCHEDULES}) | st.none(),
        "on_broker_loss": st.sampled_from(("keep", {"stop_after_s": 5}, None, "stop")),
        "max_active_s": st.sampled_from((0, 60, None)),
    },
)
PERIODS = st.none() | st.lists(st.sampled_from(("08:00-09:00", "22:00-06:00", "soon")), max_size=2)
REST_PATCHES = st.fixed_dictionaries(
    {},
    optional={
        "device": st.fixed_dictionaries({}, optional={"name": st.sampled_from(("Gate", None)), "area": st.just("A")}),
        "schedules": st.dictionaries(
            st.sampled_from(("nights", "days")),
            st.none() | st.dictionaries(st.sampled_from(("mon", "tue-thu", "special")), PERIODS, max_size=2),
            max_size=2,
        ),
    },
)
EDITS = st.one_of(
    st.builds(edits.patch_input, INPUTS, INPUT_PATCHES),
    st.builds(edits.patch_output, st.sampled_from(("siren", "lamp", "no")), OUTPUT_PATCHES),
    st.builds(edits.patch_rest, REST_PATCHES),
    st.builds(edits.add, st.just("inputs"), st.builds(lambda one, rest: {"id": one, **rest}, INPUTS, INPUT_PATCHES)),
    st.builds(edits.add, st.just("outputs"), st.just({"id": "lamp"})),
    st.builds(edits.remove, st.sampled_from(("inputs", "outputs")), st.sampled_from(("door", "window", "lamp"))),
)
BY_HAND = st.sampled_from(
    (
        lambda text: f"# Somebody was here.\n{text}",
        lambda text: re.sub(r"debounce_ms: .*", "debounce_ms: 77  # by hand", text, count=1),
        lambda text: text.replace("outputs: [siren]", "outputs:\n        - siren   # in a list"),
        lambda text: text.replace("id: window", "id: window\n    # and this\n    quiet_s: 3", 1),
        lambda text: text.replace("\n", "\r\n") if "\r" not in text else text.replace("\r\n", "\n"),
        lambda text: text.replace("outputs:\n  - id: siren", "outputs:\n  - id: siren\n    nonsense: 1"),
        lambda text: text.replace("nonsense: 1", "name: sane"),
        lambda text: f"{text}\n]",
        lambda text: text.removesuffix("\n]"),
    )
)
FIXED_COMMENTS = ["# The gate.", "# here", "# The end."]
"""Those that no edit of these can have anything to do with."""


@limits(max_examples=60)
@given(steps=st.lists(EDITS | BY_HAND, max_size=12))
async def test_whatever_is_edited_by_whom_the_file_means_what_is_in_force(
    tmp_path_factory: pytest.TempPathFactory, steps: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("settings")
    desk = a_desk(folder)

    for number, step in enumerate(steps):
        if isinstance(step, Edit):
            before = desk.path.read_bytes()
            await desk.store.change(step, Origin(by="mqtt", request=number))
            assert desk.answers[-1].origin.request == number
            if desk.answers[-1].faults:
                assert desk.path.read_bytes() == before
        else:
            desk.path.write_bytes(step(desk.path.read_bytes().decode()).encode())
            await desk.store.reload_if_changed()
    asked = [number for number, step in enumerate(steps) if isinstance(step, Edit)]
    assert [one.origin.request for one in desk.answers] == asked
    try:
        means = isolated(folder)(desk.path).settings
    except SettingsError:  # by hand; nothing else ever writes what is wrong
        assert desk.refusals
        means = desk.store.loaded.settings
    assert means == desk.store.loaded.settings
    text = desk.path.read_text()
    places = [text.index(comment) for comment in FIXED_COMMENTS]
    assert places == sorted(places)
    assert [settings for settings, _ in desk.applied][-1:] in ([], [desk.store.loaded.settings])
