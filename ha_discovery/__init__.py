"""Home Assistant's MQTT discovery, device based: describe a device, get the payload to publish.

    >>> from ha_discovery import *
    >>> door = BinarySensor(unique_id="gate_door", name="Door", object_id="gate_door",
    ...                     state_topic="gate/door", device_class="door")
    >>> gate = Discovery(device=Device(name="Gate", identifiers=("gate",)), origin=Origin(name="gate2mqtt"),
    ...                  components={"door": door}, availability=Availability(topics=("gate/availability",)))
    >>> device_topic("homeassistant", "gate")
    'homeassistant/device/gate/config'
    >>> sorted(device_payload(gate)["components"]["door"])[:3]
    ['default_entity_id', 'device_class', 'name']

Publish `encode(device_payload(gate))` retained to that topic.

Descriptions are frozen and named as the payload's keys are; None leaves a key out. Their constructors
raise `DiscoveryError` for all that Home Assistant would refuse, would drop without a word, or
would complain about in its log, as far as that can be known from the description alone. Each
rule names its source in Home Assistant's code, as of 2026.11.0. Payloads are good from 2024.12
on, the first with device based discovery, but for words younger than the release (`vocabulary`).
Templates are passed on unread.

Updating and removing:

* A payload updates the components that it names. A component that it leaves out stays.
* `removal_payload` removes components; publish it, then the complete payload.
* A component whose platform changes is removed first, under its old platform.
* `DEVICE_REMOVAL`, the empty payload, removes the device; only once, a second one logs a warning.
* `MIGRATION` on a topic lets its components move to other topics, with history, own names and entity ids.
  Publish it, wait until Home Assistant has unloaded them, then the new topics, and last what stays.
* A person who deletes the device in Home Assistant makes it publish that empty payload itself.
* `unique_id` and `object_id` count only when an entity is made.
* Two complete payloads of one device should be a second apart: while Home Assistant works on a
  component, what follows it in the next payload is dropped.
* A state that is not retained and comes within 0.15 s of the discovery is lost: retain states.

It needs nothing but the standard library and does nothing but compute.
"""

from ha_discovery.controls import Button, Notify, Siren, Switch
from ha_discovery.device import Availability, Device, Origin
from ha_discovery.entity import Entity
from ha_discovery.errors import DiscoveryError
from ha_discovery.payload import (
    DEVICE_REMOVAL,
    MIGRATION,
    Component,
    Discovery,
    device_payload,
    device_topic,
    encode,
    removal_payload,
)
from ha_discovery.readings import BinarySensor, Event, Image, Sensor
from ha_discovery.triggers import DeviceTrigger
from ha_discovery.values import Number, Select, Text

__all__ = [
    "DEVICE_REMOVAL",
    "MIGRATION",
    "Availability",
    "BinarySensor",
    "Button",
    "Component",
    "Device",
    "DeviceTrigger",
    "Discovery",
    "DiscoveryError",
    "Entity",
    "Event",
    "Image",
    "Notify",
    "Number",
    "Origin",
    "Select",
    "Sensor",
    "Siren",
    "Switch",
    "Text",
    "device_payload",
    "device_topic",
    "encode",
    "removal_payload",
]
