from __future__ import annotations

from fakes.ledger import MemoryLedger

from bridge.mqtt.publishing.retained_topics import Retained
from bridge.mqtt.publishing.send_queue import SendQueue
from bridge.mqtt.publishing.throttled_topics import LAG_S, ThrottledTopics


class Setup:
    def __init__(self, *known):
        self.sent, self.acknowledge = [], []
        self.ledger = MemoryLedger(known)
        outbox = SendQueue()
        self.retained = Retained(outbox=outbox, ledger=self.ledger)
        outbox.open(self.send, window=20)

    def send(self, message, acknowledged):
        assert message.topic in self.ledger.known()
        self.sent.append((message.topic, message.payload))
        self.acknowledge.append(acknowledged)
        return True


def test_only_a_change_is_published_and_the_ledger_knows_of_it_before():
    given = Setup()
    for payload in (b"ON", b"ON", b"OFF"):
        given.retained.hold("s", payload)
    assert given.sent == [("s", b"ON"), ("s", b"OFF")]


def test_everything_is_published_again_in_the_order_it_came():
    given = Setup()
    for topic in "zab":
        given.retained.hold(topic, b"1")
    given.retained.hold("z", b"2")
    given.sent.clear()
    for topic in given.retained.topics():
        given.retained.again(topic)
    assert given.sent == [("z", b"2"), ("a", b"1"), ("b", b"1")]


def test_the_same_can_be_published_again_on_purpose():
    given = Setup()
    given.retained.hold("s", b"1")
    given.retained.repeat("s", b"1")
    assert given.sent == [("s", b"1")] * 2


def test_a_topic_leaves_the_ledger_when_the_broker_has_said_that_it_is_clear():
    given = Setup("s", "t")
    given.retained.clear("s")
    given.retained.clear("t")
    assert given.ledger.known() == {"s", "t"}
    given.acknowledge[0](True)
    given.acknowledge[1](False)
    assert given.ledger.known() == {"t"}


def test_a_topic_that_is_used_again_before_it_is_clear_stays_in_the_ledger():
    given = Setup("s")
    given.retained.clear("s")
    given.retained.hold("s", b"1")
    given.acknowledge[0](True)
    assert given.ledger.known() == {"s"}


class Timers:
    def __init__(self):
        self.due = []

    def later(self, seconds, do):
        self.due.append((seconds, do))


def test_what_lags_is_written_once_with_the_newest():
    written, timers = [], Timers()
    lagging = ThrottledTopics(hold=lambda topic, payload: written.append((topic, payload)), later=timers.later)
    lagging.put("a", lambda: b"1")
    lagging.put("b", lambda: b"1")
    lagging.put("a", lambda: b"2")
    lagging.put("c", lambda: b"1")
    lagging.forget("c")
    assert (written, [seconds for seconds, _ in timers.due]) == ([], [LAG_S])
    timers.due.pop()[1]()
    assert written == [("a", b"2"), ("b", b"1")]
    lagging.put("a", lambda: b"3")
    assert len(timers.due) == 1
