"""The steps of an installation, for each state of a machine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bridge.cli.install import places
from bridge.cli.install.environment import Environment
from bridge.cli.install.plan import Wish, plan_install
from bridge.cli.install.receipt import Receipt, digest_of, read
from bridge.cli.install.rollback import plan_rollback
from bridge.cli.install.seen import Seen
from bridge.cli.install.steps import (
    CopyProgram,
    FirstSettings,
    MakeLink,
    Remove,
    Run,
    SwapBack,
    SwapProgram,
    WriteFile,
)

SOURCE = Environment(
    prefix=Path("/home/pi/.local/share/pipx/venvs/alarm2mqtt"),
    version="0.2.0",
    python=Path("/usr/bin/python3.11"),
    files={},
    digest="new",
    size_bytes=12_400_000,
)
ASKING, UNASKED = Wish(asks=True), Wish(asks=False)
FRESH = Seen(
    has_user=False,
    groups={"audio": (), "video": ("pi",)},
    files=dict.fromkeys(places.contents()),
    link=None,
    receipt=None,
    has_program=False,
    has_settings=False,
    settings_owner=None,
)
RECEIPT = Receipt(
    version="0.2.0",
    digest="new",
    source=str(SOURCE.prefix),
    files={str(path): digest_of(content) for path, content in places.contents().items()},
    made_gpio_group=True,
)
INSTALLED = Seen(
    has_user=True,
    groups={"gpio": ("alarm2mqtt",), "audio": ("alarm2mqtt",), "video": ("pi", "alarm2mqtt")},
    files=places.contents(),
    link=str(places.COMMAND),
    receipt=RECEIPT,
    has_program=True,
    has_settings=True,
    settings_owner="alarm2mqtt",
    has_state=True,
    has_unit=True,
    is_active=True,
    is_enabled=True,
)
OLDER = replace(INSTALLED, receipt=replace(RECEIPT, version="0.1.0", digest="old"))


def kinds(steps):
    """The steps that do something, as the program of a command or the name of the step's kind."""
    names = [" ".join(step.command[:2]) if isinstance(step, Run) else type(step).__name__ for step in steps]
    return [name for name in names if name != "Step"]


def words(steps):
    return "\n".join(step.words for step in steps)


def the(steps, kind):
    (found,) = (step for step in steps if isinstance(step, kind))
    return found


def test_a_fresh_board_gets_everything_and_the_service_is_started_last():
    assert kinds(plan_install(FRESH, SOURCE, UNASKED)) == [
        "systemd-sysusers -",
        "install -d",
        "FirstSettings",
        "CopyProgram",
        "SwapProgram",
        "WriteFile",
        "MakeLink",
        "WriteFile",
        "WriteFile",
        "sh -c",
        "systemctl daemon-reload",
        "systemctl enable",
    ]


def test_every_step_has_words_that_name_what_it_touches():
    said = words(plan_install(FRESH, SOURCE, UNASKED))
    for path in (*places.contents(), places.LINK, places.RECEIPT, places.FILE, places.PROGRAM, SOURCE.prefix):
        assert str(path) in said
    assert "in the groups gpio, audio, video" in said
    assert "alarm2mqtt 0.2.0 and the packages that it needs (12 MB)" in said


def test_the_user_joins_the_groups_that_are_there_and_gpio_which_is_made():
    made = plan_install(FRESH, SOURCE, UNASKED)[0]
    assert made.stdin.splitlines() == [
        "g gpio - -",
        'u alarm2mqtt - "Alarm inputs and outputs" /var/lib/alarm2mqtt',
        "m alarm2mqtt gpio",
        "m alarm2mqtt audio",
        "m alarm2mqtt video",
    ]
    assert "m alarm2mqtt dialout" in plan_install(
        replace(FRESH, groups={"dialout": ()}), SOURCE, UNASKED
    )[0].stdin  # fmt: skip


def test_a_second_time_nothing_is_done_and_the_service_goes_on():
    steps = plan_install(INSTALLED, SOURCE, ASKING)
    assert kinds(steps) == []
    assert words(steps).count("as it is") + words(steps).count("as they are") == len(steps)


def test_a_service_that_was_stopped_or_disabled_is_started_again():
    for seen in (replace(INSTALLED, is_active=False), replace(INSTALLED, is_enabled=False)):
        assert kinds(plan_install(seen, SOURCE, ASKING)) == ["systemctl enable"]


def test_an_upgrade_copies_while_the_service_runs_and_stops_it_only_for_the_swap():
    steps = plan_install(OLDER, SOURCE, ASKING)
    assert kinds(steps) == [
        "CopyProgram", "systemctl stop", "SwapProgram", "WriteFile", "systemctl enable", "Remove",
    ]  # fmt: skip
    assert "copies alarm2mqtt 0.2.0 in place of 0.1.0" in words(steps)
    assert read(the(steps, WriteFile).content) == RECEIPT


def test_a_unit_of_an_earlier_version_is_replaced_and_the_service_started_anew():
    before = b"[Unit]\n"
    receipt = replace(RECEIPT, files={str(places.UNIT): digest_of(before)})
    seen = replace(INSTALLED, files=places.contents() | {places.UNIT: before}, receipt=receipt)
    assert kinds(plan_install(seen, SOURCE, ASKING)) == [
        "systemctl stop", "WriteFile", "WriteFile", "systemctl daemon-reload", "systemctl enable",
    ]  # fmt: skip


@pytest.mark.parametrize("path", [places.UNIT, places.UDEV_RULE], ids=lambda path: path.name)
def test_a_file_that_somebody_changed_stays_and_is_named(path):
    seen = replace(INSTALLED, files=places.contents() | {path: b"mine\n"})
    steps = plan_install(seen, SOURCE, ASKING)
    assert kinds(steps) == []
    assert f"leaves {path} as it is, since somebody changed it" in words(steps)


@pytest.mark.parametrize("path", [places.UNIT, places.UDEV_RULE], ids=lambda path: path.name)
def test_a_changed_file_is_replaced_on_request_and_kept_beside(path):
    seen = replace(INSTALLED, files=places.contents() | {path: b"mine\n"})
    step = the(plan_install(seen, SOURCE, Wish(asks=False, overwrite=True)), WriteFile)
    assert (step.path, step.content, step.keep) == (path, places.contents()[path], Path(f"{path}.changed"))


def test_settings_that_are_there_are_left_whoever_asks():
    for wish in (ASKING, UNASKED, Wish(asks=False, overwrite=True)):
        assert "FirstSettings" not in kinds(plan_install(replace(FRESH, has_settings=True), SOURCE, wish))


def test_a_person_is_asked_and_a_script_is_not():
    assert the(plan_install(FRESH, SOURCE, ASKING), FirstSettings).asks
    assert not the(plan_install(FRESH, SOURCE, UNASKED), FirstSettings).asks


def test_a_folder_that_root_made_before_the_user_was_there_is_given_to_the_user():
    steps = plan_install(replace(FRESH, settings_owner="root", has_settings=True), SOURCE, ASKING)
    assert "chown -R" in kinds(steps)


def test_a_command_of_the_same_name_stays():
    steps = plan_install(replace(FRESH, link=""), SOURCE, ASKING)
    assert not any(isinstance(step, MakeLink) for step in steps)
    assert "since it is not a link of ours" in words(steps)


def test_a_program_that_is_in_its_place_already_is_not_copied_and_not_ours_to_remove():
    in_place = replace(SOURCE, prefix=places.PROGRAM)
    steps = plan_install(replace(FRESH, has_program=True), in_place, UNASKED)
    assert not any(isinstance(step, (CopyProgram, SwapProgram, Remove)) for step in steps)
    receipt = next(step for step in steps if isinstance(step, WriteFile) and step.path == places.RECEIPT)
    assert read(receipt.content).digest is None


def test_the_installed_copy_finds_itself_as_it_should_be():
    assert kinds(plan_install(INSTALLED, replace(SOURCE, prefix=places.PROGRAM), ASKING)) == []


def test_without_udev_there_is_no_rule_and_the_group_is_somebody_elses_work():
    steps = plan_install(replace(FRESH, has_udev=False), SOURCE, UNASKED)
    assert places.UDEV_RULE not in [step.path for step in steps if isinstance(step, WriteFile)]
    assert "sh -c" not in kinds(steps)
    assert "whoever makes /dev/gpiochip* must give them to the group gpio" in words(steps)


def after(steps, last):
    """The steps up to the first of a kind, or up to a command."""
    for number, step in enumerate(steps, 1):
        if type(step).__name__ == last or (isinstance(step, Run) and " ".join(step.command[:2]) == last):
            return steps[:number]
    raise AssertionError(last)


def test_a_failure_before_the_service_was_stopped_leaves_it_running():
    steps = plan_install(OLDER, SOURCE, ASKING)
    assert plan_rollback(OLDER, after(steps, "CopyProgram")) == []
    assert plan_rollback(FRESH, plan_install(FRESH, SOURCE, ASKING)) == []


def test_after_a_failed_start_the_version_before_runs_again():
    seen = replace(OLDER, files=places.contents() | {places.UNIT: b"before"})
    seen = replace(seen, receipt=replace(OLDER.receipt, files={str(places.UNIT): digest_of(b"before")}))
    steps = plan_install(seen, SOURCE, ASKING)
    back = plan_rollback(seen, after(steps, "systemctl enable"))
    assert kinds(back) == [
        "systemctl stop", "SwapBack", "WriteFile", "systemctl daemon-reload", "systemctl start",
    ]  # fmt: skip
    assert the(back, WriteFile).content == b"before"
    assert kinds(plan_rollback(OLDER, after(plan_install(OLDER, SOURCE, ASKING), "systemctl stop"))) == [
        "systemctl stop", "systemctl start",
    ]  # fmt: skip
    assert any(isinstance(step, SwapBack) for step in back)
