"""Questions about cameras, answered by a process of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from servers.camera_search import CameraSearch, matches
from servers.onvif_camera import OnvifCamera
from words.waiting import until

from bridge.errors import ActionFailed, CameraRefused
from bridge.lines.onvif.inquiry import CameraInquiries, Way

PASSWORD = "correct-horse"


def children() -> set[str]:
    """The processes that this one has started."""
    return {pid for each in Path("/proc/self/task").glob("*/children") for pid in each.read_text().split()}


async def test_a_camera_is_found_and_offers_its_lines_with_ids_that_are_new() -> None:
    with OnvifCamera(password=PASSWORD) as camera:
        inquiries = CameraInquiries()
        with CameraSearch([matches(camera.address)]):
            (found,) = await inquiries.search()
        assert (found.address, found.name) == (camera.address, "Gate")
        way = Way(address=found.address, username="cam", password=PASSWORD)
        offer = await inquiries.survey(way, camera=None, taken={"acme-eye-3", "acme-eye-3-2-motion"})
    assert (offer.camera, offer.title, offer.has_picture, offer.has_stream) == (
        "acme-eye-3-2",
        "Acme Eye 3",
        True,
        True,
    )
    assert [each.id for each in offer.inputs if each.is_offered] == [
        "acme-eye-3-2-di-1", "acme-eye-3-2-di-2", "acme-eye-3-2-motion-2", "acme-eye-3-2-line-crossing",
    ]  # fmt: skip
    assert offer.outputs[0].line == {"kind": "onvif_relay", "camera": "acme-eye-3-2", "token": "RO_1"}


async def test_a_refused_log_in_is_told_from_silence_and_nothing_repeats_the_password() -> None:
    inquiries = CameraInquiries()
    with OnvifCamera(password="another") as camera:
        with pytest.raises(CameraRefused) as refused:
            await inquiries.survey(
                Way(address=camera.address, username="cam", password=PASSWORD), camera="gate", taken=()
            )
        address = camera.address
    assert refused.value.is_login
    assert PASSWORD not in str(refused.value)
    with pytest.raises(ActionFailed, match="cannot be reached"):
        await inquiries.survey(Way(address=address), camera="gate", taken=())


async def test_who_no_longer_waits_leaves_no_process_behind() -> None:
    before = children()
    with OnvifCamera() as camera:
        camera.is_awake.clear()
        asked = asyncio.create_task(
            CameraInquiries().survey(Way(address=camera.address), camera=None, taken=()), name="asked"
        )
        await until(lambda: children() != before, what="the process")
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        camera.is_awake.set()
    assert children() == before
