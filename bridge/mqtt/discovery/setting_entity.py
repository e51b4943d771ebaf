"""Entities of settings: the state from a retained settings topic, the command as a merge patch of it.

None is optimistic: its state is the setting in force, so a refused change reverts
at once, and `<d>/response` has the reason (`mqtt.md` 2 and 4).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, TypedDict

from bridge.core.definitions.field_types import Range
from bridge.core.definitions.introspection import mark_at
from bridge.core.definitions.settings import Settings
from bridge.core.schedule import ALWAYS, NEVER, Schedule
from bridge.mqtt.discovery.row import LONGEST_STATE, CommonFields, cut
from ha_discovery import Entity, Number, Select, Switch, Text

CONFIG = "config"
WRITTEN_OUT = "written out"
"""The option of a select for a schedule without a name; no name has a space."""
_NO_OPTION = "none"
"""Home Assistant's select reads this word as no choice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingPath:
    """One setting: its topic, and the path of keys in the payload."""

    topic: str
    keys: tuple[str, ...]

    @property
    def expression(self) -> str:
        """The template expression of the setting's value."""
        return ".".join(("value_json", *self.keys))

    def patch(self, value: Any) -> Any:
        """Returns a merge patch that sets the setting to a value."""
        for key in reversed(self.keys):
            value = {key: value}
        return value

    def template(self, value: str) -> str:
        """Returns a template whose result is the merge patch; `value` is an expression."""
        mark = "the value"
        written = json.dumps(self.patch(mark)).replace(json.dumps(mark), value)
        return f"{{{{ {written} | to_json }}}}"


class _Topics(TypedDict):
    state_topic: str
    command_topic: str


def switch(place: SettingPath, common: CommonFields, *, is_on: str | None = None) -> Entity:
    """Returns a switch for a truth value; `is_on` is the expression of its state, by default the value itself."""
    return Switch(
        **common,
        **_topics(place),
        value_template=_known(f"'ON' if {is_on or place.expression} else 'OFF'"),
        payload_on=json.dumps(place.patch(True)),  # noqa: FBT003 - the value
        payload_off=json.dumps(place.patch(False)),  # noqa: FBT003 - the value
        state_on="ON",
        state_off="OFF",
    )


def words(place: SettingPath, common: CommonFields, options: tuple[str, ...]) -> Entity:
    """Returns a select of the setting's own words, which are `options`."""
    return Select(
        **common,
        **_topics(place),
        options=options,
        value_template=_known(place.expression),
        command_template=place.template("value"),
    )


def milliseconds(place: SettingPath, common: CommonFields, section: type, key: str) -> Entity:
    """Returns a number box for whole milliseconds; the limits are those of the definition `section.key`."""
    limits = mark_at(section, key, Range)
    assert limits.le is not None  # noqa: S101 - every time in milliseconds has an end
    return Number(
        **common,
        **_topics(place),
        min=int(limits.ge),
        max=int(limits.le),
        step=1,
        mode="box",
        device_class="duration",
        unit_of_measurement="ms",
        value_template=_known(place.expression),
        command_template=place.template("value"),
    )


def seconds(place: SettingPath, common: CommonFields, section: type, key: str) -> Entity:
    """Returns a number box for milliseconds that are shown and set as seconds with one decimal."""
    limits = mark_at(section, key, Range)
    assert limits.le is not None  # noqa: S101 - every time in milliseconds has an end
    return Number(
        **common,
        **_topics(place),
        min=int(limits.ge) // 1000,
        max=int(limits.le) // 1000,
        step=0.1,
        mode="box",
        device_class="duration",
        unit_of_measurement="s",
        value_template=_known(f"{place.expression} / 1000"),
        command_template=place.template("(value * 1000) | round | int"),
    )


def ids(place: SettingPath, common: CommonFields) -> Entity:
    """Returns a text of ids with commas between them.

    More of them than a state can hold are shown cut; such a text is refused when it is sent, since its end is no id.
    """
    joined = f"{place.expression} | join(', ')"
    return Text(
        **common,
        **_topics(place),
        min=0,
        max=LONGEST_STATE,
        value_template=_known(cut(joined, LONGEST_STATE)),
        command_template=place.template("(value.split(',') | map('trim') | select | list)"),
    )


def schedule(place: SettingPath, common: CommonFields, settings: Settings, in_force: str | Schedule) -> Entity:
    """Returns a select of a schedule: a name, always or never.

    A schedule that is written out can be kept, and not chosen. A name that this description does not have yet is
    unknown until the next one, which comes with it.
    """
    names = ("always", "never", *sorted(name for name in settings.schedules if name != _NO_OPTION))
    shown = f"({place.expression} if {place.expression} in {json.dumps(names)} else None)"
    chosen = place.template("value")
    if not isinstance(in_force, str) and in_force not in (ALWAYS, NEVER):
        names = (*names, WRITTEN_OUT)
        shown = f"('{WRITTEN_OUT}' if {place.expression} is mapping else {shown})"
        # Choosing the present schedule again changes nothing.
        chosen = f"{{% if value == '{WRITTEN_OUT}' %}}{{}}{{% else %}}{chosen}{{% endif %}}"
    return Select(**common, **_topics(place), options=names, value_template=_known(shown), command_template=chosen)


def _known(expression: str) -> str:
    """Returns the template of an expression, unknown for a cleared topic."""
    return f"{{{{ ({expression}) if value_json is defined else None }}}}"


def _topics(place: SettingPath) -> _Topics:
    return _Topics(state_topic=place.topic, command_topic=f"{place.topic}/set")
