"""Effects of the engine come in at any time, and each is done or told."""

from __future__ import annotations

import asyncio
import time
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from programs.mqtt_client import until
from servers.camera import SnapshotCamera
from words.builders import an_input, settings_of

from bridge.core.effects import EndLinkage, ExtendLinkage, RunAction, RunLinkage, SilenceSound
from bridge.core.facts import ActionRequested, Now, Origin
from bridge.linkage.linkage import Linkage
from bridge.linkage.running_actions import MOST_AT_ONCE
from bridge.store.outbox import Outbox
from bridge.store.outbox_pictures import Pictures
from bridge.store.writer.handover import Handover
from bridge.store.writer.memory import Memory

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
MAIL = {"host": "127.0.0.1", "port": 1, "security": "none", "sender": "a@b.org", "recipients": ["me@example.org"]}


def now():
    return Now(monotonic=time.monotonic(), local=datetime.now(UTC))


def an_alarm(input_id="door", seq=7, **fields):
    usual = {
        "cause": "input",
        "alarm": "boot-7",
        "time": NOW,
        "at": time.monotonic(),
        "channels": ("email",),
        "held_back": 0,
    }
    return RunLinkage(input=input_id, seq=seq, **(usual | fields))


def an_action(kind, **fields):
    request = ActionRequested(kind=kind, origin=Origin(by="mqtt"), **fields)
    return RunAction(request=request, seq=8, time=NOW, at=time.monotonic())


class Scene:
    def __init__(self, folder, *parts, **top):
        self.settings = settings_of(*(parts or (an_input("door", email=True),)), **top)
        self.told, self.shown, self.raw = [], [], []
        self.outbox = Outbox(Handover(Memory()), Pictures(folder))
        self.linkage = Linkage(
            self.settings,
            store=SimpleNamespace(outbox=self.outbox, flush=lambda _: True),
            now=now,
            random=lambda: 0.0,
            release_year=2026,
            report=self.told.append,
            show=lambda *shown: self.raw.append(shown),
            publish=lambda *shown: self.shown.append(shown),
            changed=lambda: None,
        )

    @asynccontextmanager
    async def running(self):
        task = asyncio.create_task(self.linkage.run())
        try:
            yield
            assert not task.done(), task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    def ends(self, kind):
        return [(ended.reason, ended.error) for ended in self.told if ended.kind == kind]


async def test_what_is_asked_for_before_it_runs_is_done_when_it_does(tmp_path):
    scene = Scene(tmp_path, email=MAIL, audio={"folder": str(tmp_path)})
    scene.linkage.perform(an_alarm())
    scene.linkage.perform(an_action("audible", clip="cat.wav"))
    assert scene.linkage.queues["email"].queued == 1
    async with scene.running():
        await until(lambda: scene.ends("audible") and scene.ends("email"))
    assert scene.ends("email") == [("failed", "127.0.0.1:1: connect: nobody listens there")]
    assert scene.ends("audible")[0][0] == "refused"
    assert [job.id for job in scene.outbox.jobs()] == ["email-7-1"]


async def test_an_alarm_without_a_camera_says_nothing_of_a_picture(tmp_path):
    scene = Scene(tmp_path, email=MAIL)
    scene.linkage.perform(an_alarm())
    [job] = scene.outbox.jobs()
    assert '"pictures_missing": null' in job.body
    assert scene.ends("snapshot") == []


async def test_the_picture_of_an_alarm_is_replaced_by_that_of_another_alarm_of_the_same_input_alone(tmp_path):
    with SnapshotCamera(auth="none") as camera:
        scene = Scene(tmp_path, email=MAIL, cameras={"gate": {"snapshot": camera.url}})
        async with scene.running():
            for number, effect in enumerate(
                (
                    an_alarm(alarm="boot-7", channels=()),
                    an_action("email", input="door"),
                    an_action("ftp", input="door"),
                    an_action("snapshot", input="door"),
                ),
                start=1,
            ):
                scene.linkage.perform(effect)
                await until(lambda number=number: len(scene.ends("snapshot")) == number)
    assert [(source, alarm) for source, _, alarm in scene.shown] == [("door", "boot-7"), (None, None)]
    assert [(source, alarm) for source, _, alarm in scene.raw] == [("door", "boot-7"), *[(None, None)] * 3]
    assert [ended.alarm for ended in scene.told if ended.kind == "snapshot"] == ["boot-7", None, None, None]


async def test_what_an_alarm_sets_off_carries_its_id_into_the_journal(tmp_path):
    with SnapshotCamera(auth="none") as camera:
        scene = Scene(
            tmp_path,
            an_input("door", email=True, ftp=True, record=True, audible={"clips": ["cat.wav"]}),
            email=MAIL,
            ftp={"host": "127.0.0.1", "port": 1, "security": "none"},
            audio={"folder": str(tmp_path)},
            cameras={"gate": {"snapshot": camera.url}},
        )
        async with scene.running():
            scene.linkage.perform(an_alarm(alarm="boot-7", channels=("email", "ftp")))
            kinds = ("snapshot", "email", "ftp", "clip", "audible")
            await until(lambda: all(scene.ends(kind) for kind in kinds))
    assert {ended.kind: ended.alarm for ended in scene.told} == dict.fromkeys(kinds, "boot-7")


async def test_beyond_a_hundred_actions_at_once_new_ones_are_told_and_their_mails_go(tmp_path):
    scene = Scene(
        tmp_path,
        email=MAIL,
        cameras={"gate": {"snapshot": "http://127.0.0.1:1/a.jpg"}},
        audio={"folder": str(tmp_path)},
    )
    for _ in range(MOST_AT_ONCE):
        scene.linkage.perform(an_action("audible", clip="cat.wav"))
    scene.linkage.perform(an_action("audible", clip="cat.wav"))
    scene.linkage.perform(an_alarm())
    assert scene.ends("audible") == [("failed", "too many at once")]
    assert scene.ends("snapshot") == [("failed", "too many at once")]
    async with scene.running():
        await until(lambda: scene.ends("email"))
        await until(lambda: len(scene.ends("audible")) == MOST_AT_ONCE + 1)
        scene.linkage.perform(an_action("audible", clip="cat.wav"))
        await until(lambda: len(scene.ends("audible")) == MOST_AT_ONCE + 2)


@pytest.mark.parametrize(
    "effect", [an_alarm("gone", channels=()), ExtendLinkage(input="gone"), EndLinkage(input="gone"), SilenceSound()]
)
async def test_an_input_that_settings_took_away_meanwhile_is_no_fault(tmp_path, effect):
    scene = Scene(tmp_path, email=MAIL)
    scene.linkage.perform(effect)
    assert scene.told == []


async def test_an_action_that_is_not_configured_is_told(tmp_path):
    scene = Scene(tmp_path, email=MAIL)
    async with scene.running():
        scene.linkage.perform(an_action("audible"))
        scene.linkage.perform(an_action("record"))
        await until(lambda: len(scene.told) == 2)
    assert scene.ends("audible") == [("refused", "audio is not configured")]
    assert scene.ends("clip") == [("failed", "there is no camera")]


async def test_new_settings_bring_new_cameras_and_speakers_and_let_the_mails_wait_on(tmp_path):
    scene = Scene(tmp_path, email=MAIL)
    async with scene.running():
        assert (scene.linkage.playing, scene.linkage.queues.get("ftp")) == (None, None)
        scene.linkage.perform(an_alarm())
        await until(lambda: scene.ends("email"))
        old = scene.linkage.media
        more = {"audio": {"folder": str(tmp_path)}, "ftp": {"host": "127.0.0.1"}}
        scene.linkage.apply(settings_of(an_input("door", email=True), email=MAIL, **more))
        await until(lambda: scene.linkage.media is not old)
        assert scene.linkage.playing is False
        assert {key: queue.queued for key, queue in scene.linkage.queues.items()} == {"email": 1, "ftp": 0}
        same = scene.linkage.media
        scene.linkage.apply(settings_of(an_input("yard"), email={**MAIL, "port": 2}, **more))
        await until(lambda: scene.outbox.jobs()[0].attempts == 2, what="new hope for the mail")
        assert scene.linkage.media is same
        scene.linkage.apply(settings_of(an_input("yard"), **more))
        assert "email" not in scene.linkage.queues


async def test_a_test_mail_says_that_its_picture_could_not_be_had(tmp_path):
    scene = Scene(tmp_path, email=MAIL, cameras={"gate": {"snapshot": "http://127.0.0.1:1/a.jpg"}})
    async with scene.running():
        scene.linkage.perform(an_action("email"))
        await until(lambda: scene.ends("email"))
    [job] = scene.outbox.jobs()
    assert '"cause": "test"' in job.body
    assert "cannot be reached" in job.body
    assert scene.ends("snapshot")[0][0] == "failed"
