"""The head's words for broker and Home Assistant."""

import pytest

from bridge.web.connections import Connections, connection_words


@pytest.mark.parametrize(
    ("connections", "broker", "home_assistant"),
    [
        (Connections(), ("down", "Broker not connected"), ("unknown", "Home Assistant not heard yet")),
        (
            Connections(broker=True, home_assistant=True),
            ("up", "Broker connected"),
            ("up", "Home Assistant online"),
        ),
        (
            Connections(broker=True, home_assistant=False),
            ("up", "Broker connected"),
            ("down", "Home Assistant offline"),
        ),
    ],
)
def test_each_state_has_words_of_its_own(connections, broker, home_assistant):
    words = connection_words(connections)
    assert [(words[key]["state"], words[key]["text"]) for key in ("broker", "home_assistant")] == [
        broker,
        home_assistant,
    ]
