"""A device on a broker: messages retained and live, availability, silence, questions, and the broker's absence."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from fakes.outsides.outside import Outside, Stage
from words.line_world import Open

from bridge.lines.mqtt.driver import MqttLines


class MqttOutside(Outside):
    """A device on a broker that retains, or not."""

    driver: ClassVar[dict[str, Open]] = {"mqtt": lambda around: MqttLines(around.messages)}
    extra: ClassVar[Mapping[str, Any]] = {}
    hold_s: float | None = None
    stale_s: float | None = None
    asks = retains = has_availability = False

    def __init__(self, stage: Stage) -> None:
        super().__init__(stage)
        self.is_up = True
        self.kept: dict[str, str] = {}
        """Retained messages."""
        self.asked_until: float | None = None

    def line(self) -> dict[str, Any]:
        line = {"kind": "mqtt", "topic": self.topic, "path": "s", "connected": "open", "disconnected": "closed"}
        line |= {"hold_s": self.hold_s, "stale_s": self.stale_s} if self.hold_s or self.stale_s else {}
        line |= {"availability": self.availability} if self.has_availability else {}
        line |= {"ask": {"topic": f"{self.topic}/get"}} if self.asks else {}
        return {key: value for key, value in line.items() if value is not None}

    @property
    def topic(self) -> str:
        return f"device/{self.letter}"

    @property
    def availability(self) -> str:
        return f"availability/{self.letter}"

    def happenings(self) -> tuple[Callable[[], None], ...]:
        common = (self.opens, self.closes, self.jams, self.says_something_else, self.stammers, self.broker_moves)
        return (*common, self.availability_moves) if self.has_availability else common

    def opens(self) -> None:
        self.says({"s": "open"})

    def closes(self) -> None:
        self.says({"s": "closed"})

    def jams(self) -> None:
        self.says({"s": "jammed"})

    def says_something_else(self) -> None:
        self.says({"battery": 80})

    def stammers(self) -> None:
        if self.is_up:
            self.world.do(lambda: self.takes(self.topic, "{no JSON", retained=False))

    def says(self, payload: dict[str, Any]) -> None:
        if self.retains:
            self.kept[self.topic] = json.dumps(payload)
        if self.is_up:
            self.world.do(lambda: self.takes(self.topic, json.dumps(payload), retained=False))
            self.hears(payload, retained=False)

    def availability_moves(self) -> None:
        word = "online" if self.kept.get(self.availability) == "offline" else "offline"
        self.kept[self.availability] = word
        if self.is_up:
            self.world.do(lambda: self.takes(self.availability, word, retained=False))
            self.hears_availability(word)

    def broker_moves(self) -> None:
        self.is_up = not self.is_up
        if self.is_up:
            self.connects()
        else:
            self.world.do(self.world.surroundings.messages.lost)
            self.model.after("broker", 10.0, lambda: self.model.cannot_be_known("broker"))

    def takes(self, topic: str, payload: str, *, retained: bool) -> None:
        self.world.surroundings.messages.take(topic, payload.encode(), retained=retained)

    def opened(self) -> None:
        if self.hold_s is not None:
            self.model.says("disconnected", event=False)
        self.model.after("broker", 10.0, lambda: self.model.cannot_be_known("broker"))
        self.asked_until = None

    def exchanged(self) -> None:
        if self.is_up:
            self.is_subscribed()

    def started(self) -> None:
        self.world.surroundings.messages.when_wanted(self.wanted)
        if self.is_up:
            self.connects()

    def connects(self) -> None:
        port = self.world.surroundings.messages

        def connect() -> None:
            port.found(lambda _topic, _payload, sent: sent(None))
            self.subscribes(port.topics)

        self.world.do(connect)
        self.is_subscribed()

    def wanted(self, topics: frozenset[str]) -> None:
        """Another line: its topics are subscribed to in a moment."""
        if self.is_up:
            asyncio.get_running_loop().call_soon(self.subscribes, topics)

    def subscribes(self, topics: frozenset[str]) -> None:
        self.world.surroundings.messages.subscribed(topics)
        for topic in sorted(topics):
            if topic in self.kept:
                self.takes(topic, self.kept[topic], retained=True)

    def is_subscribed(self) -> None:
        """The model's side of a subscription, after `opened` where the line is another."""
        self.model.not_after_all("broker")
        self.model.can_be_known("broker")
        if "stale" not in self.model.timers and "stale" not in self.model.reasons:
            self.await_message()
        if self.asks:
            self.asked_until = self.model.now + 10.0
        for topic in sorted({self.topic, self.availability}):
            if topic in self.kept and (topic == self.topic or self.has_availability):
                if topic == self.topic:
                    self.hears(json.loads(self.kept[topic]), retained=True)
                else:
                    self.hears_availability(self.kept[topic])

    def hears(self, payload: dict[str, Any], *, retained: bool) -> None:
        self.await_message()
        if "s" not in payload:
            self.model.can_be_known("stale")
            return
        event = not retained
        if event and self.asked_until is not None:
            event = self.model.now >= self.asked_until
            self.asked_until = None
        contact = {"open": "connected", "closed": "disconnected"}.get(payload["s"])
        if self.hold_s is None:
            self.model.is_heard_again("stale", contact, event=event)
        elif event and contact is not None:
            self.model.not_after_all("hold")
            self.model.says(contact, event=True)
            if contact == "connected":
                self.model.after("hold", self.hold_s, lambda: self.model.says("disconnected", event=True))

    def hears_availability(self, word: str) -> None:
        (self.model.cannot_be_known if word == "offline" else self.model.can_be_known)("availability")

    def await_message(self) -> None:
        if self.stale_s is not None:
            self.model.after("stale", self.stale_s, lambda: self.model.cannot_be_known("stale"))


class RetainingDevice(MqttOutside):
    retains = True


class RingingDevice(MqttOutside):
    retains, hold_s = True, 4.75


class SilentDevice(MqttOutside):
    stale_s = 61.25


class DeviceThatGoesOffline(MqttOutside):
    retains = has_availability = True


class DeviceThatIsAsked(MqttOutside):
    asks = True
