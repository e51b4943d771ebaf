"""Devices that several tests describe: a small one, a big one, and any that settings allow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import get_args

from hypothesis import strategies as st

from bridge.core.definitions.actions import SOUND_NAME, is_sound_name
from bridge.core.definitions.settings import (
    AudibleLink,
    AudioSettings,
    CameraSettings,
    DeviceSettings,
    EmailSettings,
    FtpSettings,
    HomeAssistantSettings,
    InputSettings,
    LinkageSettings,
    MqttSettings,
    OutputSettings,
    RecordingSettings,
    Settings,
)

SMALL = Settings(
    device=DeviceSettings(id="doorbell", name="Doorbell"), inputs=(InputSettings(id="button", name="Doorbell"),)
)
BIG = Settings(
    device=DeviceSettings(id="front-gate", name="Front gate camera", area="Driveway"),
    mqtt=MqttSettings(base_topic="site/alarm2mqtt"),
    inputs=(
        InputSettings(
            id="garage-door",
            name="Garage door",
            device_class="garage_door",
            linkage=LinkageSettings(
                audible=AudibleLink(clips=("dog.wav", "Bitte gehen Sie.wav")), record=True, email=True, ftp=True
            ),
        ),
        InputSettings(id="tamper", linkage=LinkageSettings(audible=AudibleLink(clips=("dog.wav",)))),
    ),
    outputs=(
        OutputSettings(id="siren", name="Siren", kind="siren"),
        OutputSettings(id="gate-lock", name="Gate lock", kind="lock", device_class="switch"),
        OutputSettings(id="spare"),
    ),
    cameras={"gate": CameraSettings(snapshot="http://127.0.0.1/a.jpg", stream="rtsp://127.0.0.1/main")},
    email=EmailSettings(host="mail.example.org", sender="gate@example.org", recipients=("me@example.org",)),
    ftp=FtpSettings(host="nas.local"),
    recording=RecordingSettings(folder=Path("/mnt/sd/alarms")),
    audio=AudioSettings(folder=Path("/etc/alarm2mqtt/clips")),
)
SECTIONS = ("cameras", "email", "ftp", "recording", "audio")
"""What actions need."""
WITHOUT_ACTIONS = replace(
    BIG,
    **{
        **dict.fromkeys(SECTIONS[1:]),
        "cameras": {},
        "inputs": tuple(replace(one, linkage=LinkageSettings()) for one in BIG.inputs),
    },
)

_IDS = st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True).filter(lambda one: one != "test")
_NAMES = st.none() | st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=64).filter(
    lambda name: not any(letter <= "\x1f" or letter == "\x7f" for letter in name)
)
_PREFIXES = st.sampled_from(("homeassistant", "ha_2", "Site-1/ha"))
_INPUT_CLASSES = st.none() | st.sampled_from(("garage_door", "tamper", "problem"))
_CLIP = st.from_regex(SOUND_NAME, fullmatch=True).filter(is_sound_name)
_CLIPS = st.lists(_CLIP, min_size=1, max_size=3).map(tuple)
_SOUNDS = st.none() | _CLIPS.map(lambda clips: AudibleLink(clips=clips))
_KINDS = st.sampled_from(get_args(OutputSettings.__dataclass_fields__["kind"].type))


@st.composite
def any_settings(draw: st.DrawFn) -> Settings:
    """Whatever may be set of what Home Assistant is told; ids of parts are unique, as settings demand."""
    ids = draw(st.lists(_IDS, max_size=8, unique=True))
    inputs = draw(st.integers(0, len(ids)))
    sections = {name: getattr(BIG, name) for name in SECTIONS if draw(st.booleans())}
    return Settings(
        **sections,
        device=DeviceSettings(id=draw(_IDS), name=draw(_NAMES), area=draw(_NAMES)),
        home_assistant=HomeAssistantSettings(discovery=draw(st.booleans()), prefix=draw(_PREFIXES)),
        inputs=tuple(
            InputSettings(
                id=one,
                name=draw(_NAMES),
                device_class=draw(_INPUT_CLASSES),
                linkage=LinkageSettings(audible=draw(_SOUNDS)),
            )
            for one in ids[:inputs]
        ),
        outputs=tuple(
            OutputSettings(
                id=one,
                name=draw(_NAMES),
                kind=draw(_KINDS),
                device_class=draw(st.sampled_from((None, "outlet", "switch"))),
            )
            for one in ids[inputs:]
        ),
    )
