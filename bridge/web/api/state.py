"""The state over HTTP: inputs, outputs and the bridge itself, as JSON and for Prometheus."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from bridge.text.json_text import instant
from bridge.web.api.metrics import metrics
from bridge.web.api.routes import Call, Reply, Route, refused
from bridge.web.live import Live
from bridge.web.ports import Ports
from bridge.web.services import ServiceState, services
from bridge.web.view_json import input_json, output_json


def routes(live: Live, ports: Ports) -> tuple[Route, ...]:
    """Returns the routes of the state; `/metrics` only if it is enabled."""
    state = State(live=live, ports=ports)
    row = partial(Route, method="GET")
    rows = (
        row(path="/api/state", says="Everything at once", work=state.whole, tag="device", answers=_ref("State")),
        row(path="/api/inputs/{input}", says="An input", work=state.input, tag="inputs", answers=_ref("Input")),
        row(path="/api/outputs/{output}", says="An output", work=state.output, tag="outputs", answers=_ref("Output")),
        row(
            path="/api/status",
            says="How the bridge itself is doing",
            work=state.status,
            tag="device",
            answers=_ref("Status"),
        ),
    )
    if not live.settings.metrics.enabled:
        return rows
    return (
        *rows,
        row(path="/metrics", says="Figures for Prometheus", work=state.figures, tag="device", gives="text/plain"),
    )


class State:
    """The handlers of these routes."""

    def __init__(self, *, live: Live, ports: Ports) -> None:
        self._live = live
        self._ports = ports

    async def whole(self, call: Call) -> Reply:
        """Returns device, time, and the views of all inputs and outputs."""
        del call
        return Reply(
            body={
                "device": {"id": self._live.settings.device.id, "name": self._live.settings.device.label},
                "now": instant(self._ports.now().local),
                "clock_synchronised": self._live.clock_synchronised,
                "armed": self._live.armed,
                "inputs": [input_json(view) for view in self._live.inputs.values()],
                "outputs": [output_json(view) for view in self._live.outputs.values()],
            }
        )

    async def input(self, call: Call) -> Reply:
        """Returns one input's view; 404 for an unknown input."""
        view = self._live.inputs.get(call.path["input"])
        return refused("there is no such input", status=404) if view is None else Reply(body=input_json(view))

    async def output(self, call: Call) -> Reply:
        """Returns one output's view; 404 for an unknown output."""
        view = self._live.outputs.get(call.path["output"])
        return refused("there is no such output", status=404) if view is None else Reply(body=output_json(view))

    async def status(self, call: Call) -> Reply:
        """Returns the state of the bridge and of each service."""
        del call
        return Reply(body=status_json(self._live, self._ports))

    async def figures(self, call: Call) -> Reply:
        """Returns the metrics in Prometheus' text format."""
        del call
        text = metrics(self._live, self._ports.system())
        return Reply(text=text, kind="text/plain; version=0.0.4")


def status_json(live: Live, ports: Ports) -> dict[str, Any]:
    """Returns the state of the bridge itself as JSON; None for a service that is not configured."""
    system = ports.system()
    return {
        "version": system.version,
        "started": instant(system.started),
        "now": instant(ports.now().local),
        "clock_synchronised": live.clock_synchronised,
        "rejected_commands": system.rejected_commands,
        "journal_unsent": system.journal_unsent,
        "settings_warnings": list(ports.settings_warnings()),
        **{key: service_json(service) for key, service in services(system).items()},
    }


def service_json(service: ServiceState | None) -> Mapping[str, Any] | None:
    """Returns the state of one service as JSON; None if it is not configured."""
    return None if service is None else {"problem": service.problem, "facts": dict(service.facts)}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}
