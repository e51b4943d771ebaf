"""The first events of an input that Home Assistant has just been told of."""

from __future__ import annotations

from bridge.mqtt.messages import Outgoing
from bridge.mqtt.publishing.event_gate import MOST_WITHHELD, SUBSCRIBED_S, EventGate


class Scene:
    def __init__(self):
        self.sent, self.timers = [], []
        self.gate = EventGate(put=lambda event: self.sent.append(event.payload), later=self._later)

    def _later(self, seconds, do):
        assert seconds == SUBSCRIBED_S
        self.timers.append(do)

    def put(self, input_id, payload):
        self.gate.put(input_id, Outgoing(topic=f"d/input/{input_id}/event", payload=payload))


def test_an_event_of_a_known_input_goes_out_at_once():
    scene = Scene()
    scene.gate.close(["new"])
    scene.put("door", b"begin")
    assert scene.sent == [b"begin"]


def test_events_of_a_new_input_wait_until_they_can_be_heard_and_keep_their_order():
    scene = Scene()
    scene.gate.close(["new"])
    scene.put("new", b"begin")
    scene.gate.acknowledged(["new"])
    scene.put("new", b"end")
    assert scene.sent == []
    scene.timers.pop()()
    assert scene.sent == [b"begin", b"end"]
    scene.put("new", b"again")
    assert scene.sent == [b"begin", b"end", b"again"]


def test_what_was_withheld_on_the_connection_before_is_no_longer_live():
    scene = Scene()
    scene.gate.close(["new"])
    scene.put("new", b"begin")
    scene.gate.acknowledged(["new"])
    scene.gate.reset()
    scene.timers.pop()()
    assert scene.sent == []


def test_an_input_that_chatters_meanwhile_fills_no_memory():
    scene = Scene()
    scene.gate.close(["new"])
    for number in range(MOST_WITHHELD + 5):
        scene.put("new", b"%d" % number)
    scene.gate.acknowledged(["new"])
    scene.timers.pop()()
    assert scene.sent == [b"%d" % number for number in range(5, MOST_WITHHELD + 5)]


def test_of_too_many_that_wait_the_oldest_are_dropped_and_counted():
    scene = Scene()
    scene.gate.close(["new"])
    for number in range(MOST_WITHHELD + 3):
        scene.put("new", b"%d" % number)
    assert scene.gate.dropped == 3
    scene.gate.acknowledged(["new"])
    scene.timers.pop()()
    assert scene.sent[0] == b"3"
    assert len(scene.sent) == MOST_WITHHELD
