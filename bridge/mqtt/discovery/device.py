"""The entities of the device itself: commands for it, and its last picture (`mqtt.md` 4).

Each row's `exists` is the core's own condition for the same command, so that no entity
exists whose command can only be refused.
"""

from __future__ import annotations

from itertools import accumulate

from bridge.core.definitions.actions import MAIL_TEXT, is_sound_name
from bridge.core.definitions.channels import CHANNELS, Channel, server_of
from bridge.mqtt.discovery.row import LONGEST_STATE, CommonFields, Part, Row, cut, nested_flag
from bridge.mqtt.discovery.setting_entity import CONFIG
from bridge.mqtt.topics import CommandKind
from ha_discovery import Button, Entity, Image, Notify, Siren, Switch

_MAIL = f"{{{{ {{'text': {cut('value', MAIL_TEXT.longest)}}} | to_json }}}}"
"""The template of a mail's text. Quotes and line breaks survive; a text that is too long is cut and not
refused, since Home Assistant would not show the refusal.
"""

MOST_TONES = 100
MOST_TONE_BYTES = 8000
"""Bytes of all tones together: the description holds 32 kB in all."""


def _run(part: Part, kind: str) -> str:
    """Returns the command topic of an action's kind."""
    return part.topics.command_topic(CommandKind.ACTION_RUN, kind)


def tones(part: Part) -> tuple[str, ...]:
    """Returns the clips of all inputs' sounds and of the folder, without those that a command could not name.

    A folder with more clips than a description may hold is cut.
    """
    linked = {clip for one in part.settings.inputs if one.linkage.audible for clip in one.linkage.audible.clips}
    found = [*sorted(linked), *(clip for clip in part.clips if clip not in linked)]
    named = [clip for clip in found if is_sound_name(clip) and clip.strip() and len(clip) <= LONGEST_STATE]
    ends = accumulate(len(clip.encode()) for clip in named)
    return tuple(sorted(clip for clip, end in zip(named[:MOST_TONES], ends, strict=False) if end <= MOST_TONE_BYTES))


def _audible(part: Part, common: CommonFields) -> Entity:
    """Returns a siren that is on while a sound plays.

    A sound ends by itself, so Home Assistant must not assume the state.
    """
    return Siren(
        **common,
        command_topic=_run(part, "audible"),
        state_topic=part.topics.status,
        state_value_template=nested_flag("audible", "playing"),
        available_tones=tones(part) or None,
    )


def _image(part: Part, common: CommonFields) -> Entity:
    return Image(**common, image_topic=part.topics.snapshot(), content_type="image/jpeg")


def _notify(part: Part, common: CommonFields) -> Entity:
    return Notify(**common, command_topic=_run(part, "email"), command_template=_MAIL)


def _silence(part: Part, common: CommonFields) -> Entity:
    return Button(**common, command_topic=part.topics.command_topic(CommandKind.SILENCE))


def _snapshot(part: Part, common: CommonFields) -> Entity:
    return _button(part, common, "snapshot")


def _record(part: Part, common: CommonFields) -> Entity:
    return _button(part, common, "record")


def _button(part: Part, common: CommonFields, kind: str) -> Entity:
    return Button(**common, command_topic=_run(part, kind), payload_press="{}")


def _sounds(part: Part) -> bool:
    """Returns whether there is a loudspeaker; clips may come later, and the entity would lose what is set for it."""
    return part.settings.audio is not None


def _sees(part: Part) -> bool:
    """Returns whether there is a camera."""
    return bool(part.settings.cameras)


def _mails(part: Part) -> bool:
    """Returns whether there is a mail server."""
    return part.settings.email is not None


def _records(part: Part) -> bool:
    """Returns whether clips are recorded and the first camera, recorded without an input, has a stream."""
    first = next(iter(part.settings.cameras.values()), None)
    return part.settings.recording is not None and first is not None and first.has_stream


def _test_row(channel: Channel) -> Row[Part]:
    """Returns the row of a channel's test: its action without a text, which says that it is a test."""

    def make(part: Part, common: CommonFields) -> Entity:
        return _button(part, common, channel.key)

    def exists(part: Part) -> bool:
        return server_of(part.settings, channel) is not None and (_sees(part) or not channel.one_a_picture)

    return Row(
        what=f"test_{channel.key}",
        name=channel.words.test,
        make=make,
        icon=channel.icons.test,
        category=CONFIG,
        exists=exists,
    )


def _armed(part: Part, common: CommonFields) -> Entity:
    """Returns a switch; off means that inputs are shown, and that only those that are always armed alarm."""
    topic = part.topics.command_topic(CommandKind.ARMED_SET)
    return Switch(**common, command_topic=topic, state_topic=part.topics.armed)


DEVICE_ROWS: tuple[Row[Part], ...] = (
    Row(what="armed", name="armed", make=_armed, icon="mdi:shield-home"),
    Row(what="audible", name="audible alarm", make=_audible, icon="mdi:volume-high", exists=_sounds),
    Row(what="image", name="last alarm", make=_image, exists=_sees),
    Row(what="notify", name="e-mail", make=_notify, icon="mdi:email", exists=_mails),
    Row(what="silence", name="silence", make=_silence, icon="mdi:bell-off"),
    Row(what="snapshot", name="snapshot", make=_snapshot, icon="mdi:camera", exists=_sees),
    Row(what="record", name="record clip", make=_record, icon="mdi:record-rec", exists=_records),
    *(_test_row(channel) for channel in CHANNELS),
)
