"""Converts names such as `MQTT__PORT` with texts into nested values, by pydantic-settings.

It is imported only if there are such names, since its import is heavy.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, create_model
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, EnvSettingsSource, SettingsConfigDict

from bridge.core.definitions.introspection import is_section, keys, members, unwrapped
from bridge.core.definitions.settings import Settings


class _Layered(BaseSettings):
    """The types for pydantic-settings; never instantiated."""

    model_config = SettingsConfigDict(
        defer_build=True, arbitrary_types_allowed=True, env_nested_delimiter="__", case_sensitive=False
    )


class _Variables(EnvSettingsSource):
    """Names and texts of any source, in place of the process's environment."""

    def __init__(self, given: Mapping[str, str]) -> None:
        super().__init__(_model(Settings, _Layered), env_prefix="")
        self.env_vars = dict(given)

    def decode_complex_value(self, field_name: str, field: FieldInfo, value: Any) -> Any:
        """Returns the value of JSON; other text stays as it is, and the check refuses it."""
        try:
            return super().decode_complex_value(field_name, field, value)
        except ValueError:
            return value


def nested(given: Mapping[str, str]) -> dict[str, Any]:
    """Returns `{"mqtt__port": "1884"}` as `{"mqtt": {"port": "1884"}}`; names are in lower case.

    Lists and whole sections are JSON; text that is no JSON stays text. Ids of cameras and schedules have no `_`, and
    many shells allow no `-` in names: there `_` stands for `-`.
    """
    values = _Variables(given)()
    for section in ("cameras", "schedules"):
        if isinstance(values.get(section), dict):
            values[section] = {str(key).replace("_", "-"): part for key, part in values[section].items()}
    return values


class _Part(BaseModel):
    """A section below the top."""

    model_config = SettingsConfigDict(defer_build=True, arbitrary_types_allowed=True)


def _model(section: type, base: type[BaseModel]) -> Any:
    """Returns the section as a model of pydantic's: pydantic-settings knows the keys of no other class."""
    fields: dict[str, Any] = {key: (_type(field.type), None) for key, field in keys(section).items()}
    return create_model(section.__name__, __base__=base, **fields)


def _type(annotation: Any) -> Any:
    """Returns a type without its marks, with models in place of sections."""
    kind, _ = unwrapped(annotation)
    if members(kind) != (kind,):
        return Union[tuple(_type(member) for member in members(kind))]  # noqa: UP007 - made at run time
    if is_section(kind):
        return _model(kind, _Part)
    if get_origin(kind) is tuple:
        return tuple[_type(get_args(kind)[0]), ...]  # type: ignore[misc]  # made at run time
    if get_origin(kind) is Mapping:
        return dict[str, _type(get_args(kind)[1])]  # type: ignore[misc]  # made at run time
    return kind
