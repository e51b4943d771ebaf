"""The steps of a removal: outputs first, the program last, and a word for all that stays."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bridge.cli.install import places
from bridge.cli.install.receipt import Receipt, digest_of
from bridge.cli.install.removal import plan_removal
from bridge.cli.install.seen import Seen
from bridge.cli.install.steps import Remove, Run

RECEIPT = Receipt(
    version="0.1.0",
    digest="d",
    source="/root/venv",
    files={str(path): digest_of(content) for path, content in places.contents().items()},
    made_gpio_group=True,
)
INSTALLED = Seen(
    has_user=True,
    groups={"gpio": ("alarm2mqtt",)},
    files=places.contents(),
    link=str(places.COMMAND),
    receipt=RECEIPT,
    has_program=True,
    has_settings=True,
    settings_owner="alarm2mqtt",
    has_state=True,
    has_unit=True,
)


def removal(seen=INSTALLED, *, purge=False, anyway=False):
    return plan_removal(seen, purge=purge, anyway=anyway)


def removed(steps):
    return [step.path for step in steps if isinstance(step, Remove)]


def commands(steps):
    return [step.command for step in steps if isinstance(step, Run)]


def words(steps):
    return "\n".join(step.words for step in steps)


def test_outputs_go_idle_before_anything_is_removed_and_one_that_does_not_stops_it():
    stop, safe, *rest = removal()
    assert stop.command == ("systemctl", "disable", "--now", "alarm2mqtt.service")
    assert safe.command == (str(places.COMMAND), "safe", str(places.FILE))
    assert (safe.as_service, safe.may_fail) == (True, False)
    assert removed([stop, safe]) == []
    assert removed(rest)
    assert removal(anyway=True)[1].may_fail


def test_settings_journal_and_user_stay_and_are_named():
    steps = removal()
    assert removed(steps) == [places.UNIT, places.UDEV_RULE, places.LINK, places.PROGRAM]
    for kept in (places.SETTINGS, places.STATE, "the user alarm2mqtt"):
        assert str(kept) in words(steps)
    assert "--purge" in words(steps)


def test_purge_takes_them_too_after_the_topics_at_the_broker():
    steps = removal(purge=True)
    assert {places.SETTINGS, places.STATE} <= set(removed(steps))
    assert ("userdel", "alarm2mqtt") in commands(steps)
    assert ("groupdel", "gpio") in commands(steps)
    topics = steps[2]
    assert topics.command == (str(places.COMMAND), "purge", str(places.FILE))
    assert (topics.may_fail, topics.as_service) == (True, True)


def test_the_program_goes_last_since_it_is_what_runs():
    for purge in (False, True):
        assert removed(removal(purge=purge))[-1] == places.PROGRAM


def test_the_group_gpio_stays_if_others_are_in_it_or_it_was_there_before():
    for seen in (
        replace(INSTALLED, groups={"gpio": ("alarm2mqtt", "pi")}),
        replace(INSTALLED, receipt=replace(RECEIPT, made_gpio_group=False)),
    ):
        assert ("groupdel", "gpio") not in commands(removal(seen, purge=True))


def test_what_somebody_changed_stays_but_for_purge():
    kept = Path(f"{places.UDEV_RULE}.changed")
    seen = replace(INSTALLED, files=places.contents() | {places.UNIT: b"mine"}, has_drop_ins=True, kept=(kept,))
    steps = removal(seen)
    assert removed(steps) == [places.UDEV_RULE, places.LINK, places.PROGRAM]
    for path in (places.UNIT, places.DROP_INS, kept):
        assert f"leaves {path}, " in words(steps)
    assert {places.UNIT, places.DROP_INS, kept} <= set(removed(removal(seen, purge=True)))


def test_a_program_and_a_command_that_were_made_by_hand_stay():
    seen = replace(INSTALLED, receipt=replace(RECEIPT, digest=None), link="")
    steps = removal(seen)
    assert removed(steps) == [places.UNIT, places.UDEV_RULE]
    assert "leaves /opt/alarm2mqtt, which was made by hand" in words(steps)


def test_where_nothing_is_installed_nothing_is_removed():
    nothing = Seen(
        has_user=False,
        groups={},
        files=dict.fromkeys(places.contents()),
        link=None,
        receipt=None,
        has_program=False,
        has_settings=False,
        settings_owner=None,
        has_udev=False,
    )
    assert commands(removal(nothing, purge=True)) == []
    assert removed(removal(nothing, purge=True)) == []


def test_a_removal_that_was_cut_short_can_go_on():
    seen = replace(INSTALLED, files=dict.fromkeys(places.contents()), has_unit=False, link=None)
    assert removed(removal(seen)) == [places.PROGRAM]
