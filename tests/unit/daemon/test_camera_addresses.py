"""Addresses that cameras named, in the settings that the linkage gets."""

from __future__ import annotations

from words.builders import settings_of

from bridge.daemon.camera_addresses import with_addresses
from bridge.lines.camera_port import CameraAddresses

FOUND = {"gate": CameraAddresses(snapshot="http://gate/a.jpg", stream="rtsp://gate/main")}


def test_what_a_camera_named_stands_where_the_settings_leave_it_open():
    settings = settings_of(cameras={"gate": {"onvif": "http://gate/onvif", "snapshot": "http://gate/mine.jpg"}})
    camera = with_addresses(settings, FOUND).cameras["gate"]
    assert (camera.snapshot, camera.stream) == ("http://gate/mine.jpg", "rtsp://gate/main")


def test_a_camera_without_onvif_and_one_that_named_nothing_stay_as_they_are():
    settings = settings_of(cameras={"gate": {"stream": "rtsp://gate/a"}, "yard": {"onvif": "http://yard/onvif"}})
    assert with_addresses(settings, FOUND) is settings
