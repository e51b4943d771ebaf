"""Changes of settings over MQTT: permitted ones are submitted, others are refused with the reason."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bridge.core.facts import Origin
from bridge.mqtt.topics import CommandKind, CommandTopic
from bridge.settings.edits import edits
from bridge.settings.edits import permissions as changeable

if TYPE_CHECKING:
    from bridge.mqtt.commands.receiver import Handler

Submit = Callable[[edits.Edit, Origin], None]
"""Takes an edit; its answer follows later. Raises CommandRefused."""


def settings_handlers(submit: Submit) -> dict[CommandKind, Handler]:
    """Returns the handlers of `settings/set`, of the device, an input and an output, by their kinds.

    Each passes an edit to `submit`, and raises CommandRefused for a setting that may not be changed over MQTT.
    """

    def device(topic: CommandTopic, fields: Mapping[str, object], origin: Origin) -> None:
        """Submits a patch of the device's settings."""
        del topic
        submit(edits.patch_rest(fields, only=changeable.REST), origin)

    def an_input(topic: CommandTopic, fields: Mapping[str, object], origin: Origin) -> None:
        """Submits a patch of one input's settings."""
        submit(edits.patch_input(topic.target, fields, only=changeable.INPUT), origin)

    def an_output(topic: CommandTopic, fields: Mapping[str, object], origin: Origin) -> None:
        """Submits a patch of one output's settings."""
        submit(edits.patch_output(topic.target, fields, only=changeable.OUTPUT), origin)

    return {
        CommandKind.DEVICE_SETTINGS: device,
        CommandKind.INPUT_SETTINGS: an_input,
        CommandKind.OUTPUT_SETTINGS: an_output,
    }
