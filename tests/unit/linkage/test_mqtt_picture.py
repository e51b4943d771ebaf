from __future__ import annotations

import asyncio

import pytest

from bridge.errors import ActionFailed
from bridge.linkage.mqtt_picture import LARGEST_BYTES, PublishedPictures
from bridge.mqtt.publishing.publisher import LARGEST_SNAPSHOT

SMALL, LARGE = b"s" * LARGEST_BYTES, b"L" * (LARGEST_BYTES + 1)


class Wall:
    """Where pictures are hung; `making` says when and how one is made smaller."""

    def __init__(self, *, most=9, room=None, limit=LARGEST_BYTES):
        self.limit = limit
        self.hung, self.alarms, self.told, self.work = [], [], [], []
        self.making = asyncio.Event()
        self.fault = None
        self.pictures = PublishedPictures(
            publish=self.hang,
            spawn=lambda _, work: len(self.work) < most and not self.work.append(work),
            report=self.told.append,
            smaller=self.smaller,
            room=lambda: room,
        )

    def hang(self, source, jpeg, alarm):
        self.hung.append((source, jpeg and jpeg[:1]))
        self.alarms.append(alarm)

    async def smaller(self, jpeg, *, most_bytes):
        assert (len(jpeg) > most_bytes, most_bytes) == (True, self.limit)
        await self.making.wait()
        if self.fault is not None:
            raise self.fault
        return b"made"

    async def finish(self):
        self.making.set()
        async with asyncio.TaskGroup() as group:
            for work in self.work:
                group.create_task(work())


def test_the_limit_is_the_one_of_mqtt():
    assert LARGEST_BYTES == LARGEST_SNAPSHOT


async def test_a_broker_that_takes_less_gets_a_picture_of_its_size():
    wall = Wall(room=20_000, limit=20_000)
    wall.pictures.show("door", b"s" * 20_000)
    wall.pictures.show("door", b"L" * 20_001)
    await wall.finish()
    assert wall.hung == [("door", b"s"), ("door", b"m")]


def test_a_broker_that_takes_more_gets_no_larger_picture():
    wall = Wall(room=2 * LARGEST_BYTES)
    wall.pictures.show("door", SMALL)
    wall.pictures.show("door", LARGE)
    assert wall.hung == [("door", b"s")]
    assert len(wall.work) == 1


def test_a_picture_that_is_small_enough_is_shown_at_once():
    wall = Wall()
    wall.pictures.show("door", SMALL)
    assert wall.hung == [("door", b"s")]


async def test_a_picture_that_is_too_large_is_made_smaller_and_newer_ones_wait_for_it():
    wall = Wall()
    wall.pictures.show("door", LARGE, alarm="boot-1")
    wall.pictures.show("gate", SMALL, alarm="boot-2")
    assert wall.hung == []
    await wall.finish()
    wall.pictures.show(None, SMALL)
    assert wall.hung == [("door", b"m"), ("gate", b"s"), (None, b"s")]
    assert wall.alarms == ["boot-1", "boot-2", None]
    assert wall.told == []


async def test_of_pictures_that_come_faster_than_they_are_made_smaller_the_newest_of_each_input_is_shown():
    wall = Wall()
    for _ in range(50):
        wall.pictures.show("door", LARGE)
        wall.pictures.show("gate", LARGE)
    wall.pictures.show("door", SMALL)
    assert len(wall.work) == 1
    await wall.finish()
    assert wall.hung == [("gate", b"m"), ("door", b"s")]


async def test_after_a_fault_inside_the_next_picture_is_shown():
    wall = Wall()
    wall.fault = RuntimeError("inside")
    wall.pictures.show("door", LARGE)
    with pytest.raises(ExceptionGroup):
        await wall.finish()
    wall.pictures.show("door", SMALL)
    assert wall.hung == [("door", b"s")]


async def test_one_that_cannot_be_made_smaller_takes_the_one_before_away_and_is_told():
    wall = Wall()
    wall.fault = ActionFailed("no av")
    wall.pictures.show("door", SMALL)
    wall.pictures.show("door", LARGE, alarm="boot-1")
    await wall.finish()
    assert wall.hung == [("door", b"s"), ("door", None)]
    assert wall.alarms == [None, None]
    assert [(each.kind, each.reason, each.input) for each in wall.told] == [("snapshot", "not_shown", "door")]
    assert "no av" in wall.told[0].error


def test_with_too_much_to_do_nothing_is_shown():
    wall = Wall(most=0)
    wall.pictures.show("door", LARGE)
    assert wall.hung == [("door", None)]
