"""The kinds of input, and the world outside each."""

from __future__ import annotations

from collections.abc import Mapping

from fakes.outsides.absent_camera import CameraLostOutside
from fakes.outsides.camera import CameraOutside, HeldMotionOutside, MotionOutside
from fakes.outsides.health_part import HealthOutside, LastingHealthOutside
from fakes.outsides.http_caller import HttpOutside
from fakes.outsides.members import AnyOfThem, CombinedOutside, WithinATime
from fakes.outsides.mqtt_device import (
    DeviceThatGoesOffline,
    DeviceThatIsAsked,
    MqttOutside,
    RetainingDevice,
    RingingDevice,
    SilentDevice,
)
from fakes.outsides.outside import Outside
from fakes.outsides.room import SoundOutside

OUTSIDES: Mapping[str, type[Outside]] = {
    "mqtt": MqttOutside,
    "mqtt, retained": RetainingDevice,
    "mqtt with hold_s": RingingDevice,
    "mqtt with stale_s": SilentDevice,
    "mqtt with availability": DeviceThatGoesOffline,
    "mqtt with ask": DeviceThatIsAsked,
    "http": HttpOutside,
    "onvif_input": CameraOutside,
    "onvif_event": MotionOutside,
    "onvif_event with hold_s": HeldMotionOutside,
    "camera_lost": CameraLostOutside,
    "health": HealthOutside,
    "health with after_s": LastingHealthOutside,
    "sound": SoundOutside,
    "combined, all": CombinedOutside,
    "combined, any": AnyOfThem,
    "combined within a time": WithinATime,
}
