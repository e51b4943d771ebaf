"""Settings over HTTP: readable without secrets, changed by merge patches, all or nothing.

Besides inputs and outputs only harmless settings can be changed here: no address, path, credential or
recipient, so that a user of the page cannot send pictures or passwords to a place of his choice.
Those are changed in the file.
"""

from __future__ import annotations

from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any

from bridge.core.definitions.document import as_document
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.errors import Fault
from bridge.settings.edits.permissions import ON_PAGE, PUBLISHED
from bridge.web.api.routes import DONE, Call, Reply, Route, refusal, refused
from bridge.web.live import Live
from bridge.web.ports import Ports, SettingsDesk


def input_settings(one: InputSettings) -> dict[str, Any]:
    """Returns an input's settings as JSON, with its label as name; an input has no secrets."""
    return {**as_document(one), "name": one.label}


def output_settings(one: OutputSettings) -> dict[str, Any]:
    """Returns an output's settings as JSON, with its label as name."""
    return {**as_document(one), "name": one.label}


def rest_settings(settings: Settings) -> dict[str, Any]:
    """Returns the published settings besides inputs and outputs as JSON; None for a section that is not configured.

    The device's name is its label.
    """
    shown = {part: as_document(getattr(settings, part), keys) for part, keys in PUBLISHED.items()}
    return {**shown, "device": {**shown["device"], "name": settings.device.label}}


def routes(live: Live, ports: Ports) -> tuple[Route, ...]:
    """Returns the routes of settings.

    Those that change something only if the ports have a desk that can write the file.
    """
    desk = SettingsApi(live=live, desk=ports.settings)
    show = partial(Route, method="GET", answers={"type": "object"})
    rows = (
        show(path="/api/settings", says="Settings of the device as a whole", work=desk.rest, tag="settings"),
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
        patch(path="/api/settings", says="Change settings of the device as a whole", work=desk.patch_rest),
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
        """Returns the published settings besides inputs and outputs."""
        del call
        return Reply(body=rest_settings(self._live.settings))

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
        """Changes settings of the device by a merge patch; keys that only the file may change are refused."""
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
    """Waits for a change. Returns done, or a refusal with its faults: 503 if nothing is wrong with the change."""
    faults = await asked
    if not faults:
        return DONE
    return refusal(faults, status=503 if all(each.is_passing for each in faults) else 422)


def _only_in_the_file(patch: Mapping[str, Any]) -> list[Fault]:
    """Returns a fault for each key of the patch that is changed in the file only; an empty list if there is none."""
    message = "is changed in the settings file only"
    faults = []
    for part, change in patch.items():
        keys = ON_PAGE.get(part, frozenset())
        if part not in ON_PAGE or (keys is not None and not isinstance(change, Mapping)):
            faults.append(Fault(path=part, message=message))
        elif keys is not None:
            faults += [Fault(path=f"{part}.{key}", message=message) for key in change if key not in keys]
    return faults


def _fixed_id(patch: Mapping[str, Any]) -> Reply | None:
    """Returns the refusal of a patch with an `id`, or None."""
    return refused("stays what it is: topics and entities are named after it", path="id") if "id" in patch else None


def _missing(kind: str) -> Reply:
    """Returns the reply for an input or output that does not exist (404)."""
    return refused(f"there is no such {kind}", status=404)
