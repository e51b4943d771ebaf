import asyncio
import contextlib
import importlib.util
import math
import os
import shutil
import signal
import subprocess
import time
from functools import partial
from types import SimpleNamespace

import pytest
from servers.camera import RtspCamera, rtsp_camera_is_missing
from words.waiting import until

from bridge.actions.camera.jpeg import measure
from bridge.actions.recording.clip_store import ClipStore
from bridge.actions.recording.recorder import CameraRecorder
from bridge.actions.recording.reports import ClipFinished, ClipMissed, ClipStarted, ClipTimes, StreamState
from bridge.actions.recording.retention import Limits
from bridge.errors import ActionError
from bridge.text.device_url import device_url

MISSING = rtsp_camera_is_missing() or next(
    (f"no {tool} (Debian's ffmpeg)" for tool in ("ffprobe", "ffmpeg") if shutil.which(tool) is None),
    None if importlib.util.find_spec("av") else "no PyAV (the extra named media)",
)
pytestmark = [pytest.mark.e2e, pytest.mark.skipif(MISSING is not None, reason=MISSING or "")]

GOP_S = 1.0
TIMES = ClipTimes(pre_s=2, post_s=1, frozen_s=3)


@pytest.fixture(scope="module")
def camera(tmp_path_factory):
    with RtspCamera(tmp_path_factory.mktemp("camera"), user="viewer", password="p:w/ä", digest=True) as camera:
        yield camera


def probe(path, *entries, packets=False, whole=True):
    """`whole`: a file that is being written is a fault."""
    command = ["ffprobe", "-v", "error", "-of", "csv=p=0", "-show_entries", ":".join(entries)]
    command += ["-select_streams", "v"] if packets else []
    return subprocess.run([*command, path], capture_output=True, text=True, check=whole).stdout.split()


def seconds_of(path):
    return float(probe(path, "format=duration")[-1])


def assert_plays(path):
    """Begins with a key picture, and a player has nothing to complain of from the first to the last picture."""
    assert probe(path, "packet=flags", packets=True)[0].startswith("K")
    played = subprocess.run(
        ["ffmpeg", "-nostdin", "-v", "warning", "-i", path, "-f", "null", "-"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert played.stderr == ""


@contextlib.asynccontextmanager
async def recording(camera, folder, *, password="p:w/ä", times=TIMES, **storage):  # noqa: S107 - made up
    told = []
    store = ClipStore(folder=folder, limits=Limits(), **storage)
    url = device_url(camera.url, username="viewer", password=password)
    recorder = CameraRecorder(camera="gate", url=url, store=store, report=told.append, times=times)

    def of(kind):
        return [report for report in told if isinstance(report, kind)]

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(store.run()), group.create_task(recorder.run())]
        try:
            yield SimpleNamespace(
                recorder=recorder, store=store, told=told, until=partial(until, within_s=20.0), of=of, folder=folder
            )
        finally:
            for task in tasks:
                task.cancel()


async def filled(rig, *, seconds=TIMES.pre_s):
    """The stream is there, and its ring reaches back so far."""
    await rig.until(lambda: rig.recorder.problem is None)

    async def missing_ms():
        try:
            picture = await rig.recorder.picture(at=time.monotonic() - seconds - 0.1)
        except ActionError:
            return math.inf
        return abs(picture.offset_ms)

    async with asyncio.timeout(20):
        while seconds and await missing_ms() > 70:
            await asyncio.sleep(0.05)


async def written(rig, clip, *, seconds):
    """So much of a clip is on the disk and can be played."""

    def played_s():
        played = probe(rig.folder / clip.name, "format=duration", whole=False)
        return float(played[-1]) if played and played[-1] != "N/A" else 0.0

    async with asyncio.timeout(20):
        while await asyncio.to_thread(played_s) < seconds:
            await asyncio.sleep(0.05)


async def stays(condition, *, for_s=1.0):
    """What must not happen is looked for all the time."""
    end = time.monotonic() + for_s
    while time.monotonic() < end:
        assert condition()
        await asyncio.sleep(0.01)


async def test_a_clip_holds_the_seconds_before_the_alarm_and_the_post_roll(camera, tmp_path):
    async with recording(camera, tmp_path) as rig:
        await filled(rig)
        begin = time.monotonic()
        rig.recorder.begin(input="door", at=begin)
        await rig.until(lambda: rig.of(ClipStarted))
        await written(rig, rig.of(ClipStarted)[0], seconds=rig.of(ClipStarted)[0].pre_s + 1)
        rig.recorder.end(input="door")
        ended_s = time.monotonic() - begin
        await rig.until(lambda: rig.of(ClipFinished))
        live_s = time.monotonic() - begin
        assert rig.store.state.problem is None
    (started,), (finished,) = rig.of(ClipStarted), rig.of(ClipFinished)
    assert started.name == finished.name
    assert started.name.endswith("_door.mp4")
    assert TIMES.pre_s <= started.pre_s <= TIMES.pre_s + GOP_S + 0.2
    assert finished.error is None
    path = tmp_path / finished.name
    assert seconds_of(path) == pytest.approx(started.pre_s + live_s, abs=0.5)
    assert live_s >= ended_s + TIMES.post_s - 0.1
    assert set(probe(path, "stream=codec_name")) == {"h264", "aac"}
    assert_plays(path)


async def test_two_inputs_share_one_clip_that_a_retrigger_extends(camera, tmp_path):
    times = ClipTimes(pre_s=1, post_s=3, frozen_s=3)
    async with recording(camera, tmp_path, times=times) as rig:
        await filled(rig, seconds=times.pre_s)
        begin = time.monotonic()
        rig.recorder.begin(input="door", at=begin)
        rig.recorder.begin(input="window", at=time.monotonic())
        rig.recorder.end(input="door")
        await rig.until(lambda: rig.of(ClipStarted))
        (clip,) = rig.of(ClipStarted)
        await written(rig, clip, seconds=clip.pre_s + 1)
        rig.recorder.end(input="window")
        await written(rig, clip, seconds=clip.pre_s + 2)
        assert not rig.of(ClipFinished)
        rig.recorder.begin(input="door", at=time.monotonic())
        rig.recorder.end(input="door")
        ended_s = time.monotonic() - begin
        await rig.until(lambda: rig.of(ClipFinished))
    assert len(rig.of(ClipStarted)) == 1
    assert seconds_of(tmp_path / clip.name) >= clip.pre_s + ended_s + times.post_s - 0.5


async def test_a_long_alarm_is_split_without_losing_a_picture(camera, tmp_path):
    async with recording(camera, tmp_path, times=ClipTimes(pre_s=1, post_s=1, split_s=4)) as rig:
        await filled(rig, seconds=1)
        rig.recorder.begin(input="door", at=time.monotonic())
        await rig.until(lambda: len(rig.of(ClipFinished)) == 2)
        rig.recorder.end(input="door")
        await rig.until(lambda: len(rig.of(ClipFinished)) == 3)
    paths = [tmp_path / clip.name for clip in rig.of(ClipFinished)]
    assert len(set(paths)) == 3
    pictures = [len(probe(path, "packet=pts", packets=True)) for path in paths]
    assert pictures[1] == pytest.approx(4 * 15, abs=16)
    for path in paths:
        assert_plays(path)


async def test_a_clip_plays_to_its_last_seconds_when_the_media_process_is_killed(camera, tmp_path):
    async with recording(camera, tmp_path) as rig:
        await filled(rig)
        begin = time.monotonic()
        rig.recorder.begin(input="door", at=begin)
        await rig.until(lambda: rig.of(ClipStarted))
        await written(rig, rig.of(ClipStarted)[0], seconds=rig.of(ClipStarted)[0].pre_s + 2)
        killed_s = time.monotonic() - begin
        os.kill(rig.recorder.pid, signal.SIGKILL)
        await rig.until(lambda: rig.of(ClipFinished))
        (cut,) = rig.of(ClipFinished)
        assert "died" in str(cut.error)
        # The alarm goes on, so another process writes another clip.
        await rig.until(lambda: len(rig.of(ClipStarted)) == 2)
    path = tmp_path / cut.name
    assert seconds_of(path) >= rig.of(ClipStarted)[0].pre_s + killed_s - 2.5
    assert_plays(path)


async def test_a_stream_that_dies_ends_its_clip_and_a_new_one_begins_when_it_is_back(tmp_path):
    with RtspCamera(tmp_path) as camera:
        async with recording(camera, tmp_path / "clips") as rig:
            await filled(rig)
            rig.recorder.begin(input="door", at=time.monotonic())
            await rig.until(lambda: rig.of(ClipStarted))
            await written(rig, rig.of(ClipStarted)[0], seconds=rig.of(ClipStarted)[0].pre_s + 1)
            await asyncio.to_thread(camera.kill)
            await rig.until(lambda: rig.of(ClipFinished))
            assert rig.of(ClipFinished)[0].error is None
            await rig.until(lambda: rig.recorder.problem is not None)
            await asyncio.to_thread(camera.start)
            await rig.until(lambda: len(rig.of(ClipStarted)) == 2)
            await written(rig, rig.of(ClipStarted)[1], seconds=1)
        problems = [state.problem is None for state in rig.of(StreamState)]
    assert problems == [True, False, True]
    assert len(rig.of(ClipFinished)) == 2
    for clip in rig.of(ClipFinished):
        assert_plays(tmp_path / "clips" / clip.name)


async def test_a_camera_that_freezes_is_noticed_and_comes_back(tmp_path):
    with RtspCamera(tmp_path) as camera:
        async with recording(camera, tmp_path / "clips") as rig:
            await filled(rig, seconds=1)
            camera.pause()
            await rig.until(lambda: rig.recorder.problem is not None)
            camera.resume()
            await rig.until(lambda: rig.recorder.problem is None)


async def test_a_media_process_that_hangs_is_replaced(camera, tmp_path):
    async with recording(camera, tmp_path, times=ClipTimes(pre_s=2, post_s=1, silence_s=2)) as rig:
        await filled(rig, seconds=0)
        hung = rig.recorder.pid
        os.kill(hung, signal.SIGSTOP)
        await rig.until(lambda: rig.recorder.pid not in (hung, None))
        await rig.until(lambda: rig.recorder.problem is None)
    with pytest.raises(ProcessLookupError):
        os.kill(hung, 0)


async def test_a_camera_with_key_pictures_in_slices_and_equal_stamps_gives_clean_clips(tmp_path):
    with RtspCamera(tmp_path, nasty=True, audio="aac") as camera:
        async with recording(camera, tmp_path / "clips") as rig:
            await filled(rig)
            rig.recorder.record(input="gate", seconds=2, at=time.monotonic())
            await rig.until(lambda: rig.of(ClipFinished))
    path = tmp_path / "clips" / rig.of(ClipFinished)[0].name
    assert_plays(path)
    pictures = probe(path, "packet=pts_time", packets=True)
    assert len(pictures) == pytest.approx(seconds_of(path) * 15, abs=4)


async def test_the_picture_of_an_instant_comes_from_the_ring(camera, tmp_path):
    async with recording(camera, tmp_path) as rig:
        await filled(rig)
        instant = time.monotonic() - 1.5
        picture = await rig.recorder.picture(at=instant)
    assert abs(picture.offset_ms) <= 70
    assert (picture.width, picture.height) == (640, 360)
    assert measure(picture.jpeg).length == len(picture.jpeg)


async def test_a_wrong_password_is_told_without_it_and_not_hammered(camera, tmp_path):
    async with recording(camera, tmp_path, password="s3cret-wrong") as rig:
        rig.recorder.record(input="gate", seconds=3, at=time.monotonic())
        await rig.until(lambda: rig.of(ClipMissed))
        await stays(lambda: rig.recorder.pid is None)
    (state,) = rig.of(StreamState)
    assert "refused" in state.problem
    assert "s3cret" not in repr(rig.told)
    assert "refused" in str(rig.of(ClipMissed)[0].error)


async def test_a_card_that_is_not_mounted_is_a_missed_clip_and_nothing_else(camera, tmp_path):
    async with recording(camera, tmp_path / "sd" / "clips", mount_point=tmp_path / "sd") as rig:
        await filled(rig, seconds=0)
        rig.recorder.record(input="gate", seconds=0.5, at=time.monotonic())
        await rig.until(lambda: rig.of(ClipMissed))
    assert "not mounted" in str(rig.of(ClipMissed)[0].error)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount")
async def test_a_card_that_fills_up_ends_the_clip_in_an_error_and_what_is_there_plays(camera, tmp_path):
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "card", tmp_path], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        async with recording(camera, tmp_path) as rig:
            await filled(rig)
            rig.recorder.begin(input="door", at=time.monotonic())
            await rig.until(lambda: rig.of(ClipFinished))
            await rig.recorder.picture(at=time.monotonic())
            failed = rig.of(ClipFinished)[0]
            assert "No space left" in str(failed.error)
            assert seconds_of(tmp_path / failed.name) > 1
    finally:
        subprocess.run(["umount", tmp_path], check=True)


async def test_a_media_process_that_is_told_to_terminate_finishes_its_clip(camera, tmp_path):
    async with recording(camera, tmp_path) as rig:
        await filled(rig, seconds=1)
        rig.recorder.record(input="gate", seconds=60, at=time.monotonic())
        await rig.until(lambda: rig.of(ClipStarted))
        os.kill(rig.recorder.pid, signal.SIGTERM)
        await rig.until(lambda: rig.of(ClipFinished))
        assert rig.of(ClipFinished)[0].error is None
        # A loss is told each time, also soon after the one before.
        await rig.until(lambda: len(rig.of(StreamState)) == 3)
        os.kill(rig.recorder.pid, signal.SIGTERM)
        await rig.until(lambda: len(rig.of(StreamState)) == 4)
    assert [state.problem for state in rig.of(StreamState)] == [None, "stopped", None, "stopped"]
    assert_plays(tmp_path / rig.of(ClipFinished)[0].name)


async def test_when_the_bridge_ends_the_clip_is_finished_and_no_process_is_left(camera, tmp_path):
    async with recording(camera, tmp_path) as rig:
        await filled(rig, seconds=1)
        rig.recorder.begin(input="door", at=time.monotonic())
        await rig.until(lambda: rig.of(ClipStarted))
        pid = rig.recorder.pid
        begin = time.monotonic()
    assert time.monotonic() - begin < 5
    assert rig.of(ClipFinished)[0].error is None
    assert_plays(tmp_path / rig.of(ClipFinished)[0].name)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
