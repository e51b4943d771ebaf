"""Pictures on a disk that is good, bad or dead."""

from __future__ import annotations

import asyncio
import gc
import logging
import threading

import pytest

from bridge.errors import StoreError
from bridge.linkage.delivery.picture_cache import PictureCache
from bridge.store.outbox_pictures import Pictures


class DeadDisk(Pictures):
    """Hangs until it is let go."""

    def __init__(self, folder):
        super().__init__(folder)
        self.gate, self.asked = threading.Event(), 0

    def write(self, content, suffix=".jpg"):
        self.asked += 1
        self.gate.wait(10)
        return super().write(content, suffix)

    def sizes(self):
        self.gate.wait(10)
        return super().sizes()


async def found(cache, name):
    """The picture, once the disk answers."""
    async with asyncio.timeout(5):
        while True:
            try:
                return await cache.picture(name)
            except StoreError:
                await asyncio.sleep(0.005)


async def test_a_picture_is_on_the_disk_and_known_by_its_size_also_after_a_restart(tmp_path):
    name = await PictureCache(Pictures(tmp_path)).keep(b"jpeg")
    cache = PictureCache(Pictures(tmp_path))
    assert cache.size_bytes([name]) == 0
    await cache.measure()
    assert cache.size_bytes([name, "other.jpg"]) == 4
    assert await cache.picture(name) == b"jpeg"


async def test_a_disk_that_takes_none_costs_no_picture(tmp_path):
    cache = PictureCache(Pictures(tmp_path / "missing"))
    name = await cache.keep(b"jpeg")
    assert await cache.picture(name) == b"jpeg"
    cache.release([name], in_use={name})
    assert await cache.picture(name) == b"jpeg"
    cache.release([name], in_use=())
    assert await cache.picture(name) is None
    assert cache.size_bytes([name]) == 0


async def test_memory_is_bounded_and_the_newest_stays():
    cache = PictureCache(None, memory_bytes=10)
    old, new, huge = [await cache.keep(bytes(size)) for size in (6, 6, 100)]
    assert [await cache.picture(name) for name in (old, new)] == [None, None]
    assert await cache.picture(huge) == bytes(100)


async def test_a_dead_disk_is_waited_for_once_and_used_again_when_it_lives(tmp_path):
    disk = DeadDisk(tmp_path)
    on_disk = await PictureCache(Pictures(tmp_path)).keep(b"old")
    cache = PictureCache(disk, limit_s=0.05)
    names = [await cache.keep(b"jpeg") for _ in range(3)]
    assert disk.asked == 1
    assert [await cache.picture(name) for name in names] == [b"jpeg"] * 3
    with pytest.raises(StoreError, match="does not answer"):
        await cache.picture(on_disk)
    disk.gate.set()
    assert await found(cache, on_disk) == b"old"


async def test_a_folder_that_cannot_be_read_is_said(tmp_path):
    (tmp_path / "outbox").symlink_to(tmp_path / "outbox")
    cache = PictureCache(Pictures(tmp_path))
    with pytest.raises(StoreError, match="symbolic links"):
        await cache.picture("x.jpg")


async def test_an_error_of_a_disk_that_was_given_up_is_not_reported_by_asyncio(tmp_path, caplog):
    caplog.set_level(logging.CRITICAL, "bridge.linkage")  # a record keeps the error's frames alive
    problems = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: problems.append(context))
    disk = DeadDisk(tmp_path / "missing")
    cache = PictureCache(disk, limit_s=0.01)
    await cache.keep(b"jpeg")
    disk.gate.set()
    assert await found(cache, "0123.jpg") is None
    gc.collect()
    assert problems == []


async def test_a_disk_that_hangs_at_the_start_costs_only_the_sizes(tmp_path, caplog):
    disk = DeadDisk(tmp_path)
    cache = PictureCache(disk, limit_s=0.01)
    await cache.measure()
    assert "did not answer" in caplog.text
    name = await cache.keep(b"jpeg")
    assert cache.size_bytes([name]) == 4
    disk.gate.set()
