"""The wiring of a terminal: its line, and what that can name of the other settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bridge.core.definitions.lines import GPIO
from bridge.core.definitions.settings import InputSettings, OutputSettings, Settings
from bridge.settings.presets.known_devices import presets
from bridge.web.html import Html
from bridge.web.pages.fields import Form
from bridge.web.pages.key_controls import Around
from bridge.web.pages.line_fields import LineForm, Section, known_kind, line_fields
from bridge.web.ports import FoundLines


def wiring(
    edited: Form,
    section: Section,
    settings: Settings,
    terminal: InputSettings | OutputSettings | None,
    *,
    asked: str | None,
    found: Callable[[], FoundLines] = FoundLines,
) -> list[Html]:
    """Returns the fields of the line of a terminal, or for None of a new one.

    `asked` is the kind to show, if it is a kind; default: the terminal's own, or a GPIO line. `found` looks for free
    GPIO lines, which opens every chip.
    """
    present = GPIO if terminal is None or terminal.line is None else terminal.line.kind
    kind = known_kind(section, asked, present)
    own = None if terminal is None else terminal.id
    known = presets(section).items()
    is_fresh = terminal is None or kind != present
    simulated = settings.lines.driver == "simulated"
    free = found().lines if kind == GPIO and not simulated else ()
    return line_fields(
        replace(edited, values={**edited.values, "line": {}}) if is_fresh else edited,
        LineForm(
            section=section,
            kind=kind,
            is_fresh=is_fresh,
            simulated=simulated,
            around=Around(
                cameras=[(name, name) for name in settings.cameras],
                inputs=[(each.id, each.label) for each in settings.inputs if each.id != own],
                chips=[(chip, chip) for chip in dict.fromkeys(str(line.get("chip", "")) for _, line in free) if chip],
                lines=[(str(line["name"]), label) for label, line in free if "name" in line],
                presets=[(name, preset["device"]) for name, preset in known if preset["kind"] == kind],
            ),
        ),
    )
