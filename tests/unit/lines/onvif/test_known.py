"""Addresses of cameras as people give them, and cameras of the settings known by theirs."""

from __future__ import annotations

import pytest

from bridge.lines.onvif.known import device_service, known_camera
from bridge.settings.load import validate

SETTINGS = validate(
    {
        "cameras": {
            "gate": {"onvif": "http://10.0.0.2/onvif/device_service"},
            "yard": {"onvif": "https://10.0.0.2:8443/onvif/device_service"},
            "door": {"stream": "rtsp://10.0.0.3/main"},
        }
    }
)


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("10.0.0.2", "http://10.0.0.2/onvif/device_service"),
        ("gate.lan:8000", "http://gate.lan:8000/onvif/device_service"),
        ("https://10.0.0.2/", "https://10.0.0.2/onvif/device_service"),
        ("http://10.0.0.2/device", "http://10.0.0.2/device"),
        ("[fd00::2]", "http://[fd00::2]/onvif/device_service"),
    ],
)
def test_a_host_is_enough(given: str, address: str) -> None:
    assert device_service(given) == address


@pytest.mark.parametrize(
    "given", ["", "rtsp://10.0.0.2/", "10.0.0.2:x", "http://[10", "a b", "http:///x", "me:secret@h"]
)
def test_what_cannot_be_an_address_is_refused_without_repeating_it(given: str) -> None:
    with pytest.raises(ValueError, match=r"host|password") as refused:
        device_service(given)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("http://10.0.0.2:80/other", "gate"),
        ("https://10.0.0.2:8443/onvif/device_service", "yard"),
        ("http://10.0.0.2:8000/onvif/device_service", None),
        ("http://10.0.0.3:8000/onvif/device_service", "door"),
        ("http://10.0.0.4/onvif/device_service", None),
    ],
)
def test_a_camera_is_known_by_host_and_port_of_its_onvif_address_or_the_host_of_another(
    address: str, known: str | None
) -> None:
    found = known_camera(SETTINGS, address)
    assert (found and found[0]) == known
    assert known_camera(None, address) is None
