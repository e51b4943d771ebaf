"""Addresses that a camera gives, made to lead where the settings lead."""

from __future__ import annotations

import pytest

from bridge.lines.onvif.address import mended


@pytest.mark.parametrize(
    ("given", "configured", "wanted"),
    [
        ("http://cam:80/onvif/events", "http://cam/onvif/device_service", "http://cam:80/onvif/events"),
        ("http://cam:8080/events", "http://cam/onvif/device_service", "http://cam:8080/events"),
        ("http://10.0.0.9:8000/events?a=1", "http://cam:81/onvif", "http://cam:81/events?a=1"),
        ("http://10.0.0.9/events", "https://cam/onvif", "https://cam/events"),
        ("/onvif/events", "http://cam:81/onvif", "http://cam:81/onvif/events"),
        ("rtsp://10.0.0.9:8554/main", "http://cam:81/onvif", "rtsp://cam:8554/main"),
        ("rtsp://10.0.0.9/main", "http://[fe80::1]:81/onvif", "rtsp://[fe80::1]/main"),
        ("rtsp://user:word@cam/main", "http://cam/onvif", "rtsp://cam/main"),
    ],
)
def test_another_host_becomes_the_configured_one_and_over_http_its_port_too(given: str, configured: str, wanted: str):
    assert mended(given, configured) == wanted


def test_what_is_no_address_is_refused():
    with pytest.raises(ValueError, match=r"."):
        mended("http://[", "http://cam/onvif")
