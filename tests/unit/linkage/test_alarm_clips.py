"""Which recorder is told of which alarm."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from words.builders import an_input, settings_of

from bridge.actions.recording.reports import ClipFinished, ClipMissed, ClipStarted, StreamState
from bridge.core.facts import Now
from bridge.errors import ActionFailed
from bridge.linkage.alarm_clips import Clips
from bridge.linkage.pending_actions import PendingActions
from bridge.store.outbox import Outbox
from bridge.store.outbox_pictures import Pictures
from bridge.store.writer.handover import Handover
from bridge.store.writer.memory import Memory

NOW = Now(monotonic=99.0, local=datetime(2026, 11, 1, 12, tzinfo=UTC))


class StandInRecorder:
    def __init__(self):
        self.orders = []

    def begin(self, *, input, at):  # noqa: A002 - the recorder's own name
        self.orders.append(("begin", input, at))

    def end(self, *, input):  # noqa: A002 - the same
        self.orders.append(("end", input))

    def record(self, *, input, seconds, at):  # noqa: A002 - the same
        self.orders.append(("record", input, seconds, at))


def settings(**door):
    return settings_of(
        an_input("door", **{"record": True, **door}),
        an_input("yard"),
        cameras={"gate": {"stream": "rtsp://gate/1"}, "shed": {"stream": "rtsp://shed/1"}},
        recording={"folder": "/clips", "post_s": 20},
    )


class Scene:
    def __init__(self):
        self.settings, self.told, self.changes = settings(), [], 0
        self.outbox = Outbox(Handover(Memory()), Pictures(Path("/nonexistent")))
        self.rebuild()
        self.clips = Clips(
            settings=lambda: self.settings,
            media=lambda: SimpleNamespace(recorders=self.recorders),
            now=lambda: NOW,
            report=self.told.append,
            changed=self._change,
            pending=PendingActions(outbox=self.outbox, now=lambda: NOW, report=self.told.append),
        )

    def rebuild(self):
        self.recorders = {"gate": StandInRecorder(), "shed": StandInRecorder()}

    def orders(self, camera):
        return self.recorders[camera].orders

    def _change(self):
        self.changes += 1


@pytest.fixture
def scene():
    return Scene()


def test_an_alarm_is_recorded_by_the_camera_of_its_input_until_it_ends(scene):
    scene.settings = settings(camera="shed")
    scene.clips.begin("door", at=5.0)
    scene.clips.end("door")
    assert scene.orders("shed") == [("begin", "door", 5.0), ("end", "door")]
    assert ("begin", "door", 5.0) not in scene.orders("gate")


def test_a_clip_belongs_to_the_alarm_during_which_it_was_begun(scene):
    scene.clips.begin("door", at=5.0, alarm="boot-7")
    scene.clips.reported(ClipStarted(camera="gate", input="door", name="a.mp4", pre_s=5.0))
    scene.clips.begin("door", at=6.0)
    scene.clips.end("door")
    scene.clips.begin("door", at=60.0, alarm="boot-9")
    scene.clips.reported(ClipFinished(camera="gate", input="door", name="a.mp4", seconds=20.0))
    scene.clips.reported(ClipMissed(camera="gate", input="door", error=ActionFailed("no card")))
    assert [each.alarm for each in scene.told] == ["boot-7", "boot-9"]


def test_a_clip_by_command_belongs_to_no_alarm(scene):
    scene.clips.begin("door", at=5.0, alarm="boot-7")
    scene.clips.end("door")
    scene.clips.record("door", seconds=5, at=90.0, seq=9)
    scene.clips.reported(ClipStarted(camera="gate", input="door", name="b.mp4", pre_s=0.0))
    scene.clips.reported(ClipFinished(camera="gate", input="door", name="b.mp4", seconds=5.0))
    assert [each.alarm for each in scene.told] == [None]


def test_an_input_that_does_not_record_lengthens_nobodys_clip(scene):
    scene.clips.begin("yard", at=5.0)
    assert scene.orders("gate") == []


def test_an_alarm_whose_camera_was_changed_meanwhile_ends_where_it_is_recorded(scene):
    scene.clips.begin("door", at=5.0)
    scene.settings = settings(camera="shed", record=False)
    scene.clips.end("door")
    assert scene.orders("gate") == [("begin", "door", 5.0), ("end", "door")]


def test_new_recorders_go_on_with_the_alarms_that_live(scene):
    scene.clips.begin("door", at=5.0)
    scene.rebuild()
    scene.clips.go_on()
    assert scene.orders("gate") == [("begin", "door", 99.0)]
    scene.clips.end("door")
    scene.rebuild()
    scene.clips.go_on()
    assert scene.orders("gate") == []


def test_a_clip_by_command_has_the_first_camera_and_the_usual_length(scene):
    scene.clips.record(None, seconds=None, at=7.0, seq=8)
    scene.clips.record("door", seconds=30.0, at=8.0, seq=8)
    assert scene.orders("gate") == [("record", "command", 20.0, 7.0), ("record", "door", 30.0, 8.0)]


def test_a_camera_that_cannot_record_is_told(scene):
    del scene.recorders["gate"]
    scene.clips.begin("door", at=5.0)
    scene.clips.record(None, seconds=None, at=7.0, seq=8)
    assert {ended.error for ended in scene.told} == {"camera gate has no stream that can be recorded"}
    assert [ended.input for ended in scene.told] == ["door", None]


def test_what_became_of_a_clip_is_told_and_a_command_is_no_input(scene):
    scene.clips.reported(ClipFinished(camera="gate", input="door", name="d/1.mp4", seconds=15.0))
    scene.clips.reported(
        ClipFinished(camera="gate", input="command", name="d/2.mp4", seconds=1.0, error=ActionFailed("cut"))
    )
    scene.clips.reported(ClipMissed(camera="gate", input="door", error=ActionFailed("card full")))
    scene.clips.reported(StreamState(camera="gate", problem="lost"))
    assert [(ended.reason, ended.input, ended.path, ended.error) for ended in scene.told] == [
        ("recorded", "door", "d/1.mp4", None),
        ("recorded", None, "d/2.mp4", "cut"),
        ("failed", "door", None, "card full"),
    ]
    assert scene.changes == 4


def test_a_clip_is_under_way_on_the_disk_until_its_camera_reports_it(scene):
    scene.clips.begin("door", at=5.0, seq=3)
    scene.clips.begin("door", at=6.0)
    scene.clips.record(None, seconds=None, at=7.0, seq=4)
    assert [job.id for job in scene.outbox.jobs()] == ["clip-3", "clip-4"]
    scene.clips.reported(ClipFinished(camera="shed", input="yard", name="d/0.mp4", seconds=1.0))
    assert len(scene.outbox.jobs()) == 2
    scene.clips.reported(ClipFinished(camera="gate", input="door", name="d/1.mp4", seconds=15.0))
    assert scene.outbox.jobs() == ()


def test_a_clip_that_no_camera_can_record_is_not_under_way(scene):
    del scene.recorders["gate"]
    scene.clips.begin("door", at=5.0, seq=3)
    assert scene.outbox.jobs() == ()
