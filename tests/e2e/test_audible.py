import asyncio
import contextlib
import os
import shutil
import time
from pathlib import Path

import pytest
from servers.process import wait_until
from servers.sound_card import RATE_HZ, SoundCard, write_tone

from bridge.actions.sound.speaker import Speaker
from bridge.errors import ActionFailed, ActionRefused

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(shutil.which("aplay") is None, reason="no aplay (Debian's alsa-utils)"),
]


@pytest.fixture
def card(tmp_path, monkeypatch):
    card = SoundCard(tmp_path / "card")
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(card.configuration))
    return card


@pytest.fixture
def clips(tmp_path):
    folder = tmp_path / "clips"
    folder.mkdir()
    write_tone(folder / "dog.wav", hz=880, seconds=0.5)
    write_tone(folder / "bell.wav", hz=440, seconds=0.5, rate_hz=44_100, channels=2)
    return folder


async def play(folder, **request):
    return await Speaker(device="default", folder=folder).play(**request)


def players_left():
    """Players that this process started; a line of /proc/PID/stat is `pid (name) state parent …`."""
    stats = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            stats.append((folder / "stat").read_text())
    return [s for s in stats if "(aplay)" in s and s.rpartition(")")[2].split()[1] == str(os.getpid())]


async def test_a_clip_is_heard_as_often_as_it_is_repeated(card, clips):
    played = await play(clips, clips=["dog.wav"], repeat=3)
    assert (played.ended, played.skipped) == ("finished", ())
    wait_until(lambda: card.heard_s() > 1.45)
    assert card.heard_s() == pytest.approx(1.5, abs=0.1)
    assert card.frequency_hz() == pytest.approx(880, abs=15)
    assert card.loudest() == pytest.approx(16_384, rel=0.02)


async def test_volume_is_heard(card, clips):
    await play(clips, clips=["dog.wav"], volume=25)
    wait_until(lambda: card.heard_s() > 0.4)
    assert card.loudest() == pytest.approx(4_096, rel=0.02)


async def test_clips_of_two_formats_follow_each_other(card, clips):
    played = await play(clips, clips=["dog.wav", "bell.wav"])
    assert played.ended == "finished"
    wait_until(lambda: card.heard_s() > 0.9)
    assert card.frequency_hz(last_s=0.4) == pytest.approx(440, abs=15)


async def test_silence_stops_at_once(card, clips):
    speaker = Speaker(device="default", folder=clips)
    playing = asyncio.create_task(speaker.play(clips=["dog.wav"], repeat="while_active", owner="door"))
    await asyncio.to_thread(wait_until, lambda: len(card.samples()) > RATE_HZ // 2)
    begin = time.monotonic()
    speaker.silence()
    played = await playing
    assert played.ended == "silenced"
    assert time.monotonic() - begin < 0.5
    assert not players_left()


async def test_the_newest_sound_replaces_what_plays(card, clips):
    speaker = Speaker(device="default", folder=clips)
    playing = [asyncio.create_task(speaker.play(clips=["dog.wav"], repeat=50))]
    await asyncio.to_thread(wait_until, lambda: len(card.samples()) > RATE_HZ // 4)
    playing.append(asyncio.create_task(speaker.play(clips=["dog.wav"], repeat=50)))
    playing.append(asyncio.create_task(speaker.play(clips=["bell.wav"])))
    first, second, third = await asyncio.gather(*playing)
    assert [first.ended, second.ended, third.ended] == ["replaced", "replaced", "finished"]
    assert second.seconds == 0
    wait_until(lambda: card.frequency_hz(last_s=0.3) == pytest.approx(440, abs=15))


async def test_a_sound_while_active_ends_with_its_own_alarm_only(card, clips):
    speaker = Speaker(device="default", folder=clips)
    playing = asyncio.create_task(speaker.play(clips=["dog.wav"], repeat="while_active", owner="door"))
    await asyncio.to_thread(wait_until, lambda: len(card.samples()) > RATE_HZ // 4)
    speaker.end("window")
    heard = len(card.samples())
    await asyncio.to_thread(wait_until, lambda: len(card.samples()) > heard + RATE_HZ // 2)
    speaker.end("door")
    played = await playing
    assert played.ended == "alarm_ended"


async def test_a_counted_sound_outlives_its_alarm(card, clips):
    speaker = Speaker(device="default", folder=clips)
    playing = asyncio.create_task(speaker.play(clips=["dog.wav"], repeat=2, owner="door"))
    await asyncio.to_thread(wait_until, lambda: len(card.samples()) > RATE_HZ // 4)
    speaker.end("door")
    played = await playing
    assert played.ended == "finished"


@pytest.mark.usefixtures("card")
async def test_a_time_limit_ends_a_sound(clips):
    played = await play(clips, clips=["dog.wav"], repeat="while_active", limit_s=0.6)
    assert played.ended == "time"
    assert played.seconds < 1.5


async def test_a_short_clip_lasts_for_the_whole_time_that_was_asked_for(card, clips):
    write_tone(clips / "tick.wav", seconds=0.01)
    played = await play(clips, clips=["tick.wav"], repeat="for_a_time", limit_s=2)
    assert played.ended == "time"
    assert played.seconds == pytest.approx(2, abs=0.5)
    assert len(card.samples()) > RATE_HZ


async def test_a_broken_clip_is_left_out_and_told(card, clips):
    (clips / "broken.wav").write_bytes(b"RIFF")
    played = await play(clips, clips=["broken.wav", "dog.wav", "gone.wav"])
    assert played.ended == "finished"
    assert len(played.skipped) == 2
    wait_until(lambda: card.heard_s() > 0.4)


@pytest.mark.usefixtures("card")
async def test_no_clip_at_all_is_refused(clips):
    with pytest.raises(ActionRefused, match=r"gone\.wav does not exist"):
        await play(clips, clips=["gone.wav"])


async def test_a_missing_sound_device_is_a_failure_that_names_it(tmp_path, monkeypatch, clips):
    absent = SoundCard(tmp_path / "absent", absent=True)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(absent.configuration))
    with pytest.raises(ActionFailed, match=r"sound device default cannot be used \(No such"):
        await play(clips, clips=["dog.wav"], repeat=50)


async def test_a_missing_player_is_refused(clips):
    with pytest.raises(ActionRefused, match="alsa-utils"):
        await Speaker(device="default", folder=clips, player="no-such-aplay").play(clips=["dog.wav"])


async def test_a_task_that_is_cancelled_leaves_no_player_behind(card, clips):
    speaker = Speaker(device="default", folder=clips)
    playing = asyncio.create_task(speaker.play(clips=["dog.wav"], repeat="while_active"))
    await asyncio.to_thread(wait_until, lambda: len(card.samples()) > 1000)
    playing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await playing
    assert not players_left()
