"""Rights on the broker: what is missing, in words."""

from __future__ import annotations

import pytest

from bridge.mqtt.rights import BrokerRights
from bridge.mqtt.topics import Topics

TOPICS = Topics(base="alarm2mqtt", device_id="gate", prefix="homeassistant")
D = TOPICS.device
DENIED = 0x87


def problem(rights, **filters):
    return rights.problem(TOPICS, "gate", filters)


def connected(*, gives_reasons=True, written=True, read_back=True):
    rights = BrokerRights()
    rights.begin(gives_reasons=gives_reasons)
    rights.written = written
    rights.read_back = read_back
    return rights


def test_what_came_back_proves_both_rights():
    rights = connected()
    assert rights.proven
    assert problem(rights) is None


def test_what_was_taken_and_did_not_come_back_cannot_be_read():
    assert f"user gate may not read {D}/#: commands will not be heard" in problem(connected(read_back=False))


def test_under_3_1_1_what_did_not_come_back_may_have_been_dropped_as_well():
    found = problem(connected(read_back=False, gives_reasons=False))
    assert f"may not read or may not publish on {D}/#" in found


def test_nothing_is_said_of_reading_before_online_was_taken():
    assert problem(connected(written=None, read_back=False)) is None


def test_a_refused_availability_stands_for_everything_below():
    rights = connected(written=False, read_back=False)
    for topic in (f"{D}/settings", f"{D}/availability", f"{D}/status"):
        rights.refused(topic, DENIED, "Not authorized")
    found = problem(rights)
    assert f"may not publish on {D}/#" in found
    assert f"{D}/settings" not in found
    assert "may not read" not in found
    assert rights.proven


def test_one_refused_topic_is_named_with_the_reason_and_is_gone_when_it_is_taken():
    rights = connected()
    assert rights.refused(TOPICS.discovery, DENIED, "Not authorized")
    assert not rights.refused(TOPICS.discovery, DENIED, "Not authorized")
    assert f"may not publish on {TOPICS.discovery} (Not authorized)" in problem(rights)
    rights.taken(TOPICS.discovery)
    assert problem(rights) is None


def test_another_reason_than_a_right_is_no_right():
    rights = connected()
    rights.refused(TOPICS.journal, 0x97, "Quota exceeded")
    assert f"cannot publish on {D}/journal (Quota exceeded)" in problem(rights)


@pytest.mark.parametrize("user", [None, "gate"])
def test_refused_filters_are_named(user):
    found = connected().problem(TOPICS, user, {f"{D}/silence": "Not authorized"})
    assert f"may not subscribe to {D}/silence (Not authorized)" in found
    assert ("user gate" if user else "this client") in found


def test_each_missing_right_has_a_name_and_a_whole_device_one():
    rights = connected()
    rights.refused(f"{D}/journal", DENIED, "Not authorized")
    rights.refused(TOPICS.discovery, DENIED, "Not authorized")
    filters = {f"{D}/silence": "Not authorized"}
    assert rights.missing(TOPICS, filters) == {f"{D}/journal", TOPICS.discovery, f"read {D}/silence"}
    rights.refused(TOPICS.availability, DENIED, "Not authorized")
    assert rights.missing(TOPICS, {}) == {f"{D}/#", TOPICS.discovery}
    assert connected(read_back=False).missing(TOPICS, {}) == {f"read {D}/#"}
    assert connected().missing(TOPICS, {}) == frozenset()
