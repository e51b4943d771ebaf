"""Lists GPIO chips and lines, for `alarm2mqtt lines` and for the first settings file."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.lines.gpio.gpiod_loader import gpio_devices
from bridge.lines.gpio.line_lookup import SeenChip, SeenLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedChip:
    """A chip and its lines; no lines when `chip.denied`."""

    chip: SeenChip
    lines: tuple[SeenLine, ...]


def list_chips() -> list[ListedChip]:
    """Returns all GPIO chips by number; one that may not be opened is listed without lines, as `denied`.

    Requests no line, so it never disturbs one. Empty if there are no chips. Raises StartFailed if the gpiod package
    cannot be loaded.
    """
    devices = gpio_devices()
    return [ListedChip(chip=chip, lines=tuple(devices.lines(chip))) for chip in devices.chips()]
