"""Devices that several tests describe: a small one, a big one, and any that settings allow."""

from __future__ import annotations

from typing import get_args

from hypothesis import strategies as st

from bridge.settings.model import (
    DeviceSettings,
    HomeAssistantSettings,
    InputSettings,
    MqttSettings,
    OutputSettings,
    Settings,
)

SMALL = Settings(
    device=DeviceSettings(id="doorbell", name="Doorbell"), inputs=(InputSettings(id="button", name="Doorbell"),)
)
BIG = Settings(
    device=DeviceSettings(id="front-gate", name="Front gate camera", area="Driveway"),
    mqtt=MqttSettings(base_topic="site/alarm2mqtt"),
    inputs=(
        InputSettings(id="garage-door", name="Garage door", device_class="garage_door"),
        InputSettings(id="tamper"),
    ),
    outputs=(
        OutputSettings(id="siren", name="Siren", kind="siren"),
        OutputSettings(id="gate-lock", name="Gate lock", kind="lock", device_class="switch"),
        OutputSettings(id="spare"),
    ),
)

_IDS = st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True)
_NAMES = st.none() | st.text(st.characters(exclude_categories=("Cs",)), min_size=1, max_size=64).filter(
    lambda name: not any(letter <= "\x1f" or letter == "\x7f" for letter in name)
)
_PREFIXES = st.sampled_from(("homeassistant", "ha_2", "Site-1/ha"))
_INPUT_CLASSES = st.none() | st.sampled_from(("garage_door", "tamper", "problem"))
_KINDS = st.sampled_from(get_args(OutputSettings.model_fields["kind"].annotation))


@st.composite
def any_settings(draw: st.DrawFn) -> Settings:
    """Whatever may be set of what Home Assistant is told; ids of parts are unique, as settings demand."""
    ids = draw(st.lists(_IDS, max_size=8, unique=True))
    inputs = draw(st.integers(0, len(ids)))
    return Settings(
        device=DeviceSettings(id=draw(_IDS), name=draw(_NAMES), area=draw(_NAMES)),
        home_assistant=HomeAssistantSettings(discovery=draw(st.booleans()), prefix=draw(_PREFIXES)),
        inputs=tuple(
            InputSettings(id=one, name=draw(_NAMES), device_class=draw(_INPUT_CLASSES)) for one in ids[:inputs]
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
