"""Line driver of devices on the bridge's own MQTT broker (`behaviour.md` 10)."""

from __future__ import annotations

from bridge.core.definitions.inputs import InputSettings
from bridge.core.definitions.mqtt_lines import MqttSink, MqttSource
from bridge.core.definitions.outputs import OutputSettings
from bridge.lines.far_terminals import FarTerminals, Put
from bridge.lines.message_port import MessagePort
from bridge.lines.mqtt.mqtt_input import MqttInput
from bridge.lines.mqtt.mqtt_output import MqttOutput


class MqttLines(FarTerminals):
    """The `LineDriver` port on topics."""

    def __init__(self, port: MessagePort) -> None:
        self._port = port
        super().__init__(make_input=self._input, make_output=self._output)

    def _input(self, settings: InputSettings, put: Put) -> MqttInput:
        assert isinstance(settings.line, MqttSource)  # noqa: S101 - the registry sends no other here
        return MqttInput(settings.id, settings.line, port=self._port, put=put)

    def _output(self, settings: OutputSettings, put: Put) -> MqttOutput:
        assert isinstance(settings.line, MqttSink)  # noqa: S101 - the registry sends no other here
        return MqttOutput(settings.id, settings.line, port=self._port, put=put)
