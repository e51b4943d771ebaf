"""Sound clips as files: the names in their folder, and where in a WAV file the samples are.

WAV is RIFF (Microsoft's multimedia registrations). Whether a clip can be played is decided here for the
loudspeaker, the page that takes new ones, and the check of settings.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, NoReturn

from bridge.core.definitions.actions import is_sound_name
from bridge.errors import ActionRefused

_PCM, _EXTENSIBLE = 1, 0xFFFE
_BITS = (8, 16, 24, 32)
_RATES_HZ = range(4_000, 192_001)
_UNKNOWN_LENGTH = 0xFFFF_FFFF


@dataclass(frozen=True, slots=True, kw_only=True)
class Wav:
    """A checked clip: format and position of its samples."""

    path: Path
    rate_hz: int
    channels: int
    bits: int
    begin: int
    length: int
    """Size of the samples in bytes."""

    @property
    def frame_bytes(self) -> int:
        """Bytes of one frame: a sample of every channel."""
        return self.channels * self.bits // 8

    @property
    def seconds(self) -> float:
        """Duration of the clip, played once."""
        return self.length / self.frame_bytes / self.rate_hz


def clip_path(folder: Path, name: str) -> Path:
    """Returns the path of an existing clip of `folder`; `name` may come from MQTT and be anything.

    Raises ActionRefused if `name` is no clip's name, leads outside the folder, or names no file.
    """
    if not is_sound_name(name):
        _refuse("a sound clip's name is a file's name without a folder")
    path = (folder / name).resolve()
    if path.parent != folder.resolve():
        _refuse(f"sound clip {name} lies outside its folder")
    if not path.is_file():
        _refuse(f"sound clip {name} does not exist")
    return path


def clip_names(folder: Path) -> tuple[str, ...]:
    """Returns the names of all `.wav` files of `folder`, sorted; an empty tuple if the folder cannot be read."""
    try:
        return tuple(sorted(p.name for p in folder.iterdir() if p.suffix.lower() == ".wav" and is_sound_name(p.name)))
    except OSError:
        return ()


def read_wav(path: Path) -> Wav:
    """Returns format and sample position of the clip at `path`.

    Raises ActionRefused if the file cannot be read, or is not PCM of 8, 16, 24 or 32 bits, mono or stereo, 4 to 192
    kHz, with at least one sample.
    """
    try:
        with path.open("rb") as file:
            return _checked(path, file)
    except OSError as error:
        message = f"sound clip {path.name} cannot be read ({error.strerror})"
        raise ActionRefused(message) from error


def _checked(path: Path, file: BinaryIO) -> Wav:
    """Returns what `read_wav` does, from an open file. Raises ActionRefused."""
    end = file.seek(0, 2)
    file.seek(0)
    head = file.read(12)
    if head[:4] != b"RIFF" or head[8:] != b"WAVE":
        _refuse(f"sound clip {path.name} is not a WAV file")
    form = b""
    while len(chunk := file.read(8)) == 8:  # noqa: PLR2004 - a chunk's name and length
        length = int.from_bytes(chunk[4:], "little")
        if chunk[:4] == b"fmt ":
            form = file.read(min(length, 40))
            file.seek(length - len(form), 1)
        elif chunk[:4] == b"data":
            # A program that wrote into a pipe could not know the length and left it too large; a recorder
            # that was killed left it at 0.
            begin = file.tell()
            unfinished = length == 0 and _ends_by(begin, head)
            return _described(path, form, begin, end - begin if unfinished else min(length, end - begin))
        else:
            file.seek(length, 1)
        file.seek(length % 2, 1)
    return _refuse(f"sound clip {path.name} has no samples")


def _ends_by(position: int, head: bytes) -> bool:
    """Returns whether the length in a file's first 12 bytes (`head`) is unknown, or ends the file by `position`."""
    length = int.from_bytes(head[4:8], "little")
    return length == _UNKNOWN_LENGTH or length + 8 <= position


def _described(path: Path, form: bytes, begin: int, length: int) -> Wav:
    """Returns the clip with the format of the `fmt ` chunk `form`.

    Raises ActionRefused for a format that is not played.
    """
    tag, channels, rate_hz, bits = (
        int.from_bytes(form[at : at + size], "little") for at, size in ((0, 2), (2, 2), (4, 4), (14, 2))
    )
    if tag == _EXTENSIBLE:
        tag = int.from_bytes(form[24:26], "little")
    if tag != _PCM or bits not in _BITS or channels not in (1, 2) or rate_hz not in _RATES_HZ:
        _refuse(f"sound clip {path.name} is not PCM of 8, 16, 24 or 32 bits, mono or stereo")
    whole = length - length % (channels * bits // 8)
    if not whole:
        _refuse(f"sound clip {path.name} has no samples")
    return Wav(path=path, rate_hz=rate_hz, channels=channels, bits=bits, begin=begin, length=whole)


def _refuse(message: str) -> NoReturn:
    """Raises ActionRefused with this message."""
    raise ActionRefused(message)
