"""A client for tests: hears everything below some topics, publishes, and waits with deadlines."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass
from typing import Any, Self

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from words.waiting import until, wait_until

__all__ = ["Heard", "MqttClient", "retained", "until"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message; `stored` when it lay on the broker before."""

    topic: str
    payload: bytes
    stored: bool
    correlation: bytes | None
    at: float

    @property
    def json(self) -> Any:
        """The payload as JSON."""
        return json.loads(self.payload)


class MqttClient:
    """Connected from the beginning to the end of its `with`; everything it hears is kept in order."""

    def __init__(
        self,
        port: int,
        *filters: str,
        username: str | None = None,
        password: str | None = None,
        version: int = MQTTProtocolVersion.MQTTv5,
    ) -> None:
        self.heard: list[Heard] = []
        self._filters = filters
        self._subscribed = threading.Event()
        self._client = Client(CallbackAPIVersion.VERSION2, protocol=MQTTProtocolVersion(version))
        self._is_5 = version == MQTTProtocolVersion.MQTTv5
        self._client.username_pw_set(username, password)
        self._client.on_connect = self._subscribe
        self._client.on_subscribe = lambda *_: self._subscribed.set()
        self._client.on_message = self._hear
        self._client.reconnect_delay_set(1, 1)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        assert self._subscribed.wait(10), "the broker does not answer"

    def _subscribe(self, *_: object) -> None:
        self._client.subscribe([(one, 1) for one in (*self._filters, "test/none")])

    def _hear(self, _client: Client, _data: object, message: MQTTMessage) -> None:
        self.heard.append(
            Heard(
                topic=message.topic,
                payload=bytes(message.payload),
                stored=bool(message.retain),
                correlation=getattr(message.properties, "CorrelationData", None),
                at=time.monotonic(),
            )
        )

    def publish(
        self,
        topic: str,
        payload: bytes | str = b"",
        *,
        retain: bool = False,
        response_topic: str | None = None,
        correlation: bytes | None = None,
        wait: bool = True,
    ) -> None:
        """Publish at QoS 1, and return when the broker has it; without `wait` at once."""
        properties = Properties(PacketTypes.PUBLISH) if self._is_5 else None
        if response_topic is not None:
            properties.ResponseTopic = response_topic
        if correlation is not None:
            properties.CorrelationData = correlation
        info = self._client.publish(topic, payload, 1, retain, properties)
        if not wait:
            return
        info.wait_for_publish(5)
        assert info.is_published()

    def on(self, topic: str) -> list[Heard]:
        """What was heard on one topic, in order."""
        return [one for one in tuple(self.heard) if one.topic == topic]

    def last(self, topic: str) -> bytes | None:
        """The newest payload of a topic."""
        heard = self.on(topic)
        return heard[-1].payload if heard else None

    def topics(self) -> list[str]:
        """The topics of all that was heard, in order."""
        return [one.topic for one in tuple(self.heard)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()


def retained(port: int, *filters: str, **login: Any) -> dict[str, bytes]:
    """What lies on the broker now. A last message of our own tells that all of it has come."""
    with MqttClient(port, *filters, "test/mark", **login) as client:
        client.publish("test/mark", b"end")
        wait_until(lambda: "test/mark" in client.topics(), within_s=5, what="the broker sending what it was sent")
        return {one.topic: one.payload for one in client.heard if one.stored}
