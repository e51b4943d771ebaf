"""The archive's file: a zip with `settings.yaml`, `sounds/…`, `archive.json` and, if asked for, `secrets.json`."""

from __future__ import annotations

import io
import json
import zipfile
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bridge.errors import ActionRefused
from bridge.settings.archive.exported import Exported
from bridge.settings.location import Loc

LARGEST_BYTES = 32 * 2**20
"""Limit of an archive, packed and unpacked: it is in memory as a whole."""
_FORMAT = 1
_ABOUT, _SETTINGS, _SECRETS, _SOUNDS = "archive.json", "settings.yaml", "secrets.json", "sounds/"
_MOST_FILES = 200
_BOUNDED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Methods of which zipfile unpacks no more than it is asked for: of the others a few bytes can fill the memory."""
_NOT_OURS = "this is no archive of a set-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """An archive: the settings without secrets, the paths of what they lack, and the sounds by their names.

    `sealed` are whole settings and secrets, if they were asked for.
    """

    settings: str
    withheld: tuple[str, ...]
    sounds: Mapping[str, bytes] = field(repr=False)
    sealed: bytes | None = field(default=None, repr=False)


def sealed_text(exported: Exported) -> str:
    """Returns what is sealed: the settings as they are, and the secrets of their files."""
    return json.dumps({"settings": exported.whole, "secrets": exported.secrets})


def read_sealed(text: str) -> tuple[str, tuple[tuple[Loc, str], ...]]:
    """Returns settings and secrets of a sealed text. Raises ActionRefused."""
    try:
        read = json.loads(text)
        secrets = tuple((_loc(loc), str(secret)) for loc, secret in read["secrets"])
        return str(read["settings"]), secrets
    except (ValueError, KeyError, TypeError, RecursionError):
        raise ActionRefused(_NOT_OURS) from None


def packed(archive: Archive, *, device: str, version: str) -> bytes:
    """Returns the file of an archive. Raises ActionRefused if it would be too large."""
    size = sum(map(len, archive.sounds.values()))
    if size > LARGEST_BYTES - 2**20:
        message = f"the sounds have {size // 2**20} MiB, and an archive holds {LARGEST_BYTES // 2**20}: leave them out"
        raise ActionRefused(message)
    about = {"format": _FORMAT, "device": device, "version": version, "withheld": archive.withheld}
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr(_ABOUT, json.dumps(about, indent=1))
        zipped.writestr(_SETTINGS, archive.settings)
        if archive.sealed is not None:
            zipped.writestr(_SECRETS, archive.sealed)
        for name, content in archive.sounds.items():
            zipped.writestr(f"{_SOUNDS}{name}", content)
    return file.getvalue()


def unpacked(content: bytes) -> Archive:
    """Returns the archive of a file. Raises ActionRefused if it is none, or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            files = _read(zipped)
        about = json.loads(files[_ABOUT])
        if about["format"] != _FORMAT:
            message = "the archive is of another version of the program"
            raise ActionRefused(message)
        return Archive(
            settings=files[_SETTINGS].decode(),
            withheld=tuple(map(str, about["withheld"])),
            sealed=files.get(_SECRETS),
            sounds={name.removeprefix(_SOUNDS): data for name, data in files.items() if name.startswith(_SOUNDS)},
        )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, OverflowError, zlib.error):
        raise ActionRefused(_NOT_OURS) from None
    except (ValueError, KeyError, TypeError):
        raise ActionRefused(_NOT_OURS) from None


def _read(zipped: zipfile.ZipFile) -> dict[str, bytes]:
    """Returns all files by their names, none read further than the limit. Raises ActionRefused, or as zipfile does."""
    entries = zipped.infolist()
    if len(entries) > _MOST_FILES or any(entry.compress_type not in _BOUNDED for entry in entries):
        raise ActionRefused(_NOT_OURS)
    files: dict[str, bytes] = {}
    left = LARGEST_BYTES
    for entry in entries:
        with zipped.open(entry) as file:
            data = file.read(left + 1)
        left -= len(data)
        if left < 0:
            message = f"the archive is larger than {LARGEST_BYTES // 2**20} MiB"
            raise ActionRefused(message)
        files[entry.filename] = data
    return files


def _loc(written: Sequence[object]) -> Loc:
    return tuple(part if isinstance(part, int) else str(part) for part in written)
