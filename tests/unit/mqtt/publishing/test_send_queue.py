from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bridge.mqtt.messages import Outgoing
from bridge.mqtt.publishing.send_queue import IN_ORDER, LARGE, MOST_EVENTS, SendQueue


class Broker:
    """Takes messages, and acknowledges them when it is told to."""

    def __init__(self):
        self.sent = []
        self.open = []

    def send(self, message, acknowledged):
        self.sent.append((message.topic, message.payload))
        self.open.append(acknowledged)
        return True

    def acknowledge(self, count=1):
        for _ in range(count):
            self.open.pop(0)(True)


def state(topic, payload):
    return Outgoing(topic=topic, payload=payload, retained=True)


def an_open_outbox(window=1):
    outbox, broker = SendQueue(), Broker()
    outbox.open(broker.send, window=window)
    return outbox, broker


def test_without_a_connection_nothing_is_kept():
    outbox, broker = SendQueue(), Broker()
    outbox.put(Outgoing(topic="e", payload=b"1"))
    outbox.open(broker.send, window=1)
    assert (broker.sent, outbox.unfinished, outbox.dropped) == ([], 0, 0)


def test_no_more_than_the_window_is_unacknowledged():
    outbox, broker = an_open_outbox(window=2)
    for number in range(4):
        outbox.put(Outgoing(topic="e", payload=b"%d" % number))
    assert len(broker.sent) == 2
    broker.acknowledge()
    assert len(broker.sent) == 3
    assert outbox.unfinished == 3


def test_while_few_wait_every_change_of_a_state_is_sent_in_order():
    outbox, broker = an_open_outbox()
    for payload in (b"1", b"2", b"3"):
        outbox.put(state("s", payload))
    broker.acknowledge(2)
    assert broker.sent == [("s", b"1"), ("s", b"2"), ("s", b"3")]


def test_once_many_wait_a_state_takes_the_place_of_its_older_one_at_the_end():
    outbox, broker = an_open_outbox()
    for number in range(IN_ORDER + 1):
        outbox.put(state("s", b"%d" % number))
    outbox.put(state("s", b"old"))
    outbox.put(state("t", b"1"))
    outbox.put(state("s", b"new"))
    assert outbox.unfinished == IN_ORDER + 3
    broker.acknowledge(IN_ORDER + 2)
    assert broker.sent[-3:] == [("s", b"%d" % IN_ORDER), ("t", b"1"), ("s", b"new")]


def test_of_pictures_only_the_newest_waits():
    outbox, broker = an_open_outbox()
    outbox.put(state("first", b"1"))
    for number in (1, 2):
        outbox.put(state("picture", b"%d" % number * (LARGE + 1)))
    broker.acknowledge()
    assert broker.sent[1:] == [("picture", b"2" * (LARGE + 1))]


def a_picture(payload):
    return Outgoing(topic="picture", payload=payload, retained=True, followed_by=state("about", payload))


def test_what_follows_a_message_is_sent_behind_it_and_never_without_it():
    outbox, broker = an_open_outbox()
    outbox.put(state("first", b"1"))
    outbox.put(a_picture(b"1"))
    outbox.put(a_picture(b"2"))
    broker.acknowledge()
    outbox.put(a_picture(b"3"))
    broker.acknowledge(4)
    assert broker.sent[1:] == [("picture", b"2"), ("about", b"2"), ("picture", b"3"), ("about", b"3")]


def test_nothing_follows_a_message_that_the_broker_cannot_take():
    outbox, broker = SendQueue(), Broker()
    outbox.open(lambda message, done: message.topic != "picture" and broker.send(message, done), window=9)
    outbox.put(a_picture(b"1"))
    outbox.put(state("s", b"1"))
    assert broker.sent == [("s", b"1")]


def test_what_somebody_asks_after_is_neither_replaced_nor_overtaken():
    outbox, broker = an_open_outbox()
    told = []
    outbox.put(state("first", b"1"))
    outbox.put(state("s", b"old"))
    outbox.put(state("s", b""), told.append)
    outbox.put(state("s", b"new"))
    broker.acknowledge(3)
    assert broker.sent == [("first", b"1"), ("s", b"old"), ("s", b""), ("s", b"new")]
    assert told == [True]


def test_of_too_many_events_the_oldest_are_dropped_and_counted():
    outbox, broker = an_open_outbox()
    asked = []
    outbox.put(Outgoing(topic="e", payload=b"first"))
    outbox.put(Outgoing(topic="j", payload=b"kept"), asked.append)
    for number in range(MOST_EVENTS + 3):
        outbox.put(Outgoing(topic="e", payload=b"%d" % number))
    assert outbox.dropped == 3
    broker.acknowledge(3)
    assert broker.sent[1:4] == [("j", b"kept"), ("e", b"3"), ("e", b"4")]
    assert asked == [True]


def test_a_message_that_the_broker_cannot_take_holds_up_nothing():
    outbox, broker = SendQueue(), Broker()
    outbox.open(lambda message, done: message.payload != b"huge" and broker.send(message, done), window=1)
    outbox.put(state("a", b"huge"))
    outbox.put(state("b", b"1"))
    outbox.put(state("c", b"huge"))
    outbox.put(state("d", b"1"))
    broker.acknowledge(2)
    assert broker.sent == [("b", b"1"), ("d", b"1")]
    assert outbox.unfinished == 0


def test_whoever_asks_is_told_of_a_message_that_the_broker_cannot_take():
    outbox, told = SendQueue(), []
    outbox.open(lambda _message, _done: False, window=1)
    for number in range(3):
        outbox.put(Outgoing(topic="j", payload=b"%d" % number), told.append)
    assert told == [False, False, False]
    assert outbox.unfinished == 0


def test_what_waited_when_the_connection_ended_is_gone():
    outbox, _ = an_open_outbox()
    outbox.put(state("a", b"1"))
    outbox.put(Outgoing(topic="e", payload=b"1"))
    outbox.close()
    assert (outbox.unfinished, outbox.dropped) == (0, 1)


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.binary(min_size=1, max_size=2), st.booleans())),
    st.lists(st.booleans(), max_size=60),
)
def test_however_slow_the_broker_is_every_topic_ends_with_its_newest_payload(puts, slowness):
    outbox, broker = an_open_outbox(window=2)
    steps = iter(slowness)
    for topic, payload, asked in puts:
        outbox.put(state(topic, payload), (lambda _taken: None) if asked else None)
        if next(steps, False) and broker.open:
            broker.acknowledge()
    while broker.open:
        broker.acknowledge()
    assert dict(broker.sent) == {topic: payload for topic, payload, _ in puts}
    assert outbox.unfinished == 0


def test_hurry_writes_as_long_as_there_is_a_connection():
    outbox, broker = SendQueue(), Broker()
    written = []
    outbox.hurry()
    outbox.open(broker.send, window=1, flush=lambda: written.append(len(broker.sent)))
    outbox.put(state("s", b"1"))
    outbox.hurry()
    outbox.close()
    outbox.hurry()
    assert written == [1]


def test_a_window_that_is_widened_lets_what_waits_go():
    outbox, broker = an_open_outbox(window=1)
    for number in range(4):
        outbox.put(state(f"t{number}", b"1"))
    assert len(broker.sent) == 1
    outbox.widen(3)
    assert [topic for topic, _ in broker.sent] == ["t0", "t1", "t2"]


def test_what_hurries_is_written_at_once_and_without_a_connection_nothing_is():
    outbox, broker, flushed = SendQueue(), Broker(), []
    outbox.hurry()
    outbox.open(broker.send, window=1, flush=lambda: flushed.append(True))
    outbox.hurry()
    assert flushed == [True]
