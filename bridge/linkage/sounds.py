"""Sounds: an alarm's, and those by command; how each ended is told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from bridge.actions.audible import Speaker
from bridge.core.facts import ActionEnded, ActionRequested
from bridge.errors import ActionError, ActionRefused

if TYPE_CHECKING:
    from bridge.settings.model import Settings

REPEAT_FOR_A_TIME = 50
"""A sound by command that is to last for a time is repeated until then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """What to play. `owner` is the input whose alarm's end stops a sound that lasts while in alarm."""

    owner: str | None
    clips: tuple[str, ...]
    repeat: int | Literal["while_active"]
    volume: int
    limit_s: float | None = None
    by: str | None = None


def sound_of(input_id: str, settings: Settings) -> Sound | None:
    """The sound of an input's alarm."""
    link = next(each.linkage.audible for each in settings.inputs if each.id == input_id)
    if link is None:
        return None
    return Sound(owner=input_id, clips=link.clips, repeat=link.repeat, volume=link.volume)


def sound_by_command(request: ActionRequested, settings: Settings) -> Sound:
    """The sound that a command asks for: without a clip, the one of the input that it names, or of any."""
    links = [
        each.linkage.audible
        for each in settings.inputs
        if each.linkage.audible is not None and request.input in (None, each.id)
    ]
    usual = links[0] if links else None
    clips = (request.clip,) if request.clip else usual.clips if usual else ()
    volume = request.volume if request.volume is not None else usual.volume if usual else 100
    repeat = request.repeat or (REPEAT_FOR_A_TIME if request.duration_s else 1)
    return Sound(
        owner=request.input,
        clips=clips,
        repeat=repeat,
        volume=volume,
        limit_s=request.duration_s,
        by=request.origin.by,
    )


async def play(sound: Sound, speaker: Speaker | None, tell: Callable[[ActionEnded], None]) -> None:
    """Plays to the end, and tells how it ended."""
    try:
        if speaker is None:
            message = "audio is not configured"
            raise ActionRefused(message)
        played = await speaker.play(
            clips=sound.clips, repeat=sound.repeat, volume=sound.volume, owner=sound.owner, limit_s=sound.limit_s
        )
    except ActionError as error:
        reason = "refused" if isinstance(error, ActionRefused) else "failed"
        tell(ActionEnded(kind="audible", reason=reason, input=sound.owner, by=sound.by, error=str(error)))
        return
    tell(
        ActionEnded(
            kind="audible",
            reason=played.ended,
            input=sound.owner,
            by=sound.by,
            seconds=played.seconds,
            error="; ".join(played.skipped) or None,
        )
    )
