"""Where far lines and the broker's side meet."""

from __future__ import annotations

from bridge.lines.message_port import NO_BROKER, Follower, MessagePort


class Line:
    """A follower that writes down what it is told."""

    def __init__(self, *topics: str) -> None:
        self.told: list[str] = []
        self.follower = Follower(
            topics=frozenset(topics),
            receive=lambda message: self.told.append(message.payload.decode()),
            broker_found=lambda: self.told.append("found"),
            broker_lost=lambda: self.told.append("lost"),
        )


def a_port(**lines: Line) -> MessagePort:
    port = MessagePort()
    for terminal, line in lines.items():
        port.follow(terminal, line.follower)
    return port


def hear(port: MessagePort, topic: str) -> bool:
    return port.take(topic, b"ON", retained=False)


def take(topic: str, payload: bytes, sent: object) -> None:
    del topic, payload, sent


def test_a_line_is_told_of_the_broker_once_all_its_topics_are_subscribed():
    line = Line("a", "b")
    port = a_port(door=line)
    port.found(take)
    port.subscribed(["a"])
    assert line.told == []
    port.subscribed(["b"])
    port.subscribed(["b"])
    assert line.told == ["found"]


def test_a_message_reaches_every_line_of_its_topic_and_no_other():
    one, two, other = Line("a"), Line("a", "b"), Line("c")
    port = a_port(one=one, two=two, other=other)
    assert hear(port, "a")
    assert not hear(port, "d")
    assert (one.told, two.told, other.told) == (["ON"], ["ON"], [])


def test_the_end_of_a_session_is_told_to_whom_it_had_reached_and_the_next_one_again():
    line, late = Line("a"), Line("b")
    port = a_port(line=line, late=late)
    port.found(take)
    port.subscribed(["a"])
    port.lost()
    port.found(take)
    port.subscribed(["a", "b"])
    assert (line.told, late.told) == (["found", "lost", "found"], ["found"])


def test_a_line_that_comes_later_has_its_topics_subscribed_again_so_that_it_hears_what_is_retained():
    line, late = Line("a"), Line("a")
    port = a_port(line=line)
    wanted: list[frozenset[str]] = []
    port.when_wanted(wanted.append)
    port.found(take)
    port.subscribed(["a"])
    port.follow("late", late.follower)
    assert (wanted, late.told) == ([{"a"}], [])
    port.subscribed(["a"])
    assert (line.told, late.told) == (["found"], ["found"])


def test_whoever_leaves_hears_nothing_more():
    left = Line("a", "b")
    port = a_port(line=Line("a"), left=left)
    port.leave("left")
    port.leave("nobody")
    port.found(take)
    port.subscribed(["a", "b"])
    assert hear(port, "a")
    assert not hear(port, "b")
    assert (left.told, port.topics) == ([], {"a"})


def test_a_message_without_a_broker_is_refused_at_once_and_not_queued():
    port, results, taken = MessagePort(), [], []
    port.publish("siren/set", b"ON", results.append)
    port.found(lambda topic, payload, _sent: taken.append((topic, payload)))
    assert (results, taken) == ([NO_BROKER], [])
    port.publish("siren/set", b"OFF", results.append)
    assert taken == [("siren/set", b"OFF")]
