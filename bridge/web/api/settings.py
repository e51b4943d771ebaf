"""Settings over HTTP: readable without secrets, changed by merge patches, all or nothing.

A `password` is written into a file of its own and is never answered: `{"set": true}` stands in its place. The file
of a password cannot be named here, so that nobody has another file sent as a password to a server of his choice.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any

from bridge.core.definitions.document import as_document
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.errors import CheckerFailed, Fault, SettingsError
from bridge.settings.edits.permissions import ON_PAGE
from bridge.settings.presets.known_devices import written_line
from bridge.web.api.routes import DONE, Call, Reply, Route, refusal, refused
from bridge.web.live import Live
from bridge.web.ports import Ports, SettingsDesk


def input_settings(one: InputSettings) -> dict[str, Any]:
    """Returns an input's settings as JSON, with its label as name; an input has no secrets."""
    return _as_written(one, "inputs")


def output_settings(one: OutputSettings) -> dict[str, Any]:
    """Returns an output's settings as JSON, with its label as name."""
    return _as_written(one, "outputs")


def _as_written(one: InputSettings | OutputSettings, section: str) -> dict[str, Any]:
    """Returns a terminal's settings as JSON, with its label as name, and a preset's topic as it is written."""
    shown: dict[str, Any] = as_document(one)
    line = shown["line"]
    return {**shown, "name": one.label, "line": line if line is None else dict(written_line(line, section))}


def rest_settings(settings: Settings) -> dict[str, Any]:
    """Returns all settings besides inputs and outputs as JSON, without secrets; None for a section that is absent.

    The device's name is its label. Cameras are not among them: their addresses may hold passwords.
    """
    shown = {part: _without_secret(getattr(settings, part), keys) for part, keys in ON_PAGE.items()}
    return {**shown, "device": {**shown["device"], "name": settings.device.label}}


def _without_secret(section: Any, keys: frozenset[str] | None) -> Any:
    """Returns a section as JSON, with only whether its password is set, and in which file."""
    shown = as_document(section, keys)
    if shown is None or not hasattr(section, "password"):
        return shown
    file = None if section.password_file is None else str(section.password_file)
    shown.pop("password_file", None)
    return {**shown, "password": {"set": section.password is not None, "file": file}}


def routes(live: Live, ports: Ports) -> tuple[Route, ...]:
    """Returns the routes of settings.

    Those that change something only if the ports have a desk that can write the file.
    """
    desk = SettingsApi(live=live, desk=ports.settings)
    show = partial(Route, method="GET", answers={"type": "object"})
    rows = (
        show(
            path="/api/settings",
            says="All settings but inputs, outputs and cameras",
            work=desk.rest,
            tag="settings",
        ),
        show(path="/api/inputs/{input}/settings", says="Settings of an input", work=desk.input, tag="settings"),
        show(path="/api/outputs/{output}/settings", says="Settings of an output", work=desk.output, tag="settings"),
    )
    if ports.settings is None:
        return rows
    patch = partial(Route, method="PATCH", tag="settings", patch=True, refuses=True)
    add = partial(Route, method="POST", tag="settings", patch=True, refuses=True)
    remove = partial(Route, method="DELETE", tag="settings", refuses=True)
    return (
        *rows,
        show(
            path="/api/settings/origins",
            says="Settings from above the file, which no change here affects",
            work=desk.origins,
            tag="settings",
            refuses=True,
        ),
        patch(
            path="/api/settings",
            says="Change these settings; `password` goes into a file of its own",
            work=desk.patch_rest,
        ),
        patch(path="/api/inputs/{input}/settings", says="Change settings of an input", work=desk.patch_input),
        patch(path="/api/outputs/{output}/settings", says="Change settings of an output", work=desk.patch_output),
        add(path="/api/inputs", says="Add an input", work=desk.add_input),
        add(path="/api/outputs", says="Add an output", work=desk.add_output),
        remove(path="/api/inputs/{input}", says="Remove an input", work=desk.remove_input),
        remove(path="/api/outputs/{output}", says="Remove an output, and all links to it", work=desk.remove_output),
    )


class SettingsApi:
    """The handlers of these routes.

    A change returns done, or a refusal with all faults; an unknown input or output is 404, and what could not be
    checked now is 503.
    """

    def __init__(self, *, live: Live, desk: SettingsDesk | None) -> None:
        self._live = live
        self._desk = desk

    async def rest(self, call: Call) -> Reply:
        """Returns all settings besides inputs, outputs and cameras."""
        del call
        return Reply(body=rest_settings(self._live.settings))

    async def origins(self, call: Call) -> Reply:
        """Returns the paths of the settings from above the file; 503 if they cannot be found out now."""
        del call
        try:
            return Reply(body={"origins": dict(await self._of.origins())})
        except (SettingsError, CheckerFailed) as error:
            return refused(str(error), status=503)

    async def input(self, call: Call) -> Reply:
        """Returns one input's settings; 404 for an unknown input."""
        one = self._live.input_settings(call.path["input"])
        return _missing("input") if one is None else Reply(body=input_settings(one))

    async def output(self, call: Call) -> Reply:
        """Returns one output's settings; 404 for an unknown output."""
        one = self._live.output_settings(call.path["output"])
        return _missing("output") if one is None else Reply(body=output_settings(one))

    async def patch_input(self, call: Call) -> Reply:
        """Changes one input by a merge patch; a patch with `id` is refused."""
        name = call.path["input"]
        if self._live.input_settings(name) is None:
            return _missing("input")
        return _fixed_id(call.body) or await _done(self._of.patch_input(name, call.body, call.by))

    async def patch_output(self, call: Call) -> Reply:
        """Changes one output by a merge patch; a patch with `id` is refused."""
        name = call.path["output"]
        if self._live.output_settings(name) is None:
            return _missing("output")
        return _fixed_id(call.body) or await _done(self._of.patch_output(name, call.body, call.by))

    async def patch_rest(self, call: Call) -> Reply:
        """Changes these settings by a merge patch; keys that only the file may change are refused."""
        faults = tuple(_only_in_the_file(call.body))
        return refusal(faults) if faults else await _done(self._of.patch_rest(call.body, call.by))

    async def add_input(self, call: Call) -> Reply:
        """Adds an input."""
        return await _done(self._of.add("inputs", call.body, call.by))

    async def add_output(self, call: Call) -> Reply:
        """Adds an output."""
        return await _done(self._of.add("outputs", call.body, call.by))

    async def remove_input(self, call: Call) -> Reply:
        """Removes an input."""
        name = call.path["input"]
        if self._live.input_settings(name) is None:
            return _missing("input")
        return await _done(self._of.remove("inputs", name, call.by))

    async def remove_output(self, call: Call) -> Reply:
        """Removes an output, and all links to it."""
        name = call.path["output"]
        if self._live.output_settings(name) is None:
            return _missing("output")
        return await _done(self._of.remove("outputs", name, call.by))

    @property
    def _of(self) -> SettingsDesk:
        """The desk that changes settings; routes that change something exist only with one."""
        assert self._desk is not None  # noqa: S101 - there are no such rows without it
        return self._desk


async def _done(asked: Awaitable[tuple[Fault, ...]]) -> Reply:
    """Waits for a change. Returns done, or a refusal with its faults."""
    faults = await asked
    return refusal(faults) if faults else DONE


def _only_in_the_file(patch: Mapping[str, Any]) -> list[Fault]:
    """Returns a fault for each key of the patch that is changed in the file only; an empty list if there is none."""
    message = "is changed in the settings file only"
    faults = []
    for part, change in patch.items():
        keys = ON_PAGE.get(part, frozenset())
        if part not in ON_PAGE or (keys is not None and not isinstance(change, Mapping)):
            faults.append(Fault(path=part, message=message))
        elif change is not None and not isinstance(change, Mapping):
            faults.append(Fault(path=part, message="must be keys with values"))
        elif keys is not None and isinstance(change, Mapping):
            faults += [Fault(path=f"{part}.{key}", message=message) for key in change if key not in keys]
    return faults


def _fixed_id(patch: Mapping[str, Any]) -> Reply | None:
    """Returns the refusal of a patch with an `id`, or None."""
    return refused("stays what it is: topics and entities are named after it", path="id") if "id" in patch else None


def _missing(kind: str) -> Reply:
    """Returns the reply for an input or output that does not exist (404)."""
    return refused(f"there is no such {kind}", status=404)
