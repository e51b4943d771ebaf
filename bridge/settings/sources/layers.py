"""The sources above the file: command line, `ALARM2MQTT_…` variables, secrets folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.core.definitions.introspection import keys
from bridge.core.definitions.settings import Settings
from bridge.errors import Fault
from bridge.settings.location import ABSENT, Loc, path_of, value_at
from bridge.settings.sources.names import PREFIX, SECRETS_DIR, SECRETS_FOLDER
from bridge.settings.sources.secret_files import secret_of

NO_SETTINGS = {"board", "secrets_dir", "gpio_rig", "ha_rig", "image_rig", "kills"}
"""Variables with the prefix that are no settings."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layer:
    """The values of one source, nested; `names` are the variables or files of the values."""

    origin: str
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    names: Mapping[str, str] = field(default_factory=dict, repr=False)
    faults: tuple[Fault, ...] = ()
    warnings: tuple[str, ...] = ()
    files: tuple[Path, ...] = ()

    def gives(self, loc: Loc, *, alone: bool = False) -> bool:
        """Returns whether the value at a location comes from here; with `alone` all of it (sections are merged)."""
        value = value_at(self.values, loc)
        return value is not ABSENT and not (alone and isinstance(value, Mapping))

    def source(self, loc: Loc) -> str:
        """Returns the origin of a value for a person: the variable, the file, or the layer."""
        parts = [str(part).lower().replace("-", "_") for part in loc]
        known = ("__".join(parts[:length]) for length in range(len(parts), 0, -1))
        return next((self.names[name] for name in known if name in self.names), self.origin)

    def places(self) -> Iterator[str]:
        """Yields the path of every value of this layer."""
        waiting: list[tuple[Loc, Any]] = [((), self.values)]
        while waiting:
            loc, value = waiting.pop()
            if isinstance(value, Mapping):
                waiting += [((*loc, str(key)), part) for key, part in value.items()]
            else:
                yield path_of(loc)


def command_line(overrides: Mapping[str, Any]) -> Layer:
    """Returns a layer of `{"mqtt.port": 1884}`, or of the same nested."""
    values: dict[str, Any] = {}
    for dotted, value in overrides.items():
        *sections, key = dotted.split(".")
        nested: dict[str, Any] = {key: value}
        for section in reversed(sections):
            nested = {section: nested}
        values = merged(values, nested)
    return Layer(origin="command line", values=values)


def environment(environ: Mapping[str, str]) -> Layer:
    """Returns a layer of the variables with the prefix; an empty one counts as absent."""
    given = {
        name[len(PREFIX) :].lower(): (name, value)
        for name, value in environ.items()
        if name.upper().startswith(PREFIX) and value
    }
    return _layer("environment", {name: one for name, one in given.items() if name not in NO_SETTINGS})


def secrets_folder(environ: Mapping[str, str]) -> Layer:
    """Returns a layer of one file for each value, named like the variable without its prefix, in any case.

    `mqtt__password` is such a name. The folder is `ALARM2MQTT_SECRETS_DIR`, by default `SECRETS_FOLDER`.
    """
    named = environ.get(SECRETS_DIR)
    folder = Path(named or SECRETS_FOLDER)
    given: dict[str, tuple[str, str]] = {}
    faults: list[Fault] = []
    files: list[Path] = []
    try:
        found = sorted(folder.iterdir()) if named or folder.is_dir() else []
    except (OSError, ValueError):
        return Layer(
            origin=str(folder),
            faults=(Fault(path="", message="is no folder that can be read", file=SECRETS_DIR),),
        )
    for path in found:
        if path.name.startswith(".") or path.is_dir():
            continue
        files.append(path)
        try:
            given[path.name.lower()] = (str(path), secret_of(path))
        except ValueError as error:
            faults.append(Fault(path="", message=str(error), file=str(path)))
    return _layer(str(folder), given, faults=tuple(faults), files=tuple(files))


def merged(below: Mapping[Any, Any], above: Mapping[Any, Any]) -> dict[Any, Any]:
    """Returns both, with `above` over `below`; lists are replaced as a whole.

    A `password` above replaces a `password_file` below, and the other way round.
    """
    whole = dict(below)
    if ("password" in above) != ("password_file" in above):
        whole.pop("password_file" if "password" in above else "password", None)
    for key, value in above.items():
        old = whole.get(key)
        whole[key] = merged(old, value) if isinstance(old, Mapping) and isinstance(value, Mapping) else value
    return whole


def _layer(
    origin: str,
    given: Mapping[str, tuple[str, str]],
    *,
    faults: tuple[Fault, ...] = (),
    files: tuple[Path, ...] = (),
) -> Layer:
    known = {name: one for name, one in given.items() if name.split("__")[0] in keys(Settings)}
    values: Mapping[str, Any] = {}
    if known:
        # Imported only if needed: the outputs wait until the settings are read.
        from bridge.settings.sources.no_plugins import disable_plugins  # noqa: PLC0415 - see above

        disable_plugins()
        from bridge.settings.sources.environment import nested  # noqa: PLC0415 - see above

        values = nested({name: text for name, (_, text) in known.items()})
    return Layer(
        origin=origin,
        values=values,
        names={name.replace("-", "_"): shown for name, (shown, _) in known.items()},
        faults=faults,
        warnings=tuple(f"{shown}: is not a setting" for name, (shown, _) in given.items() if name not in known),
        files=files,
    )
