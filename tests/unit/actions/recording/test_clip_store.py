import asyncio
import os
import subprocess
from pathlib import Path

import pytest
from words.waiting import until

from bridge.actions.recording.clip_store import ClipStore
from bridge.actions.recording.mount import missing_card, mount_points, unmounted
from bridge.actions.recording.retention import Limits
from bridge.errors import ActionRefused

is_root = os.geteuid() == 0


async def look(folder, *, mount_point=None, clock_trusted=lambda: True, **limits):
    store = ClipStore(folder=folder, limits=Limits(**limits), mount_point=mount_point, clock_trusted=clock_trusted)
    return store, await store.look()


def make(folder, name="2026-11-23/101500_door.mp4", *, size=10, days_old=0):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(bytes(size))
    then = path.stat().st_mtime - days_old * 86_400
    os.utime(path, (then, then))
    return path


async def test_a_folder_on_a_disk_is_made_and_can_be_written_to(tmp_path):
    store, state = await look(tmp_path / "clips")
    assert state.problem is None
    assert state.free_mb > 0
    assert store.device == tmp_path.stat().st_dev
    assert (tmp_path / "clips").is_dir()


async def test_old_clips_are_deleted_and_empty_days_with_them(tmp_path):
    make(tmp_path, "2026-01-01/101500_door.mp4", days_old=31)
    make(tmp_path, "2026-11-23/101500_door.mp4")
    _, state = await look(tmp_path, keep_days=30)
    assert (state.clips, state.last_clip) == (1, "2026-11-23/101500_door.mp4")
    assert [p.name for p in tmp_path.iterdir()] == ["2026-11-23"]


async def test_only_clips_are_ever_deleted(tmp_path):
    diary = make(tmp_path, "2026-01-01/diary.txt", days_old=99)
    stray = make(tmp_path, "101500_door.mp4", days_old=99)
    (tmp_path / "2026-01-01" / "101500_link.mp4").symlink_to(diary)
    (tmp_path / "2026-01-02").symlink_to(tmp_path)
    await look(tmp_path, keep_days=1)
    assert diary.exists()
    assert stray.exists()


async def test_a_clip_that_is_written_is_not_deleted(tmp_path):
    path = make(tmp_path, days_old=99)
    store = ClipStore(folder=tmp_path, limits=Limits(keep_days=1))
    store.began("2026-11-23/101500_door.mp4")
    await store.look()
    assert path.exists()
    with pytest.raises(ActionRefused, match="being written"):
        store.delete("2026-11-23/101500_door.mp4")
    store.ended("2026-11-23/101500_door.mp4")
    await store.look()
    assert not path.exists()


async def test_a_wrong_clock_deletes_nothing(tmp_path):
    path = make(tmp_path, days_old=99)
    await look(tmp_path, keep_days=1, clock_trusted=lambda: False)
    assert path.exists()


async def test_a_full_card_is_a_problem_that_says_how_full(tmp_path):
    store, state = await look(tmp_path, reserve_mb=10**9)
    assert "is full" in state.problem
    assert store.device is None


async def test_a_folder_that_is_a_file_is_a_problem(tmp_path):
    (tmp_path / "clips").touch()
    _, state = await look(tmp_path / "clips")
    assert state.problem is not None


async def test_a_mount_point_without_its_card_is_a_problem_and_is_not_written_to(tmp_path):
    store, state = await look(tmp_path / "sd" / "clips", mount_point=tmp_path / "sd")
    assert state.problem == f"{tmp_path / 'sd'} is not mounted"
    assert store.device is None
    assert list(tmp_path.iterdir()) == []


async def test_problems_are_reported_on_change_only(tmp_path):
    told = []
    store = ClipStore(folder=tmp_path / "clips", limits=Limits(), mount_point=tmp_path / "sd", report=told.append)
    for _ in range(3):
        await store.look()
    assert len(told) == 1


@pytest.mark.skipif(not is_root, reason="only root can mount")
async def test_a_card_is_noticed_when_it_is_mounted_turns_read_only_and_is_taken_out(tmp_path):
    card = tmp_path / "sd"
    card.mkdir()
    store = ClipStore(folder=card / "clips", limits=Limits(), mount_point=card)

    async def problem():
        return (await store.look()).problem

    assert "not mounted" in await problem()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "card", card], check=False).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        assert await problem() is None
        subprocess.run(["mount", "-o", "remount,ro", card], check=True)
        assert "read-only" in await problem()
    finally:
        subprocess.run(["umount", card], check=True)
    assert "not mounted" in await problem()
    assert list(card.iterdir()) == []


async def test_a_card_that_hangs_is_a_problem_until_it_answers(tmp_path):
    os.mkfifo(tmp_path / "fstab")  # reading it blocks, like a card that hangs
    told = []
    store = ClipStore(
        folder=tmp_path / "clips", limits=Limits(), fstab=tmp_path / "fstab", timeout_s=0.05, report=told.append
    )
    looking = asyncio.create_task(store.look())
    await until(lambda: told)
    assert "does not answer" in store.problem
    assert not looking.done()
    await asyncio.to_thread((tmp_path / "fstab").write_text, "")
    await looking
    assert store.problem is None


def test_clips_are_listed_newest_first(tmp_path):
    for name in ("2026-11-22/235959_a.mp4", "2026-11-23/101500_door.mp4", "2026-11-23/101501_door.mp4"):
        make(tmp_path, name)
    store = ClipStore(folder=tmp_path, limits=Limits())
    assert [clip.name[:17] for clip in store.clips()] == ["2026-11-23/101501", "2026-11-23/101500", "2026-11-22/235959"]


def test_a_clip_is_deleted_by_its_name(tmp_path):
    path = make(tmp_path)
    ClipStore(folder=tmp_path, limits=Limits()).delete("2026-11-23/101500_door.mp4")
    assert not path.exists()


@pytest.mark.parametrize(
    "name", ["../secret.mp4", "/etc/passwd", "2026-11-23/../../x", "2026-11-23/101500_gone.mp4", ""]
)
def test_no_other_file_can_be_named(tmp_path, name):
    make(tmp_path)
    with pytest.raises(ActionRefused):
        ClipStore(folder=tmp_path, limits=Limits()).path_of(name)


def test_a_link_is_not_a_clip(tmp_path):
    make(tmp_path).with_name("101501_door.mp4").symlink_to("/etc/passwd")
    with pytest.raises(ActionRefused):
        ClipStore(folder=tmp_path, limits=Limits()).path_of("2026-11-23/101501_door.mp4")


def test_fstab_names_its_mount_points():
    table = "# comment\n/dev/sda1 / ext4 rw 0 1\nLABEL=sd /mnt/my\\040card vfat ro 0 0\nproc none x\nswap swap swap\n"
    assert mount_points(table) == (Path("/mnt/my card"),)


def test_a_folder_below_a_point_of_fstab_needs_it_mounted(tmp_path):
    assert missing_card(tmp_path / "sd" / "clips", expected=[tmp_path / "sd"]) is not None
    assert missing_card(tmp_path / "other", expected=[tmp_path / "sd"]) is None
    assert missing_card(Path("/proc/clips"), expected=[Path("/proc")]) is None


@pytest.mark.parametrize("folder", ["/mnt/no-such-card/alarms", "/media/no-such-card", "/run/media/me/no-such-card"])
def test_a_folder_where_cards_are_mounted_by_custom_must_not_be_on_the_root(folder):
    assert missing_card(Path(folder), expected=(), root=Path("/")) == f"{folder} is not on a mounted card" or (
        Path(folder).parents[-3].stat().st_dev != Path("/").stat().st_dev
    )


def test_the_root_is_always_mounted():
    assert unmounted(Path("/")) is None
