from __future__ import annotations

import pytest
from words.builders import an_input, an_output, settings_of

from bridge.mqtt.topics import CommandKind, CommandTopic, Topics

SETTINGS = settings_of(an_input("door"), an_output("siren"))
TOPICS = Topics.of(SETTINGS)
D = "alarm2mqtt/front-gate"


@pytest.mark.parametrize(
    ("rest", "kind", "target"),
    [
        ("output/siren/set", CommandKind.OUTPUT_SET, "siren"),
        ("input/door/trigger", CommandKind.INPUT_TRIGGER, "door"),
        ("action/email/run", CommandKind.ACTION_RUN, "email"),
        ("silence", CommandKind.SILENCE, ""),
        ("settings/set", CommandKind.DEVICE_SETTINGS, ""),
        ("input/door/settings/set", CommandKind.INPUT_SETTINGS, "door"),
        ("output/siren/settings/set", CommandKind.OUTPUT_SETTINGS, "siren"),
    ],
)
def test_a_command_topic_is_read_back_as_what_it_was_made_of(rest, kind, target):
    assert TOPICS.command(f"{D}/{rest}") == CommandTopic(kind=kind, target=target)
    assert TOPICS.command_topic(kind, target) == f"{D}/{rest}"


@pytest.mark.parametrize(
    "topic",
    ["", D, f"{D}/", f"{D}/output/siren", f"{D}/output/siren/state", f"{D}/output/a/b/set", "alarm2mqtt/other/silence"],
)
def test_other_topics_are_no_commands(topic):
    assert TOPICS.command(topic) is None


@pytest.mark.parametrize(("target", "is_id"), [("siren", True), ("", False), ("Siren", False), ("a" * 33, False)])
def test_a_segment_that_is_no_id_is_told_apart(target, is_id):
    assert CommandTopic(kind=CommandKind.OUTPUT_SET, target=target).names_an_id is is_id


def test_a_subscription_covers_every_command_of_every_part():
    assert TOPICS.command_filters() == (
        f"{D}/output/+/set", f"{D}/input/+/trigger", f"{D}/action/+/run", f"{D}/silence", f"{D}/journal/get",
        f"{D}/armed/set", f"{D}/settings/set", f"{D}/input/+/settings/set", f"{D}/output/+/settings/set",
    )  # fmt: skip


def test_no_topic_that_is_published_is_a_command():
    published = {*TOPICS.retained(SETTINGS), TOPICS.journal, TOPICS.response, TOPICS.input("door").event}
    assert not [topic for topic in published if TOPICS.command(topic)]


def test_where_a_broker_takes_no_wildcards_each_command_of_each_terminal_has_a_filter_of_its_own():
    exact = TOPICS.exact_command_filters(SETTINGS)
    assert not [one for one in exact if "+" in one or "#" in one]
    assert {f"{D}/output/siren/set", f"{D}/input/door/trigger", f"{D}/action/email/run", f"{D}/silence"} <= set(exact)
    assert {TOPICS.command(one).kind for one in exact} == set(CommandKind)
