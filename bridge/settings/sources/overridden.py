"""Refuses edits of settings whose value comes from above the file: they would have no effect."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from bridge.errors import Fault, SettingsError
from bridge.settings.location import ABSENT, Loc, path_of, value_at
from bridge.settings.sources.layers import Layer

_TWINS = {"password": "password_file", "password_file": "password"}
"""Either of them above the file replaces the other one."""


def check_overridden(above: Iterable[Layer], touched: Iterable[Loc]) -> None:
    """Raises SettingsError with a fault for each touched location whose value comes from a layer above the file."""
    faults = tuple(_faults(tuple(above), touched))
    if faults:
        raise SettingsError(faults)


def _faults(layers: tuple[Layer, ...], touched: Iterable[Loc]) -> Iterator[Fault]:
    for loc in touched:
        origin = next((origin for layer in layers if (origin := _origin(layer, loc)) is not None), None)
        if origin is not None:
            yield Fault(path=path_of(loc), message=f"comes from {origin}, which goes before the file: change it there")


def _origin(layer: Layer, loc: Loc) -> str | None:
    """Returns where a layer has the value of a location from, or None if the layer does not give it."""
    for length in range(1, len(loc) + 1):
        part = loc[:length]
        value = value_at(layer.values, part)
        if value is ABSENT and part[-1] in _TWINS:
            part = (*part[:-1], _TWINS[str(part[-1])])
            value = value_at(layer.values, part)
        if value is not ABSENT and (length == len(loc) or not isinstance(value, Mapping)):
            while isinstance(value, Mapping) and value:
                key, value = next(iter(value.items()))
                part = (*part, str(key))
            return layer.source(part)
    return None
