"""MQTT lines against a broker that the test plays: what they report, and what they send."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from words.line_facts import Reports

from bridge.core.contact import Level
from bridge.core.definitions.inputs import InputSettings
from bridge.core.definitions.mqtt_lines import AskSettings, MqttSink, MqttSource, StateTopic
from bridge.core.definitions.outputs import OutputSettings
from bridge.lines.message_port import MessagePort
from bridge.lines.mqtt.driver import MqttLines

pytestmark = pytest.mark.virtual_time
LOW, HIGH = Level.LOW, Level.HIGH


class Broker:
    """The broker's side of the port, and what the driver has reported."""

    def __init__(self) -> None:
        self.port = MessagePort()
        self.lines = MqttLines(self.port)
        self.sent: list[tuple[str, str]] = []
        self.refuses: str | None = None
        self.is_silent = False
        self._reports = Reports()

    def start(self) -> None:
        self.lines.start(self._reports.put)

    def found(self) -> None:
        self.port.found(self._send)
        self.port.subscribed(self.port.topics)

    def lost(self) -> None:
        self.port.lost()

    def says(self, topic: str, payload: str, *, retained: bool = False) -> None:
        assert self.port.take(topic, payload.encode(), retained=retained)

    def seen(self) -> list[str]:
        """What was reported since the last call, in words."""
        return self._reports.seen()

    def _send(self, topic: str, payload: bytes, sent: Any) -> None:
        self.sent.append((topic, payload.decode()))
        if not self.is_silent:
            sent(self.refuses)


@pytest.fixture
def broker() -> Iterator[Broker]:
    playing = Broker()
    yield playing
    playing.lines.close()


def an_input(broker: Broker, **line: Any) -> None:
    settings = {"topic": "door", "connected": "open", **line}
    broker.lines.request_input(InputSettings(id="door", line=MqttSource(**settings)))


def an_output(broker: Broker, **line: Any) -> None:
    settings = {"topic": "siren/set", "connected": "ON", "disconnected": "OFF", **line}
    broker.lines.request_output(OutputSettings(id="siren", line=MqttSink(**settings)), LOW)


async def started(broker: Broker) -> None:
    broker.start()
    broker.found()
    broker.seen()


# Inputs


async def test_an_input_is_unknown_until_something_was_heard_and_that_is_no_fault(broker):
    an_input(broker)
    broker.start()
    broker.found()
    assert broker.seen() == ["found", "unknown state"]


async def test_a_retained_message_is_a_state_and_a_live_one_an_event(broker):
    an_input(broker)
    await started(broker)
    broker.says("door", "closed", retained=True)
    broker.says("door", "open")
    assert broker.seen() == ["disconnected state", "connected event"]


async def test_with_a_hold_an_event_ends_after_it_and_a_repetition_prolongs_it(broker):
    an_input(broker, hold_s=5)
    broker.start()
    broker.found()
    assert broker.seen() == ["found", "disconnected state"]
    broker.says("door", "open")
    await asyncio.sleep(4)
    broker.says("door", "open")
    await asyncio.sleep(4.9)
    assert broker.seen() == ["connected event", "connected event"]
    await asyncio.sleep(0.2)
    assert broker.seen() == ["disconnected event"]


async def test_with_a_hold_an_old_event_and_another_one_mean_nothing(broker):
    an_input(broker, hold_s=5)
    await started(broker)
    broker.says("door", "open", retained=True)
    broker.says("door", "rung twice")
    assert broker.seen() == []


async def test_a_device_that_says_the_end_of_its_event_ends_the_hold(broker):
    an_input(broker, hold_s=5, disconnected="closed")
    await started(broker)
    broker.says("door", "open")
    broker.says("door", "closed")
    await asyncio.sleep(10)
    assert broker.seen() == ["connected event", "disconnected event"]


async def test_a_broker_that_is_away_for_ten_seconds_loses_the_line_and_its_last_contact_stands_again(broker):
    an_input(broker)
    await started(broker)
    broker.says("door", "open")
    broker.lost()
    await asyncio.sleep(9.9)
    assert broker.seen() == ["connected event"]
    await asyncio.sleep(0.2)
    assert broker.seen() == ["lost: the MQTT broker is away"]
    broker.found()
    assert broker.seen() == ["found", "connected state"]


async def test_a_broker_that_is_back_in_time_is_no_event(broker):
    an_input(broker)
    await started(broker)
    broker.lost()
    await asyncio.sleep(5)
    broker.found()
    await asyncio.sleep(20)
    assert broker.seen() == []


async def test_a_broker_that_never_came_loses_the_line(broker):
    an_input(broker)
    broker.start()
    await asyncio.sleep(11)
    assert broker.seen() == ["found", "unknown state", "lost: the MQTT broker is away"]


async def test_a_device_that_is_offline_loses_the_line_until_it_is_back(broker):
    an_input(broker, availability="door/availability")
    await started(broker)
    broker.says("door", "open")
    broker.says("door/availability", '{"state":"offline"}')
    broker.says("door/availability", "Offline")
    broker.says("door/availability", '{"state":"online"}')
    assert broker.seen() == ["connected event", "lost: door/availability is offline", "found", "connected state"]


async def test_a_broker_that_is_back_does_not_bring_a_device_that_is_offline(broker):
    an_input(broker, availability="door/availability")
    await started(broker)
    broker.says("door/availability", "offline", retained=True)
    broker.lost()
    broker.found()
    assert broker.seen() == ["lost: door/availability is offline"]


async def test_what_is_said_of_a_device_that_is_offline_stands_once_it_is_back(broker):
    an_input(broker, availability="door/availability")
    await started(broker)
    broker.says("door/availability", "offline", retained=True)
    broker.says("door", "open", retained=True)
    broker.says("door", "closed")
    assert broker.seen() == ["lost: door/availability is offline"]
    broker.says("door/availability", "online")
    assert broker.seen() == ["found", "disconnected state"]


async def test_a_value_that_is_too_old_does_not_stand_again_when_the_broker_is_back(broker):
    an_input(broker, stale_s=60)
    await started(broker)
    broker.says("door", "open")
    broker.lost()
    await asyncio.sleep(300)
    assert broker.seen() == ["connected event", "lost: the MQTT broker is away"]
    broker.found()
    assert broker.seen() == []
    broker.says("door", "open")
    assert broker.seen() == ["found", "connected event"]


async def test_a_short_absence_of_the_broker_makes_no_value_fresh(broker):
    an_input(broker, stale_s=60)
    await started(broker)
    broker.says("door", "open")
    await asyncio.sleep(55)
    broker.lost()
    await asyncio.sleep(2)
    broker.found()
    await asyncio.sleep(4)
    assert broker.seen() == ["connected event", "lost: door: no message for 60 s"]


async def test_silence_for_too_long_loses_the_line_and_any_word_of_the_device_ends_that(broker):
    an_input(broker, stale_s=60, path="contact", connected=False)
    await started(broker)
    broker.says("door", '{"contact": false}')
    await asyncio.sleep(59)
    broker.says("door", '{"battery": 80}')
    await asyncio.sleep(59)
    assert broker.seen() == ["connected event"]
    await asyncio.sleep(2)
    assert broker.seen() == ["lost: door: no message for 60 s"]
    broker.says("door", '{"battery": 79}')
    assert broker.seen() == ["found", "connected state"]


async def test_a_question_goes_out_after_each_connection_and_its_answer_is_a_state(broker):
    an_input(broker, ask=AskSettings(topic="door/get", payload='{"contact":""}'))
    await started(broker)
    broker.says("door", "open")
    broker.says("door", "open")
    assert broker.sent == [("door/get", '{"contact":""}')]
    assert broker.seen() == ["connected state", "connected event"]


async def test_what_means_nothing_is_counted_and_changes_nothing(broker):
    an_input(broker, path="contact", connected=False)
    await started(broker)
    broker.says("door", '{"contact": false}')
    broker.says("door", "not JSON")
    broker.says("door", '{"battery": 80}')
    assert broker.seen() == ["connected event", "ignored"]


async def test_a_value_that_is_neither_is_unknown(broker):
    an_input(broker, disconnected="closed")
    await started(broker)
    broker.says("door", "jammed")
    broker.says("door", "")
    assert broker.seen() == ["unknown event", "unknown event"]


async def test_a_line_that_is_released_hears_nothing_more(broker):
    an_input(broker, hold_s=5)
    await started(broker)
    broker.says("door", "open")
    broker.lines.release("door")
    await asyncio.sleep(20)
    assert not broker.port.take("door", b"open", retained=False)
    assert broker.seen() == ["connected event"]


# Outputs


async def test_an_output_is_told_its_idle_contact_once_when_the_broker_is_there(broker):
    an_output(broker)
    broker.start()
    assert broker.sent == []
    broker.found()
    assert broker.sent == [("siren/set", "OFF")]
    broker.lost()
    broker.found()
    assert (broker.sent, broker.seen()) == ([("siren/set", "OFF")], [])


async def test_what_is_left_of_the_demand_stands_in_the_payload_and_is_sent_again_when_it_changes(broker):
    an_output(broker, connected='{"duration":{seconds}}')
    await started(broker)
    now = asyncio.get_running_loop().time()
    broker.lines.drive("siren", HIGH, until=now + 29.5)
    broker.lines.drive("siren", HIGH, until=now + 60)
    broker.lines.drive("siren", HIGH)
    assert [payload for _, payload in broker.sent[1:]] == ['{"duration":30}', '{"duration":60}', '{"duration":1800}']


async def test_a_device_that_needs_no_duration_is_commanded_once(broker):
    an_output(broker)
    await started(broker)
    for until in (10.0, 20.0, None):
        broker.lines.drive("siren", HIGH, until=until)
    assert broker.sent[1:] == [("siren/set", "ON")]


async def test_a_command_without_a_broker_is_dropped_after_five_seconds_and_what_holds_then_is_set_once(broker):
    an_output(broker)
    await started(broker)
    broker.lost()
    broker.lines.drive("siren", HIGH)
    await asyncio.sleep(5.1)
    assert broker.seen() == ["lost: siren/set could not be commanded for 5 s"]
    broker.lines.drive("siren", LOW)
    broker.sent.clear()
    broker.found()
    assert (broker.sent, broker.seen()) == ([("siren/set", "OFF")], ["found"])


async def test_a_broker_that_is_back_within_five_seconds_gets_the_command(broker):
    an_output(broker)
    await started(broker)
    broker.lost()
    broker.lines.drive("siren", HIGH)
    await asyncio.sleep(3)
    broker.found()
    await asyncio.sleep(10)
    assert (broker.sent[1:], broker.seen()) == ([("siren/set", "ON")], [])


async def test_a_broker_that_does_not_answer_is_out_of_reach_and_its_late_answer_counts(broker):
    an_output(broker)
    await started(broker)
    answers = []
    broker.port.found(lambda _topic, _payload, sent: answers.append(sent))
    broker.lines.drive("siren", HIGH)
    await asyncio.sleep(6)
    assert broker.seen() == ["lost: siren/set could not be commanded for 5 s"]
    answers[-1](None)
    assert broker.seen() == ["found"]


async def test_a_refusal_is_the_end_of_the_command_at_once(broker):
    an_output(broker)
    await started(broker)
    broker.refuses = "the broker refused it"
    broker.lines.drive("siren", HIGH)
    assert broker.seen() == ["lost: siren/set: the broker refused it"]


async def test_the_devices_own_word_is_reported(broker):
    an_output(broker, state=StateTopic(topic="siren", path="state", connected="ON"))
    await started(broker)
    broker.says("siren", '{"state":"ON"}')
    broker.says("siren", '{"battery":50}')
    broker.says("siren", "no JSON")
    broker.says("siren", '{"state":"OFF"}')
    broker.says("siren", '{"state":null}')
    broker.lost()
    assert broker.seen() == ["does connected", "does disconnected", "does unknown", "does unknown"]


async def test_an_output_whose_idle_contact_is_connected_is_told_so(broker):
    settings = OutputSettings(id="siren", line=MqttSink(topic="siren/set", connected="ON", disconnected="OFF"))
    broker.lines.request_output(settings, HIGH)
    await started(broker)
    assert broker.sent == [("siren/set", "ON")]
