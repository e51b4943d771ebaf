"""A bridge without lines or engine, to be seen from Home Assistant: it says what a bridge would say."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self

from paho.mqtt.client import Client
from paho.mqtt.enums import CallbackAPIVersion
from words.descriptions import steps

from bridge.core.contact import Contact
from bridge.core.definitions.settings import Settings
from bridge.core.effects import InputView, OutputView, PublishEvent
from bridge.core.status import BridgeStatus, BrokerStatus
from bridge.mqtt import payloads
from bridge.mqtt.discovery.description import Step
from bridge.mqtt.publishing.status_payload import status
from bridge.mqtt.topics import Topics

NOW = datetime(2026, 3, 4, 5, 6, 7, 890_000, tzinfo=UTC)


class BridgeStandIn:
    """Publishes discovery and states of a device whose inputs and outputs are at rest at first."""

    def __init__(
        self,
        port: int,
        settings: Settings,
        describe: Callable[[Settings, Settings | None], Iterable[Step]] = steps,
    ) -> None:
        self._describe = describe
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self._settings: Settings | None = None
        self._inputs: dict[str, InputView] = {}
        self._outputs: dict[str, OutputView] = {}
        self._seq = 0
        self.change(settings)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """A clean stop, and nothing left on the broker, as `purge` does it."""
        assert self._settings is not None
        topics = Topics.of(self._settings)
        self._publish([(topics.availability, payloads.OFFLINE)])
        self._publish([(topic, b"") for topic in topics.retained(self._settings)])
        if self._settings.home_assistant.discovery:
            self._publish([(topic, b"") for topic in topics.descriptions(self._settings)])
        self._client.disconnect()
        self._client.loop_stop()

    def leave(self) -> None:
        """A clean stop; what is retained stays on the broker."""
        self._publish([(self.topics.availability, payloads.OFFLINE)])
        self._client.disconnect()
        self._client.loop_stop()

    def change(self, settings: Settings) -> None:
        """New settings are in force: discovery, states, `online`."""
        before, self._settings = self._settings, settings
        self.topics = Topics.of(settings)
        self._publish(self._describe(settings, before))
        for one in settings.inputs:
            self.say_input(self._inputs.setdefault(one.id, _input_at_rest(one.id)))
        for other in settings.outputs:
            self.say_output(self._outputs.setdefault(other.id, _output_at_rest(other.id)))
        self.say_status()
        self._publish([(self.topics.availability, payloads.ONLINE)])

    def say_status(self, *, rejected_commands: int = 0, **actions: Any) -> None:
        """How it is doing; `actions` are the parts of a `BridgeStatus` that actions have."""
        view = BridgeStatus(
            version="0",
            started=NOW,
            broker=BrokerStatus(address="localhost:1883", problem=None),
            rejected_commands=rejected_commands,
            journal_unsent=0,
            **actions,
        )
        told = status(view, clock_synchronised=True)
        self._publish([(self.topics.status, told)])

    def say_picture(self, jpeg: bytes) -> None:
        """The picture of the last alarm."""
        self._publish([(self.topics.snapshot(), jpeg)])

    def trip(self, input_id: str) -> None:
        """The input trips and its alarm begins."""
        view = replace(
            self._inputs[input_id], contact=Contact.CONNECTED, tripped=True, alarm=True, last_alarm=NOW, alarms=1
        )
        self.say_input(view)
        self._happen(view, "alarm_begin", "input")

    def restore(self, input_id: str) -> None:
        """It restores and the alarm ends."""
        view = replace(self._inputs[input_id], contact=Contact.DISCONNECTED, tripped=False, alarm=False)
        self.say_input(view)
        self._happen(view, "alarm_end", "restored")

    def lose(self, input_id: str) -> None:
        """Its line is lost."""
        lost = {"contact": Contact.UNKNOWN, "tripped": None, "problem": "line_fault", "available": False}
        view = replace(self._inputs[input_id], **lost)
        self.say_input(view)
        self._happen(view, "fault", "line_fault")

    def turn_on(self, output_id: str) -> None:
        """A manual start."""
        started = {"on": True, "reason": "manual", "by": "mqtt", "sources": ("a", "b"), "contact": Contact.CONNECTED}
        self.say_output(replace(self._outputs[output_id], **started))

    def turn_off(self, output_id: str, reason: str) -> None:
        """It ended."""
        self.say_output(
            replace(self._outputs[output_id], on=False, reason=reason, sources=(), contact=Contact.DISCONNECTED)
        )

    def lose_output(self, output_id: str) -> None:
        """Its line is lost."""
        self.say_output(replace(self._outputs[output_id], on=False, available=False, problem="line_fault"))

    def say_input(self, view: InputView) -> None:
        self._inputs[view.id] = view
        own = self.topics.input(view.id)
        self._publish(
            [
                (own.availability, payloads.online(view.available)),
                (own.attributes, payloads.input_attributes(view)),
                (own.state, payloads.on_off(view.tripped)),
                (own.alarm, payloads.on_off(view.alarm)),
            ]
        )

    def say_output(self, view: OutputView) -> None:
        self._outputs[view.id] = view
        own = self.topics.output(view.id)
        self._publish(
            [
                (own.availability, payloads.online(view.available)),
                (own.attributes, payloads.output_attributes(view)),
                (own.state, payloads.on_off(view.on)),
            ]
        )

    def _happen(self, view: InputView, event_type: str, cause: str) -> None:
        self._seq += 1
        told = PublishEvent(
            input=view.id,
            event_type=event_type,
            id=f"boot-{self._seq}",
            seq=self._seq,
            cause=cause,
            time=NOW,
            contact=view.contact,
        )
        self._publish([(self.topics.input(view.id).event, payloads.event(told))], retain=False)

    def _publish(self, steps: Iterable[Step], *, retain: bool = True) -> None:
        for topic, payload in steps:
            self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(10)


def _input_at_rest(input_id: str) -> InputView:
    return InputView(
        id=input_id,
        contact=Contact.DISCONNECTED,
        tripped=False,
        alarm=False,
        enabled=True,
        armed=True,
        armed_until=None,
        since=NOW,
        last_alarm=None,
        alarms=0,
        held_back=0,
        glitches=0,
        problem=None,
        available=True,
    )


def _output_at_rest(output_id: str) -> OutputView:
    return OutputView(
        id=output_id,
        on=False,
        contact=Contact.DISCONNECTED,
        mode="switch",
        reason=None,
        by=None,
        sources=(),
        until=None,
        remaining_ms=None,
        problem=None,
        available=True,
    )
