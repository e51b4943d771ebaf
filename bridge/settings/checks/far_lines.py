"""Lines in other devices: settings of a terminal that mean nothing to them, and pulses that they cannot make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bridge.core.definitions.lines import SINKS, SOURCES
from bridge.core.definitions.outputs import PulseSettings
from bridge.core.numbers import whole_number
from bridge.settings.location import Finding, Loc

Items = Sequence[tuple[int, Mapping[str, object]]]
ELECTRICAL = {
    "inputs": {"connected_level": "low", "bias": "pull_up"},
    "outputs": {"connected_level": "high", "drive": "push_pull"},
}
"""The settings of a terminal that a GPIO line alone has, with their defaults, which do no harm."""
PHASES = PulseSettings()


def far_line_findings(terminals: Mapping[str, Items]) -> Iterator[Finding]:
    """Yields a finding for each setting that contradicts the kind of its terminal's line.

    Unknown kinds are passed over.
    """
    for section, items in terminals.items():
        kinds = SOURCES if section == "inputs" else SINKS
        for index, item in items:
            line = item.get("line")
            form: Any = kinds.get(str(line.get("kind"))) if isinstance(line, Mapping) else None
            if form is None or not form.is_far:
                continue
            yield from _electrical(section, (section, index), item)
            if section == "outputs" and item.get("mode") == "pulse":
                yield from _pulses((section, index), item, shortest_ms=form.shortest_phase_ms)


def _electrical(section: str, loc: Loc, item: Mapping[str, object]) -> Iterator[Finding]:
    """Yields the settings of an electrical line that are set, and that another device's line cannot follow."""
    for key, default in ELECTRICAL[section].items():
        if item.get(key) not in (None, "", default):
            yield Finding(
                loc=(*loc, key),
                message="has no effect on a line of this kind, which has no electrical level",
                allowed="nothing here; trigger_mode and valid_signal say what a contact means",
                because=((*loc, "line", "kind"),),
            )


def _pulses(loc: Loc, item: Mapping[str, object], *, shortest_ms: int | None) -> Iterator[Finding]:
    """Yields a finding for each pulse phase that is too short for the line, or for mode pulse if it takes none."""
    if shortest_ms is None:
        yield Finding(
            loc=(*loc, "mode"),
            message="is no mode of a line of this kind",
            allowed="switch",
            because=((*loc, "line", "kind"),),
        )
        return
    pulse = item.get("pulse")
    for key, default_ms in (("on_ms", PHASES.on_ms), ("off_ms", PHASES.off_ms)):
        written = pulse.get(key) if isinstance(pulse, Mapping) else None
        phase_ms = default_ms if written in (None, "") else whole_number(written)
        if phase_ms is not None and phase_ms < shortest_ms:
            yield Finding(
                loc=(*loc, "pulse", key),
                message=f"is {phase_ms}, too short for a line of this kind",
                allowed=f"{shortest_ms} to 60000, or mode switch",
                shown=False,
                because=((*loc, "line", "kind"), (*loc, "mode")),
            )
