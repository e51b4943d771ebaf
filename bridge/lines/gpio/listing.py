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
    """Returns all GPIO chips by number; requests nothing, so it never disturbs a line.

    Raises:
        StartFailed: the gpiod package cannot be loaded.
    """
    devices = gpio_devices()
    return [ListedChip(chip=chip, lines=tuple(devices.lines(chip))) for chip in devices.chips()]
