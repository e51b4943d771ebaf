"""Sounds of alarms and of commands: started, stopped, and their outcomes reported.

`actions/sound/speaker.py` decides that the newest sound wins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bridge.actions.sound.speaker import Ended, Repeat, Speaker
from bridge.core.facts import ActionEnded, ActionRequested
from bridge.errors import ActionError, ActionRefused

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """A sound to play. The end of the alarm of input `owner` stops a sound that repeats while in alarm."""

    owner: str | None
    clips: tuple[str, ...]
    repeat: Repeat
    volume: int
    limit_s: float | None = None
    by: str | None = None
    alarm: str | None = None
    """The id of the alarm's journal entry."""


def sound_of(input_id: str, settings: Settings, *, alarm: str) -> Sound | None:
    """Returns the sound of an input's alarm; None if it has none, or it is switched off."""
    link = next((each.linkage.audible for each in settings.inputs if each.id == input_id), None)
    if link is None or not link.enabled:
        return None
    return Sound(owner=input_id, clips=link.clips, repeat=link.repeat, volume=link.volume, alarm=alarm)


def sound_by_command(request: ActionRequested, settings: Settings) -> Sound:
    """Returns the sound of a command.

    Without a clip, or a volume, it has those of the command's input, or of the first input with a sound. Without any
    such sound it has no clips.
    """
    links = [
        each.linkage.audible
        for each in settings.inputs
        if each.linkage.audible is not None and request.input in (None, each.id)
    ]
    usual = links[0] if links else None
    clips = (request.clip,) if request.clip else usual.clips if usual else ()
    volume = request.volume if request.volume is not None else usual.volume if usual else 100
    repeat: Repeat = request.repeat or ("for_a_time" if request.duration_s else 1)
    return Sound(
        owner=request.input,
        clips=clips,
        repeat=repeat,
        volume=volume,
        limit_s=request.duration_s,
        by=request.origin.by,
    )


class Sounds:
    """Starts and stops the sound of each alarm and command.

    A stop that arrives between `ask` and playback must still stop the sound: one that repeats while in
    alarm would else never end. `report` gets each outcome; `changed` is called when playback begins and ends.
    """

    def __init__(
        self,
        *,
        speaker: Callable[[], Speaker | None],
        report: Callable[[ActionEnded], None],
        changed: Callable[[], None],
    ) -> None:
        self._speaker = speaker
        self._report = report
        self._changed = changed
        self._asked: list[_Asked] = []

    def ask(self, sound: Sound) -> _Asked:
        """Registers a sound, which `end` and `silence` can stop from now on. Returns its handle for `play`."""
        asked = _Asked(sound=sound)
        self._asked.append(asked)
        return asked

    def end(self, input_id: str) -> None:
        """Stops sounds that repeat while this input is in alarm, also ones that have not begun."""
        for asked in self._asked:
            if asked.sound.repeat == "while_active" and asked.sound.owner == input_id:
                asked.stopped = asked.stopped or "alarm_ended"
        speaker = self._speaker()
        if speaker is not None:
            speaker.end(input_id)

    def silence(self) -> None:
        """Stops all sounds, also ones that have not begun."""
        for asked in self._asked:
            asked.stopped = asked.stopped or "silenced"
        speaker = self._speaker()
        if speaker is not None:
            speaker.silence()

    def refuse(self, asked: _Asked, error: str) -> None:
        """Reports that a registered sound is not played, for the reason `error`."""
        self._asked.remove(asked)
        self._report_end(asked.sound, "failed", error=error)

    async def play(self, asked: _Asked) -> None:
        """Plays a registered sound to its end, and reports the outcome.

        One that was stopped meanwhile is only reported.
        """
        self._asked.remove(asked)
        if asked.stopped is not None:
            self._report_end(asked.sound, asked.stopped, seconds=0.0)
            return
        self._changed()
        try:
            await self._play(asked.sound)
        except ActionError as error:
            self._report_end(asked.sound, "refused" if isinstance(error, ActionRefused) else "failed", error=str(error))
        finally:
            self._changed()

    async def _play(self, sound: Sound) -> None:
        """Plays a sound and reports its end. Raises ActionError if it cannot be played."""
        speaker = self._speaker()
        if speaker is None:
            message = "audio is not configured"
            raise ActionRefused(message)
        played = await speaker.play(
            clips=sound.clips, repeat=sound.repeat, volume=sound.volume, owner=sound.owner, limit_s=sound.limit_s
        )
        self._report_end(sound, played.ended, seconds=played.seconds, error="; ".join(played.skipped) or None)

    def _report_end(self, sound: Sound, reason: str, *, seconds: float | None = None, error: str | None = None) -> None:
        self._report(
            ActionEnded(
                kind="audible",
                reason=reason,
                input=sound.owner,
                by=sound.by,
                seconds=seconds,
                error=error,
                alarm=sound.alarm,
            )
        )


@dataclass(slots=True, kw_only=True)
class _Asked:
    sound: Sound
    stopped: Ended | None = None
