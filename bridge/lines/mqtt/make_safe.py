"""Devices on the broker that are commanded to be idle, without a daemon."""

from __future__ import annotations

from collections.abc import Sequence

from bridge.core.definitions.mqtt_lines import MqttSink
from bridge.core.definitions.outputs import OutputSettings
from bridge.lines.made_safe import MadeSafe, idle_contact, made_safe
from bridge.lines.mqtt.mqtt_output import payload_for
from bridge.lines.reach import Publish


def make_safe(outputs: Sequence[OutputSettings], publish: Publish) -> list[MadeSafe]:
    """Commands each device to its idle contact, all in one session. Returns one result each, in their order."""
    lines = [output.line for output in outputs]
    messages = [
        (line.topic, payload_for(line, idle_contact(output), left_s=None))
        for output, line in zip(outputs, lines, strict=True)
        if isinstance(line, MqttSink)
    ]
    return [made_safe(output, problem) for output, problem in zip(outputs, publish(messages), strict=True)]
