"""mqtt-io's own MQTT client, but everything is published at QoS 1.

mqtt-io publishes inputs at QoS 0 and has no setting for it; the comparison is at QoS 1.
"""

# ruff: noqa: INP001 - run as a folder, by the environment that holds mqtt-io

from __future__ import annotations

from mqtt_io.mqtt import MQTTMessageSend
from mqtt_io.mqtt.aiomqtt import MQTTClient as AiomqttClient


class MQTTClient(AiomqttClient):
    """What `client_module` must hold."""

    async def publish(self, msg: MQTTMessageSend) -> None:
        """Publish, and wait for the broker's acknowledgement as mqtt-io does."""
        msg.qos = 1
        await super().publish(msg)
