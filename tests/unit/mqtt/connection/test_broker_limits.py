"""What is learnt of a broker from the ends of connections."""

from __future__ import annotations

import pytest

from bridge.mqtt.connection.broker_limits import BrokerLimits
from bridge.mqtt.connection.hang_up import last_sent_text
from bridge.mqtt.connection.left_out import LARGE, LEFT_OUT_S, LONGEST_S
from bridge.mqtt.connection.protocol_version import Version
from bridge.mqtt.connection.reconnect import EndReason
from bridge.mqtt.connection.session_types import Ended, Filter
from bridge.mqtt.messages import Outgoing

PICTURE = Outgoing(topic="gate/snapshot/door", payload=bytes(100_000), retained=True)
STATE = Outgoing(topic="gate/input/door/state", payload=b"ON", retained=True)
OTHER = Outgoing(topic="gate/settings", payload=b"{}", retained=True)


class Broker:
    """Limits, and the warnings that they gave."""

    def __init__(self, *, retains=True):
        self.warnings = []
        self.limits = BrokerLimits(warn=self.warnings.append)
        self.at = 0.0
        if retains:
            self.limits.accepted(OTHER)

    def ends(self, *messages, code=None, filters=(), hasty=False):
        unanswered = tuple((one, len(one.payload) + 20) for one in messages)
        ended = Ended(
            how=EndReason.THROWN_OUT, why="", hung_up=True, code=code, unanswered=unanswered,
            filters=tuple(Filter(topic=one) for one in filters), hasty=hasty,
        )  # fmt: skip
        return self.limits.learn(ended, self.at)

    def leaves_out(self, message):
        return self.limits.leaves_out(message, self.at)


def test_after_the_first_end_messages_go_out_one_at_a_time_and_nothing_is_left_out_yet():
    broker = Broker()
    assert broker.ends(OTHER, STATE, PICTURE)
    assert broker.limits.careful
    assert not any(broker.leaves_out(one) for one in (OTHER, STATE, PICTURE))
    assert broker.warnings == []


def test_a_message_that_ended_the_connection_twice_is_left_out_and_named_once_with_its_size():
    broker = Broker()
    broker.ends(OTHER, STATE, PICTURE)
    broker.ends(PICTURE)
    assert broker.leaves_out(PICTURE)
    assert not broker.leaves_out(STATE)
    broker.ends(PICTURE)
    assert len(broker.warnings) == 1
    assert "gate/snapshot/door (100020 bytes)" in broker.warnings[0]


def test_a_message_that_was_alone_on_the_way_once_is_not_left_out():
    broker = Broker()
    broker.ends(OTHER, PICTURE)
    broker.ends(STATE)
    assert not broker.leaves_out(STATE)


def test_a_picture_on_any_topic_is_left_out_from_the_size_on_that_one_had_and_a_smaller_one_is_tried():
    broker = Broker()
    broker.ends(PICTURE)
    broker.ends(PICTURE)
    for topic in ("gate/snapshot", "gate/snapshot/yard", "gate/snapshot/door"):
        assert broker.leaves_out(Outgoing(topic=topic, payload=bytes(100_001), retained=True))
        assert not broker.leaves_out(Outgoing(topic=topic, payload=bytes(99_999), retained=True))
    assert not broker.leaves_out(Outgoing(topic="homeassistant/device/gate/config", payload=bytes(200_000)))


def test_of_a_topic_with_small_messages_only_what_ended_the_connection_is_left_out_until_there_were_three():
    broker = Broker()
    for word in (b"ON", b"OFF", b"None"):
        message = Outgoing(topic=STATE.topic, payload=word, retained=True)
        assert not broker.leaves_out(message)
        broker.ends(message)
        broker.ends(message)
        assert broker.leaves_out(message)
    assert broker.leaves_out(Outgoing(topic=STATE.topic, payload=b"?", retained=True))


def test_what_was_left_out_is_tried_again_after_an_hour_and_then_more_seldom():
    broker = Broker()
    broker.ends(PICTURE)
    broker.ends(PICTURE)
    wait_s = LEFT_OUT_S
    for _ in range(8):
        broker.at += wait_s
        assert not broker.leaves_out(PICTURE)
        broker.ends(PICTURE)
        assert broker.leaves_out(PICTURE)
        wait_s = min(2 * wait_s, LONGEST_S)
        broker.at += wait_s - 1
        assert broker.leaves_out(PICTURE)
        broker.at -= wait_s - 1


def test_after_the_broker_was_away_everything_is_tried_again_and_not_named_again():
    broker = Broker()
    for _ in range(2):
        broker.ends(PICTURE)
        broker.ends(PICTURE)
        assert broker.leaves_out(PICTURE)
        broker.limits.forget()
        assert not broker.leaves_out(PICTURE)
        broker.limits.accepted(OTHER)
    assert len(broker.warnings) == 1


def test_a_broker_that_ends_with_nothing_on_the_way_has_not_ended_for_what_was_left_out():
    broker = Broker()
    for topic in "abc":
        message = Outgoing(topic=topic, payload=b"1")
        broker.ends(message)
        broker.ends(message)
    assert broker.leaves_out(Outgoing(topic="a", payload=b"1"))
    assert not broker.ends()
    assert not broker.leaves_out(Outgoing(topic="a", payload=b"1"))


def test_the_first_retained_message_that_ends_a_connection_is_tried_without_retain():
    broker = Broker(retains=False)
    broker.ends(OTHER, STATE)
    broker.ends(OTHER)
    assert not broker.limits.retain
    assert broker.warnings == []
    broker.limits.accepted(OTHER)
    assert not broker.leaves_out(OTHER)
    assert "no retained messages" in broker.warnings[0]


def test_one_that_ends_a_connection_without_retain_too_is_left_out_and_others_are_retained():
    broker = Broker(retains=False)
    broker.ends(OTHER, STATE)
    broker.ends(OTHER)
    broker.ends(OTHER)
    assert broker.limits.retain
    assert broker.leaves_out(OTHER)
    assert len(broker.warnings) == 1


@pytest.mark.parametrize(
    ("code", "attribute"), [(0x9A, "retain"), (0x9B, "qos"), (0xA2, "wildcards")], ids=["retain", "QoS", "wildcards"]
)
def test_a_reason_says_at_once_what_is_missing_and_once(code, attribute):
    broker = Broker()
    assert broker.ends(PICTURE, code=code)
    assert not getattr(broker.limits, attribute)
    assert not broker.limits.careful


def test_a_message_that_the_reason_names_too_large_is_the_limit_at_once():
    broker = Broker()
    broker.ends(STATE, PICTURE, code=0x95)
    assert broker.limits.largest == 100_019
    assert "gate/snapshot/door (100020 bytes) is larger" in broker.warnings[0]


@pytest.mark.parametrize("code", [0x00, 0x8B, 0x89, 0x8E, 0x98, 0x9D, 0xA0])
def test_a_reason_that_has_nothing_to_do_with_messages_blames_none(code):
    broker = Broker()
    assert not broker.ends(PICTURE, code=code)
    assert not broker.limits.careful


def test_a_rate_limit_spreads_messages():
    broker = Broker()
    assert broker.ends(STATE, OTHER, code=0x96)
    assert broker.limits.slow


def test_filters_that_end_the_connection_are_asked_one_by_one_then_plainly_then_not_at_all():
    broker = Broker()
    assert not broker.ends(filters=("a", "b"))
    assert broker.ends(filters=("a", "b"))
    assert broker.limits.filters_a_packet == 1
    broker.ends(filters=("b",))
    assert not broker.limits.options
    assert not broker.limits.leaves_out_filter("b")
    broker.ends(filters=("b",))
    assert broker.limits.leaves_out_filter("b")
    assert not broker.limits.leaves_out_filter("a")


def test_a_connection_that_stood_makes_the_next_one_careless_again():
    broker = Broker()
    broker.ends(PICTURE, STATE)
    broker.limits.settled()
    assert not broker.limits.careful


def test_an_event_that_is_not_repeated_is_found_by_staying_careful():
    event = Outgoing(topic="gate/input/door/event", payload=b"1")
    broker = Broker()
    broker.ends(event, STATE)
    broker.limits.settled()
    broker.ends(event, OTHER)
    broker.limits.settled()
    assert broker.limits.careful
    broker.ends(event)
    assert broker.leaves_out(event)


def test_what_was_sent_last_is_named_by_the_large_one_among_many():
    small, large = (STATE, 30), (PICTURE, LARGE)
    assert "right after gate/snapshot/door (4096 bytes) and 1 more" in last_sent_text((small, large), (), Version.V5)
    assert "right after gate/input/door/state (30 bytes) was" in last_sent_text((small,), (), Version.V5)
    assert "SUBSCRIBE to a, b" in last_sent_text((), (Filter(topic="a"), Filter(topic="b")), Version.V5)
    assert "had been answered" in last_sent_text((), (), Version.V5)


def test_under_3_1_1_both_causes_are_named():
    assert "another client" in last_sent_text(((STATE, 30),), (), Version.V311)
    assert "another client" not in last_sent_text(((STATE, 30),), (), Version.V5)


def test_messages_that_go_out_one_at_a_time_are_spread_below_a_hundred_a_second():
    broker = Broker()
    assert broker.limits.gap_s == 0
    broker.ends(OTHER, STATE)
    assert 0.01 < broker.limits.gap_s < 0.05
    broker.limits.settled()
    assert broker.limits.gap_s == 0
    broker.ends(code=0x96)
    assert broker.limits.gap_s == 0.1


def test_after_an_end_with_many_messages_in_a_moment_every_connection_begins_carefully():
    broker = Broker()
    broker.limits.begin()
    assert not broker.limits.careful
    broker.ends(OTHER, STATE, hasty=True)
    broker.limits.settled()
    assert not broker.limits.careful
    broker.limits.begin()
    assert broker.limits.careful
    broker.limits.forget()
    broker.limits.begin()
    assert not broker.limits.careful
