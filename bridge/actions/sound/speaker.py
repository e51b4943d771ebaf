"""The audible alarm: one loudspeaker, on which the newest sound replaces the one that plays."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bridge.actions.sound.aplay import Format, Player
from bridge.actions.sound.wav import Volume, as_16_bit
from bridge.errors import ActionFailed, ActionRefused
from bridge.system.sound_files import Wav, clip_path, read_wav

Ended = Literal["finished", "replaced", "silenced", "alarm_ended", "time"]
Repeat = int | Literal["while_active", "for_a_time"]
"""1 to 50 times; until its owner's alarm ends; or again and again until `limit_s` is over."""

_READ_S = 1.0
_BLOCK_S = 0.02
"""Length of the samples scaled at a time: long enough to be cheap, too short to delay an alarm's next step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """The result of a sound: the reason of its end, its duration, and the clips skipped with their reasons."""

    ended: Ended
    seconds: float
    skipped: tuple[str, ...] = ()


class Speaker:
    """Plays clips of `folder` on an ALSA device, one alarm's sound at a time.

    `play` is called once for each sound, from a task of its own. `end` and `silence` return at once and
    stop the sound at once: the player is killed, with its buffer.
    """

    def __init__(self, *, device: str, folder: Path, player: str = "aplay") -> None:
        self._device = device
        self._folder = folder
        self._program = player
        self._free = asyncio.Lock()
        self._newest: _Sound | None = None

    @property
    def playing(self) -> bool:
        """Whether a sound is active: True from the call of `play` to its end."""
        return self._newest is not None

    async def play(
        self,
        *,
        clips: Sequence[str],
        repeat: Repeat = 1,
        volume: int = 100,
        owner: str | None = None,
        limit_s: float | None = None,
    ) -> Played:
        """Plays all clips in order, `repeat` times or until `end(owner)`, for `limit_s` at most. Returns the outcome.

        A sound that plays already is replaced. A clip that cannot be played is skipped and named in the outcome.
        `volume` is in percent.

        Raises:
            ActionRefused: no clip can be played, or there is no player.
            ActionFailed: the device cannot be used.
        """
        sound = _Sound(owner=owner if repeat == "while_active" else None)
        if self._newest is not None:
            self._newest.stop("replaced")
        self._newest = sound
        try:
            async with self._free:
                if sound.ended is not None:
                    return Played(ended=sound.ended, seconds=0.0)
                wavs, skipped = await asyncio.to_thread(_load, self._folder, tuple(clips))
                begin = time.monotonic()
                try:
                    async with asyncio.timeout(limit_s):
                        await self._play_all(sound, wavs, repeat=repeat, volume=Volume(volume))
                except TimeoutError:
                    sound.stop("time")
                seconds = time.monotonic() - begin
                return Played(ended=sound.ended or "finished", seconds=seconds, skipped=skipped)
        finally:
            if self._newest is sound:
                self._newest = None

    def end(self, owner: str) -> None:
        """Stops a `while_active` sound of this owner, whose alarm has ended; any other sound plays on."""
        if self._newest is not None and self._newest.owner == owner:
            self._newest.stop("alarm_ended")

    def silence(self) -> None:
        """Stops the sound that plays, if there is one."""
        if self._newest is not None:
            self._newest.stop("silenced")

    async def _play_all(self, sound: _Sound, wavs: Sequence[Wav], *, repeat: Repeat, volume: Volume) -> None:
        """Plays the clips as often as `repeat` says, or until the sound is stopped. Raises ActionError."""
        done = 0
        async with Player(program=self._program, device=self._device) as player:
            sound.player = player
            while sound.ended is None and (isinstance(repeat, str) or done < repeat):
                for wav in wavs:
                    await self._play_one(sound, player, wav, volume)
                done += 1
            if sound.ended is None:
                await player.finish()

    async def _play_one(self, sound: _Sound, player: Player, wav: Wav, volume: Volume) -> None:
        """Plays one clip, or its part until the sound is stopped. Raises ActionError."""
        if sound.ended is None:
            await player.use(Format(rate_hz=wav.rate_hz, channels=wav.channels))
        step = int(wav.rate_hz * _BLOCK_S) * wav.frame_bytes
        at = 0
        while at < wav.length and sound.ended is None:
            data = await asyncio.to_thread(_read, wav, at)
            at += len(data)
            for begin in range(0, len(data), step):
                if sound.ended is not None:
                    return
                await player.feed(volume.applied(as_16_bit(data[begin : begin + step], bits=wav.bits)))


class _Sound:
    """One sound, and the reason of its end."""

    def __init__(self, *, owner: str | None) -> None:
        self.owner = owner
        self.ended: Ended | None = None
        self.player: Player | None = None

    def stop(self, why: Ended) -> None:
        """Stops the sound for this reason; a second call changes nothing."""
        if self.ended is None:
            self.ended = why
            if self.player is not None:
                self.player.kill()


def _load(folder: Path, names: Sequence[str]) -> tuple[tuple[Wav, ...], tuple[str, ...]]:
    """Returns the playable clips, and the reasons of those that are skipped.

    Raises ActionRefused if none can be played.
    """
    wavs, skipped = [], []
    for name in names:
        try:
            wavs.append(read_wav(clip_path(folder, name)))
        except ActionRefused as error:
            skipped.append(str(error))
    if not wavs:
        raise ActionRefused("; ".join(skipped) or "no sound clip was named")
    return tuple(wavs), tuple(skipped)


def _read(wav: Wav, at: int) -> bytes:
    """Returns about a second of a clip's samples from the byte `at` on, in whole frames.

    Raises ActionFailed if the file cannot be read, or has become shorter.
    """
    try:
        with wav.path.open("rb") as file:
            file.seek(wav.begin + at)
            data = file.read(min(int(wav.rate_hz * _READ_S) * wav.frame_bytes, wav.length - at))
    except OSError as error:
        message = f"sound clip {wav.path.name} cannot be read ({error.strerror})"
        raise ActionFailed(message) from error
    if not data or len(data) % wav.frame_bytes:
        message = f"sound clip {wav.path.name} became shorter while it played"
        raise ActionFailed(message)
    return data
