"""Needs of the settings that this machine does not meet: packages, programs, sound clips. Reads the disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

from bridge.core.definitions.settings import Settings
from bridge.core.definitions.sound_lines import SoundSource
from bridge.errors import ActionRefused
from bridge.settings.location import Finding, Loc
from bridge.system.sound_files import clip_path, read_wav

PLAYER = "aplay"
RECORDER = "arecord"


def machine_findings(
    settings: Settings,
    *,
    has_module: Callable[[str], bool] = lambda name: find_spec(name) is not None,
    has_program: Callable[[str], bool] = lambda name: shutil.which(name) is not None,
) -> Iterator[Finding]:
    """Yields a finding for each package, program, certificate and sound clip that the settings need and lack."""
    for module, extra, loc in _modules(settings):
        if not has_module(module):
            yield Finding(
                loc=loc, message=f"needs the package {module}", allowed=f"install alarm2mqtt[{extra}]", shown=False
            )
    yield from _files(settings)
    ears = [index for index, each in enumerate(settings.inputs) if isinstance(each.line, SoundSource)]
    if ears and not has_program(RECORDER):
        yield Finding(
            loc=("inputs", ears[0], "line"),
            message=f"needs the program {RECORDER}",
            allowed="install the package alsa-utils",
            shown=False,
        )
    if settings.audio is None:
        return
    if not has_program(PLAYER):
        yield Finding(
            loc=("audio",), message=f"needs the program {PLAYER}", allowed="install the package alsa-utils", shown=False
        )
    yield from _clips(settings)


def _modules(settings: Settings) -> Iterator[tuple[str, str, Loc]]:
    """Yields each package that something needs, its extra, and the first place that needs it."""
    needs: list[tuple[str, str, Loc]] = []
    if settings.web.enabled:
        needs.append(("aiohttp", "web", ("web",)))
    for name, camera in settings.cameras.items():
        loc: Loc = ("cameras", name)
        if camera.snapshot is not None and not camera.snapshot.lower().startswith(("http:", "https:")):
            needs.append(("av", "media", (*loc, "snapshot")))
        if camera.stream is not None:
            needs.append(("av", "media", (*loc, "stream")))
    if settings.recording is not None:
        needs.append(("av", "media", ("recording",)))
    told: set[str] = set()
    for module, extra, place in needs:
        if module not in told:
            told.add(module)
            yield module, extra, place


def _files(settings: Settings) -> Iterator[Finding]:
    """Yields each certificate or key that is named and cannot be read."""
    places: list[tuple[Loc, Path | None]] = []
    if settings.mqtt.tls is not None:
        places += [
            (("mqtt", "tls", key), getattr(settings.mqtt.tls, key)) for key in ("ca_file", "cert_file", "key_file")
        ]
    for name, section in (("email", settings.email), ("ftp", settings.ftp)):
        if section is not None:
            places.append(((name, "ca_file"), section.ca_file))
    places += [(("cameras", name, "ca_file"), camera.ca_file) for name, camera in settings.cameras.items()]
    for loc, path in places:
        if path is None:
            continue
        try:
            path.open("rb").close()
        except OSError as error:
            yield Finding(loc=loc, message=f"{path} cannot be read: {error.strerror}", shown=False)


def _clips(settings: Settings) -> Iterator[Finding]:
    """Yields each clip of an input's linkage that cannot be played, where it is first named."""
    assert settings.audio is not None  # noqa: S101 - the caller looked
    told: set[str] = set()
    for index, one in enumerate(settings.inputs):
        audible = one.linkage.audible
        for nth, name in enumerate(() if audible is None else audible.clips):
            if name in told:
                continue
            told.add(name)
            try:
                read_wav(clip_path(settings.audio.folder, name))
            except ActionRefused as refused:
                yield Finding(
                    loc=("inputs", index, "linkage", "audible", "clips", nth),
                    message=str(refused),
                    allowed=f"a WAV file in {settings.audio.folder}",
                    shown=False,
                )
