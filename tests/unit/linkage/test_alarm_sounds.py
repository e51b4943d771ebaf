"""A sound may be over before its first note."""

from __future__ import annotations

from dataclasses import replace

import pytest
from words.builders import an_input, settings_of

from bridge.actions.sound.speaker import Played
from bridge.core.facts import ActionRequested, Origin
from bridge.errors import ActionFailed, ActionRefused
from bridge.linkage.alarm_sounds import Sound, Sounds, sound_by_command, sound_of

BARK = {"clips": ["dog.wav"], "repeat": "while_active", "volume": 70}
LASTING = Sound(owner="door", clips=("dog.wav",), repeat="while_active", volume=70)
SHORT = Sound(owner="door", clips=("dog.wav",), repeat=2, volume=70)


class StandInSpeaker:
    """Plays at once what it is given, or fails."""

    def __init__(self, outcome=None):
        self.outcome = outcome or Played(ended="finished", seconds=1.5, skipped=("no cat.wav",))
        self.asked, self.stops = [], []

    async def play(self, **asked):
        self.asked.append(asked)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    def end(self, owner):
        self.stops.append(owner)

    def silence(self):
        self.stops.append("all")


class Scene:
    def __init__(self, speaker):
        self.speaker, self.told, self.changes = speaker, [], 0
        self.sounds = Sounds(speaker=lambda: self.speaker, report=self.told.append, changed=self._change)

    def _change(self):
        self.changes += 1

    async def play(self, sound, *before):
        asked = self.sounds.ask(sound)
        for act in before:
            act()
        await self.sounds.play(asked)
        return self.told[-1]


@pytest.fixture
def scene():
    return Scene(StandInSpeaker())


async def test_how_a_sound_ended_is_told(scene):
    ended = await scene.play(LASTING)
    assert (ended.reason, ended.seconds, ended.error, ended.input) == ("finished", 1.5, "no cat.wav", "door")
    assert scene.changes == 2


async def test_a_sound_that_lasts_while_in_alarm_is_not_begun_when_the_alarm_is_over(scene):
    assert (await scene.play(LASTING, lambda: scene.sounds.end("door"))).reason == "alarm_ended"
    assert scene.speaker.asked == []


async def test_the_end_of_another_alarm_stops_it_not_and_a_counted_sound_is_played_to_its_end(scene):
    assert (await scene.play(LASTING, lambda: scene.sounds.end("yard"))).reason == "finished"
    assert (await scene.play(SHORT, lambda: scene.sounds.end("door"))).reason == "finished"
    assert scene.speaker.stops == ["yard", "door"]


async def test_silence_stops_what_has_not_begun_as_well(scene):
    assert (await scene.play(SHORT, scene.sounds.silence)).reason == "silenced"
    assert scene.speaker.stops == ["all"]
    assert (await scene.play(SHORT)).reason == "finished", "the next one is heard"


@pytest.mark.parametrize(("error", "reason"), [(ActionRefused("no clip"), "refused"), (ActionFailed("busy"), "failed")])
async def test_what_cannot_be_played_is_told(error, reason):
    ended = await Scene(StandInSpeaker(error)).play(SHORT)
    assert (ended.reason, ended.error) == (reason, str(error))


async def test_without_a_loudspeaker_it_is_refused():
    assert (await Scene(None).play(SHORT)).reason == "refused"


def test_what_is_not_taken_on_is_told(scene):
    scene.sounds.refuse(scene.sounds.ask(SHORT), "too many at once")
    assert (scene.told[0].reason, scene.speaker.asked) == ("failed", [])


def test_an_alarm_has_the_sound_of_its_input_and_a_command_that_of_whom_it_names():
    settings = settings_of(an_input("yard"), an_input("door", audible=BARK), audio={"folder": "/clips"})
    assert sound_of("door", settings, alarm="boot-7") == replace(LASTING, alarm="boot-7")
    assert sound_of("yard", settings, alarm="boot-7") is None
    assert sound_of("gone", settings, alarm="boot-7") is None

    def commanded(**fields):
        return sound_by_command(ActionRequested(kind="audible", origin=Origin(by="mqtt"), **fields), settings)

    assert (commanded().clips, commanded().volume, commanded().repeat) == (("dog.wav",), 70, 1)
    assert commanded(input="yard").clips == ()
    assert (commanded(duration_s=9.0).repeat, commanded(duration_s=9.0).limit_s) == ("for_a_time", 9.0)
    assert commanded(clip="cat.wav", volume=0, repeat=3) == Sound(
        owner=None, clips=("cat.wav",), repeat=3, volume=0, by="mqtt"
    )
