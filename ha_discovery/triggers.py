"""Device triggers: what the automation editor offers for a device, without an entity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from ha_discovery.checks import check_text, check_topic
from ha_discovery.errors import DiscoveryError


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceTrigger:
    """A message on a topic that the editor of automations offers as the device's trigger.

    `type` and `subtype` identify the trigger for ever: automations name device, type and subtype
    (`components/mqtt/device_trigger.py`, TRIGGER_SCHEMA). The editor shows `"<subtype>" <type>`, and the type alone
    where the subtype is empty. It fires when the payload, or the value that `value_template` takes of it, is `payload`;
    without one at each message, retained ones included.
    """

    platform: ClassVar[str] = "device_automation"
    entity_category: ClassVar[None] = None

    topic: str
    type: str
    subtype: str = ""
    payload: str | None = None
    value_template: str | None = None

    def __post_init__(self) -> None:
        """Raises `DiscoveryError` for values that Home Assistant would refuse."""
        check_topic(self.platform, "topic", self.topic, wildcards=True)
        check_text(self.platform, "type", self.type)
        check_text(self.platform, "subtype", self.subtype or None)
        if self.payload == "":
            raise DiscoveryError(self.platform, "payload", "must not be empty, which is any message")

    def config(self) -> dict[str, Any]:
        """Returns the component of a device payload."""
        keys: dict[str, Any] = {
            "platform": self.platform,
            "automation_type": "trigger",
            "topic": self.topic,
            "type": self.type,
            "subtype": self.subtype,
        }
        if self.payload is not None:
            keys["payload"] = self.payload
        if self.value_template is not None:
            keys["value_template"] = self.value_template
        return keys
