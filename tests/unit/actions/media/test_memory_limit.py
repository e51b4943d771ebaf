"""RTSP servers that announce more than there is memory."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from servers.raw_camera import RawCamera

from bridge.actions.media.child import MediaChild
from bridge.actions.media.messages import OpenCamera, PictureMissed, TakePicture

pytest.importorskip("av", reason="streams need PyAV, of the extra `media`")

MANY = b"m=video 0 RTP/AVP 96\r\n" * 3000


def endless(request):
    """The first answer of an RTSP server: 2 GB, and it sends them."""
    sequence = re.search(r"CSeq: (\d+)", request.text)
    yield f"RTSP/1.0 200 OK\r\nCSeq: {sequence[1]}\r\nContent-Length: 2000000000\r\n\r\n".encode()
    while True:
        yield MANY


def memory_mb(child, name):
    """A figure of the child's memory, in MB."""
    found = re.search(rf"{name}:\s+(\d+) kB", Path(f"/proc/{child.pid}/status").read_text())
    return int(found[1]) / 1024


async def test_an_answer_of_two_gigabytes_fails_and_is_not_kept():
    with RawCamera(answer=endless) as camera:
        address = f"rtsp://127.0.0.1:{camera.port}/stream"
        child = await MediaChild.start(OpenCamera(full_url=address, ca_file=None))
        try:
            child.order(TakePicture(request=0, at=time.monotonic()))
            report = await child.report(silence_s=40.0)
            assert isinstance(report, PictureMissed)
            assert memory_mb(child, "VmHWM") < 150
        finally:
            await child.stop()


async def test_the_kernel_ends_the_media_process_before_the_daemon():
    child = await MediaChild.start(OpenCamera(full_url="rtsp://127.0.0.1:1/stream", ca_file=None))
    try:
        child.order(TakePicture(request=0, at=time.monotonic()))
        await child.report(silence_s=40.0)
        assert Path(f"/proc/{child.pid}/oom_score_adj").read_text() == "1000\n"
    finally:
        await child.stop()
