from __future__ import annotations

import logging

import pytest

from bridge.core.definitions.settings import MqttSettings
from bridge.mqtt.connection.broker_socket import is_local
from bridge.mqtt.connection.protocol_version import Version, VersionChoice
from bridge.mqtt.connection.reconnect import EndReason, Reconnect
from bridge.mqtt.connection.session_types import Ended, Filter


def policy(random=0.5):
    """With one half, the jitter is none."""
    return Reconnect(random=lambda: random)


def failing(reconnect, times, how=EndReason.UNREACHABLE, *, near=False):
    return [reconnect.ended(how, "refused", near=near) for _ in range(times)]


def test_waits_double_from_a_second_to_a_minute():
    waits = [retry.wait_s for retry in failing(policy(), 8)]
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize(("random", "first_s"), [(0.0, 0.75), (0.999999, pytest.approx(1.25))])
def test_waits_are_spread_by_a_quarter_to_either_side(random, first_s):
    assert failing(policy(random), 1)[0].wait_s == first_s


def test_no_wait_is_longer_than_a_minute():
    assert max(retry.wait_s for retry in failing(policy(0.99), 9)) == 60


@pytest.mark.parametrize("random", [0.0, 0.999999])
def test_a_broker_on_this_machine_is_found_again_within_a_second(random):
    retries = failing(policy(random), 9, near=True)
    assert all(0.5 < retry.wait_s < 0.9 for retry in retries)
    assert "trying again in 1 s" in retries[0].message


@pytest.mark.parametrize(("how", "last_s"), [(EndReason.DENIED, 60), (EndReason.REFUSED, 16)])
def test_a_broker_on_this_machine_that_says_no_is_not_hammered(how, last_s):
    assert failing(policy(), 5, how, near=True)[-1].wait_s == last_s


@pytest.mark.parametrize(
    ("host", "near"),
    [
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("unix:/run/mosquitto.sock", True),
        ("192.168.1.2", False),
        ("core-mosquitto", False),
    ],
)
def test_which_brokers_are_near(host, near):
    assert is_local(MqttSettings(host=host)) is near


def test_the_first_failure_is_a_warning_and_its_repeats_are_not():
    levels = [retry.level for retry in failing(policy(), 3)]
    assert levels == [logging.WARNING, logging.DEBUG, logging.DEBUG]


def test_being_back_is_said_once_and_the_next_failure_is_loud_again():
    reconnect = policy()
    assert reconnect.connected() == "connected"
    failing(reconnect, 2)
    assert reconnect.connected() == "connected again"
    assert reconnect.connected() == "connected"
    assert reconnect.ended(EndReason.UNREACHABLE, "broke", near=False, after_s=100).level == logging.WARNING


def test_a_connection_that_ends_at_once_again_and_again_is_a_warning_once():
    reconnect = policy()
    levels = []
    for _ in range(3):
        reconnect.connected()
        levels.append(reconnect.ended(EndReason.THROWN_OUT, "closed", near=False, after_s=0.1).level)
    assert levels == [logging.WARNING, logging.DEBUG, logging.DEBUG]


def test_a_connection_that_will_do_without_what_ended_it_is_tried_soon():
    reconnect = policy()
    failing(reconnect, 6)
    assert reconnect.ended(EndReason.THROWN_OUT, "closed", near=False, after_s=0.1, learnt=True).wait_s == 1


def test_one_that_is_sent_away_waits_a_minute():
    assert policy().ended(EndReason.SENT_AWAY, "away", near=True, after_s=100).wait_s == 60


def test_a_wrong_password_waits_the_longest_at_once_and_is_said_once():
    retries = failing(policy(0.0), 2, EndReason.DENIED)
    assert [retry.wait_s for retry in retries] == [60, 60]
    assert [retry.level for retry in retries] == [logging.WARNING, logging.DEBUG]


def test_a_wrong_password_is_said_though_the_broker_was_away_before():
    reconnect = policy()
    failing(reconnect, 1)
    assert failing(reconnect, 1, EndReason.DENIED)[0].level == logging.WARNING


def test_a_connection_that_stood_for_a_while_begins_the_waits_anew():
    reconnect = policy()
    failing(reconnect, 4)
    assert reconnect.ended(EndReason.THROWN_OUT, "closed", near=False, after_s=5).wait_s == 1


def test_one_that_is_taken_over_says_so_and_waits_a_minute():
    retry = policy(0.0).ended(EndReason.TAKEN_OVER, "", near=False, after_s=100)
    assert (retry.wait_s, "taken over" in retry.message) == (60, True)


def twin(reconnect, after_s, *, may_be_a_twin=True):
    return reconnect.ended(EndReason.THROWN_OUT, "closed", near=False, after_s=after_s, may_be_a_twin=may_be_a_twin)


def test_thrown_out_twice_at_once_with_nothing_sent_is_taken_over_and_both_causes_are_named():
    reconnect = policy()
    assert twin(reconnect, 0.1).wait_s == 1
    reconnect.connected()
    second = twin(reconnect, 4.9)
    assert (second.wait_s, "taken over" in second.message) == (60, True)
    assert "or the broker closes all connections" in second.message


def test_where_a_takeover_has_a_reason_three_hang_ups_without_one_are_needed():
    reconnect = policy()
    messages = [
        reconnect.ended(
            EndReason.THROWN_OUT, "closed", near=False, after_s=0.1, may_be_a_twin=True, gives_reasons=True
        ).message
        for _ in range(3)
    ]
    assert ["taken over" in one for one in messages] == [False, False, True]


def test_thrown_out_twice_right_after_something_was_sent_is_not_taken_over():
    reconnect = policy()
    for _ in range(3):
        assert "taken over" not in twin(reconnect, 0.1, may_be_a_twin=False).message


def test_thrown_out_at_once_with_a_good_connection_between_is_not():
    reconnect = policy()
    for after_s in (0.1, 6, 0.1):
        assert "taken over" not in twin(reconnect, after_s).message


def test_a_broker_that_was_gone_in_between_has_thrown_nobody_out():
    reconnect = policy()
    twin(reconnect, 0.1)
    reconnect.ended(EndReason.UNREACHABLE, "nobody listens there", near=False)
    assert "taken over" not in twin(reconnect, 0.1).message


def test_version_5_comes_first_and_3_1_1_only_when_it_is_not_understood():
    choice = VersionChoice()
    assert choice.next is Version.V5
    assert choice.not_understood()
    assert choice.next is Version.V311


def test_when_neither_is_understood_there_is_no_hurry_and_5_comes_first_again():
    choice = VersionChoice()
    choice.not_understood()
    assert not choice.not_understood()
    assert choice.next is Version.V5


def test_what_worked_is_remembered():
    choice = VersionChoice()
    choice.not_understood()
    choice.worked()
    assert choice.next is Version.V311


def test_a_broker_that_knew_5_is_never_spoken_to_in_3_1_1():
    choice = VersionChoice()
    choice.worked()
    assert not choice.not_understood()
    assert choice.next is Version.V5


@pytest.mark.parametrize(("how", "words"), [(EndReason.TAKEN_OVER, "taken over"), (EndReason.SENT_AWAY, "refused")])
def test_a_broker_that_sends_us_away_is_left_alone_for_a_minute(how, words):
    (retry,) = failing(policy(), 1, how)
    assert retry.wait_s == 60
    assert words in retry.message


@pytest.mark.parametrize(
    ("more", "may_be"),
    [
        ({"hung_up": True}, True),
        ({"hung_up": False}, False),
        ({"hung_up": True, "code": 0x8E}, False),
        ({"hung_up": True, "filters": (Filter(topic="a"),)}, False),
    ],
)
def test_only_an_end_that_nothing_explains_may_be_another_client(more, may_be):
    assert Ended(how=EndReason.UNREACHABLE, why="gone", **more).may_be_a_twin is may_be


def test_a_limit_that_was_learnt_was_logged_already_and_begins_the_waits_anew():
    reconnect = policy()
    failing(reconnect, 4, EndReason.REFUSED)
    retry = reconnect.ended(EndReason.UNREACHABLE, "packet too large", near=False, learnt=True)
    assert (retry.wait_s, retry.level) == (1, logging.DEBUG)
