"""The lines and media of one camera, asked of a real one of each habit."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from servers.onvif_camera import HABITS, Habits, OnvifCamera

from bridge.errors import CameraRefused
from bridge.lines.onvif.client import Access
from bridge.lines.onvif.survey import survey

LOGIN = Access(username="cam", password="pw")


@pytest.mark.parametrize("habits", HABITS.values(), ids=HABITS.keys())
def test_habits_make_no_difference(habits: Habits) -> None:
    with OnvifCamera(habits) as camera:
        found = asyncio.run(survey(camera.address, LOGIN))
    assert (found.model, found.inputs, found.missing) == ("Acme Eye 3", ("DI_1", "DI_2"), ())
    assert [each.token for each in found.relays] == ["RO_1", "RO_2"]
    assert [each.event for each in found.events] == ["motion", "line_crossing", None]
    assert found.snapshot == f"http://127.0.0.1:{camera.port}/snapshot.jpg"
    assert found.stream == "rtsp://127.0.0.1:8554/main"


class Doorbell(OnvifCamera):
    """A camera that knows nothing of relays and inputs, and does not name its model."""

    def operations(self) -> Any:
        unknown = ("GetRelayOutputs", "GetDigitalInputs", "GetDeviceInformation")
        return {name: each for name, each in super().operations().items() if name not in unknown}


def test_a_part_that_the_camera_has_not_is_missing_and_the_others_are_listed() -> None:
    with Doorbell() as camera:
        found = asyncio.run(survey(camera.address, LOGIN))
    assert found.missing == ("alarm inputs: GetDigitalInputs is refused", "relays: GetRelayOutputs is refused")
    assert (found.model, found.inputs, found.relays) == ("", (), ())
    assert len(found.events) == 3


@pytest.mark.parametrize("access", [Access(), Access(username="cam", password="wrong")])
def test_a_refused_log_in_ends_it_at_the_first_question(access: Access) -> None:
    with OnvifCamera() as camera:
        with pytest.raises(CameraRefused) as refused:
            asyncio.run(survey(camera.address, access))
        assert refused.value.is_login
        assert set(camera.calls) == {"GetSystemDateAndTime", "GetServices"}
