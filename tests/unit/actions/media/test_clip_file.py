import threading

import pytest

pytest.importorskip("av", reason="clips need PyAV (the extra named media)")

import av

from bridge.actions.media.clip_file import ClipFile
from bridge.actions.media.messages import BeginClip, ClipBegun, ClipEnded
from bridge.actions.media.ring_recorder import Recorder
from bridge.actions.media.stream import packets

DAY, STEM = "2026-11-23", "101500_door"


@pytest.fixture(scope="module", params=["libx264", "libx265"])
def source(request, tmp_path_factory):
    """Four seconds with B-pictures, as a stream that is open."""
    path = tmp_path_factory.mktemp("source") / "source.ts"
    with av.open(str(path), "w") as out:
        stream = out.add_stream(request.param, rate=15)
        stream.width, stream.height, stream.pix_fmt, stream.gop_size = 320, 180, "yuv420p", 15
        stream.options = {"x265-params": "log-level=none:keyint=15", "sc_threshold": "0"}
        for number in range(60):
            frame = av.VideoFrame(320, 180, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([number * 4 & 255]) * plane.buffer_size)
            frame.pts = number
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    with av.open(str(path)) as opened:
        streams = [opened.streams.video[0]]
        yield streams, list(packets(opened, streams, frozen_s=10))


def written(folder, source):
    streams, held = source
    clip = ClipFile(folder=folder, day=DAY, stem=STEM, streams=streams, begin=held[0])
    for packet in held:
        clip.write(packet)
    clip.close()
    return clip


def test_every_picture_is_in_the_clip_in_the_right_order(tmp_path, source):
    clip = written(tmp_path, source)
    with av.open(str(clip.path)) as played:
        track = played.streams.video[0]
        shown = [frame.time for frame in played.decode(track)]
        assert track.codec_context.codec_tag == {"h264": "avc1", "hevc": "hvc1"}[track.codec_context.name]
    assert len(shown) == 60
    assert shown == pytest.approx([shown[0] + number / 15 for number in range(60)], abs=0.01)


def test_a_clip_that_is_there_is_never_written_over(tmp_path, source):
    first, second = written(tmp_path, source), written(tmp_path, source)
    assert [clip.path.name for clip in (first, second)] == [f"{STEM}.mp4", f"{STEM}-2.mp4"]
    assert first.path.stat().st_size == second.path.stat().st_size


def test_a_clip_that_was_cut_off_anywhere_plays_what_was_flushed(tmp_path, source):
    streams, held = source
    clip = ClipFile(folder=tmp_path, day=DAY, stem=STEM, streams=streams, begin=held[0])
    for packet in held:
        clip.write(packet)
    copy = tmp_path / "cut.mp4"
    copy.write_bytes(clip.path.read_bytes())
    clip.close()
    with av.open(str(copy)) as played:
        assert len(list(played.decode(video=0))) >= 45 - 3


class Told:
    def __init__(self):
        self.reports, self.ended = [], threading.Semaphore(0)

    def __call__(self, report):
        self.reports.append(report)
        if isinstance(report, ClipEnded):
            self.ended.release()


def order(folder, clip=1, device=None):
    device = folder.stat().st_dev if device is None else device
    return BeginClip(clip=clip, folder=str(folder), device=device, day=DAY, stem=f"{STEM}-{clip}", at=0.0)


def test_every_order_is_answered_by_one_end(tmp_path, source):
    streams, held = source
    told = Told()
    recorder = Recorder(streams=streams, pre_s=30, report=told)
    recorder.begin(order(tmp_path, 1))
    recorder.begin(order(tmp_path, 2))
    for packet in held[:20]:
        recorder.take(packet)
    recorder.begin(order(tmp_path, 3))
    for packet in held[20:40]:
        recorder.take(packet)
    recorder.begin(order(tmp_path, 4))
    recorder.end()
    assert recorder.finish(within_s=5)
    begun = sorted(report.clip for report in told.reports if isinstance(report, ClipBegun))
    ended = sorted(report.clip for report in told.reports if isinstance(report, ClipEnded))
    assert (begun, ended) == ([2, 3], [1, 2, 3, 4])


def test_another_card_than_the_one_that_was_meant_is_not_written_to(tmp_path, source):
    streams, held = source
    told = Told()
    recorder = Recorder(streams=streams, pre_s=30, report=told)
    recorder.take(held[0])
    recorder.begin(order(tmp_path, device=-1))
    assert told.ended.acquire(timeout=5)
    assert recorder.finish(within_s=5)
    assert told.reports == [ClipEnded(clip=1, path=None, seconds=0.0, error="the card was taken out")]
    assert list(tmp_path.iterdir()) == []


def test_a_card_that_failed_gets_the_held_seconds_again_with_the_next_order(tmp_path, source):
    streams, held = source
    told = Told()
    recorder = Recorder(streams=streams, pre_s=30, report=told)
    for packet in held[:30]:
        recorder.take(packet)
    recorder.begin(order(tmp_path / "missing" / "..", 1, device=tmp_path.stat().st_dev))
    assert told.ended.acquire(timeout=5)
    recorder.begin(order(tmp_path, 2))
    assert recorder.finish(within_s=5)
    assert [type(report).__name__ for report in told.reports] == ["ClipEnded", "ClipBegun", "ClipEnded"]
    assert told.reports[0].error is not None
    assert told.reports[2].seconds > 1.5
