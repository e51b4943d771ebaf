"""The packets of the search for cameras."""

from __future__ import annotations

import pytest
from servers.camera_search import matches

from bridge.lines.onvif.discovery import FoundCamera, cameras_in, distinct, probe
from bridge.lines.onvif.xml_tree import each_below, tree_of

SERVICE = "http://192.168.1.20/onvif/device_service"


def test_the_question_is_xml_for_transmitters_of_video_with_its_id() -> None:
    root = tree_of(probe("1-2"))
    assert [each.text for each in each_below(root, "MessageID")] == ["urn:uuid:1-2"]
    assert [each.text for each in each_below(root, "Types")] == ["dn:NetworkVideoTransmitter"]


def test_an_answer_gives_address_and_name() -> None:
    answer = matches(SERVICE, name="Front%20gate", endpoint="urn:uuid:AA")
    assert cameras_in(answer, "192.168.1.20") == [
        FoundCamera(endpoint="urn:uuid:aa", address=SERVICE, name="Front gate")
    ]


@pytest.mark.parametrize(
    ("addresses", "best"),
    [
        (("http://169.254.3.4/onvif/device_service", SERVICE), SERVICE),
        (("http://10.0.0.9/onvif/device_service", "http://10.0.0.8/o"), "http://10.0.0.9/onvif/device_service"),
        (("ftp://192.168.1.20/x", "http://me:pw@192.168.1.20/x", "http://[fe80", "http://h:x/"), None),
        ((), None),
    ],
)
def test_of_several_addresses_the_senders_is_taken_and_none_with_a_password(
    addresses: tuple[str, ...], best: str | None
) -> None:
    assert [each.address for each in cameras_in(matches(*addresses), "192.168.1.20")] == ([best] if best else [])


@pytest.mark.parametrize("packet", [b"", b"NOTIFY * HTTP/1.1", b"<a/>", b"<!DOCTYPE a><a/>", b"\xff" * 99])
def test_other_packets_are_no_camera(packet: bytes) -> None:
    assert cameras_in(packet, "192.168.1.20") == []


def test_a_camera_that_answers_twice_or_in_two_networks_is_one() -> None:
    first = FoundCamera(endpoint="a", address="http://10.0.0.20/", name="")
    other = FoundCamera(endpoint="b", address="http://10.0.0.3/", name="")
    same_place = FoundCamera(endpoint="c", address="http://10.0.0.3/", name="")
    elsewhere = FoundCamera(endpoint="a", address="http://10.0.1.20/", name="")
    assert [each.address for each in distinct([first, other, same_place, elsewhere])] == [
        "http://10.0.0.3/",
        "http://10.0.1.20/",
    ]
