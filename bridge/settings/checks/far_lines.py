"""Lines in other devices: settings of a terminal that mean nothing to them, and pulses that they cannot make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bridge.core.definitions.lines import KINDS
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


def far_line_findings(terminals: Mapping[str, Items], kinds: Mapping[str, Any] = KINDS) -> Iterator[Finding]:
    """Yields a finding for each setting that contradicts the kind of its terminal's line.

    Unknown kinds are passed over.
    """
    for section, items in terminals.items():
        for index, item in items:
            line = item.get("line")
            form = kinds.get(str(line.get("kind"))) if isinstance(line, Mapping) else None
            if form is None:
                continue
            loc: Loc = (section, index)
            if not (form.for_inputs if section == "inputs" else form.for_outputs):
                yield Finding(
                    loc=(*loc, "line", "kind"),
                    message=f"is no kind of line for {section}",
                    allowed=", ".join(kind for kind, each in kinds.items() if _serves(each, section)),
                )
            if form.is_far:
                yield from _electrical(section, loc, item)
            if section == "outputs" and item.get("mode") == "pulse":
                yield from _pulses(loc, item, shortest_ms=form.shortest_phase_ms)


def _serves(form: Any, section: str) -> bool:
    """Returns whether a kind of line is one for inputs, or for outputs."""
    return bool(getattr(form, f"for_{section}"))


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
