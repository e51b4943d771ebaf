"""Names such as `MQTT__PORT` with texts become nested values; pydantic-settings does it.

Its import is not light, so it is only imported when there are such names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from bridge.settings.definitions.settings import Settings


class _Layered(BaseSettings, Settings):
    """What pydantic-settings reads the types from; never made."""

    model_config = SettingsConfigDict(defer_build=True, env_nested_delimiter="__", case_sensitive=False)


class _Variables(EnvSettingsSource):
    """Names and texts from wherever they are given."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(_Layered, env_prefix="")
        self.env_vars = dict(given)

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """JSON where there is some; other text stays, and is refused with everything else that is wrong."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


def nested(given: Mapping[str, str]) -> dict[str, Any]:
    """`{"mqtt__port": "1884"}` as `{"mqtt": {"port": "1884"}}`; names are in lower case.

    Lists, and whole sections, are given as JSON. Cameras and schedules have no `_` in their ids,
    and many shells no `-` in their names: there `_` stands for `-`.
    """
    values = _Variables(given)()
    for section in ("cameras", "schedules"):
        if isinstance(values.get(section), dict):
            values[section] = {str(key).replace("_", "-"): part for key, part in values[section].items()}
    return values
