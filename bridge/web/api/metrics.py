"""Metrics for Prometheus (text format 0.0.4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from bridge.core.effects import InputView, OutputView
from bridge.core.status import BridgeStatus
from bridge.web.live import Live
from bridge.web.services import services

Sample = tuple[dict[str, str], float]
_INPUT: tuple[tuple[str, str, str, Callable[[InputView], float]], ...] = (
    ("tripped", "gauge", "Contact matches Trigger Mode.", lambda view: view.tripped is True),
    ("alarm", "gauge", "In alarm.", lambda view: view.alarm),
    ("armed", "gauge", "Enabled, schedule open, and the device armed or the input always.", lambda view: view.armed),
    ("available", "gauge", "Its line can be read.", lambda view: view.available),
    ("alarms_total", "counter", "Alarms since the start.", lambda view: view.alarms),
    ("glitches_total", "counter", "Runs of the contact too short to count.", lambda view: view.glitches),
)
_OUTPUT: tuple[tuple[str, str, str, Callable[[OutputView], float]], ...] = (
    ("on", "gauge", "Demand.", lambda view: view.on),
    ("available", "gauge", "Its line can be driven.", lambda view: view.available),
)


def metrics(live: Live, system: BridgeStatus) -> str:
    """Returns all metrics in Prometheus' text format; a label's value is an id, or escaped."""
    return "".join(_lines(live, system))


def _lines(live: Live, system: BridgeStatus) -> Iterator[str]:
    """Yields the lines of all metrics in Prometheus' text format."""
    for name, kind, says, value in _INPUT:
        yield from _family(
            f"input_{name}", kind, says, (({"input": view.id}, value(view)) for view in live.inputs.values())
        )
    for name, kind, says, show in _OUTPUT:
        yield from _family(
            f"output_{name}", kind, says, (({"output": view.id}, show(view)) for view in live.outputs.values())
        )
    yield from _family(
        "service_ok",
        "gauge",
        "It is configured, and nothing is wrong with it.",
        (({"service": name}, state.problem is None) for name, state in services(system).items() if state is not None),
    )
    yield from _family("info", "gauge", "The version that runs.", [({"version": system.version}, 1)])
    for name, kind, says, number in (
        ("start_time_seconds", "gauge", "When it started.", system.started.timestamp()),
        ("device_armed", "gauge", "The device's armed switch.", live.armed),
        ("clock_synchronised", "gauge", "The clock can be trusted.", live.clock_synchronised),
        ("rejected_commands_total", "counter", "Refused over MQTT.", system.rejected_commands),
        ("journal_unsent", "gauge", "Entries that wait for the broker.", system.journal_unsent),
        ("pages_open", "gauge", "Browsers that watch.", live.watched_by),
    ):
        yield from _family(name, kind, says, [({}, number)])


def _family(name: str, kind: str, says: str, samples: Iterable[Sample]) -> Iterator[str]:
    """Yields the lines of one metric: help, type, samples."""
    full = f"alarm2mqtt_{name}"
    yield f"# HELP {full} {says}\n# TYPE {full} {kind}\n"
    for labels, value in samples:
        inside = ",".join(f'{key}="{_escaped(text)}"' for key, text in labels.items())
        yield f"{full}{{{inside}}} {_number(value)}\n" if inside else f"{full} {_number(value)}\n"


def _number(value: float) -> str:
    return f"{float(value):.3f}".rstrip("0").rstrip(".")


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
