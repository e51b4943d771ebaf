"""Line driver of devices on the bridge's own MQTT broker (`behaviour.md` 10)."""

from __future__ import annotations

from bridge.core.contact import Level, contact_of
from bridge.core.definitions.inputs import InputSettings
from bridge.core.definitions.mqtt_lines import MqttSink, MqttSource
from bridge.core.definitions.outputs import OutputSettings
from bridge.core.line_driver import Report
from bridge.lines.fact_buffer import FactBuffer
from bridge.lines.message_port import MessagePort
from bridge.lines.mqtt.mqtt_input import MqttInput
from bridge.lines.mqtt.mqtt_output import MqttOutput


class MqttLines:
    """The `LineDriver` port on topics. Terminals that are requested before `start` are opened by it."""

    def __init__(self, port: MessagePort) -> None:
        self._port = port
        self._facts = FactBuffer()
        self._inputs: dict[str, MqttInput] = {}
        self._outputs: dict[str, tuple[MqttOutput, Level]] = {}
        """Each output, and its level that means connected."""
        self._is_started = False

    def request_input(self, settings: InputSettings) -> None:
        """Follows an input's topics."""
        assert isinstance(settings.line, MqttSource)  # noqa: S101 - the registry sends no other here
        self.release(settings.id)
        opened = MqttInput(settings.id, settings.line, port=self._port, put=self._facts.put)
        self._inputs[settings.id] = opened
        if self._is_started:
            opened.open()

    def request_output(self, settings: OutputSettings, level: Level) -> None:
        """Follows an output's state, and commands its contact once."""
        assert isinstance(settings.line, MqttSink)  # noqa: S101 - the registry sends no other here
        self.release(settings.id)
        opened = MqttOutput(settings.id, settings.line, port=self._port, put=self._facts.put)
        opened.set(contact_of(level, settings.connected_level), None)
        self._outputs[settings.id] = opened, settings.connected_level
        if self._is_started:
            opened.open()

    def drive(self, terminal: str, level: Level, *, until: float | None = None) -> None:
        """Commands an output's contact, with the end of its demand; before `start` it is commanded then."""
        output, connected_level = self._outputs[terminal]
        contact = contact_of(level, connected_level)
        if self._is_started:
            output.drive(contact, until)
        else:
            output.set(contact, until)

    def release(self, terminal: str) -> None:
        """Leaves a terminal's topics; unknown terminals are ignored."""
        if terminal in self._inputs:
            self._inputs.pop(terminal).close()
        if terminal in self._outputs:
            self._outputs.pop(terminal)[0].close()

    def start(self, report: Report) -> None:
        """Reports facts from now on, and opens all terminals, with the event loop running."""
        self._is_started = True
        self._facts.open(report)
        for each in self._inputs.values():
            each.open()
        for output, _ in self._outputs.values():
            output.open()

    def close(self) -> None:
        """Leaves all topics; devices stay as they were commanded last."""
        for terminal in (*self._inputs, *self._outputs):
            self.release(terminal)
