"""What GPIO there is: for `alarm2mqtt lines`, which prints it for whoever writes the settings."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.lines.gpio.gpiod_loader import gpio_devices
from bridge.lines.gpio.line_lookup import SeenChip, SeenLine


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedChip:
    """A chip and its lines; no lines where `chip.denied`."""

    chip: SeenChip
    lines: tuple[SeenLine, ...]


def list_chips() -> list[ListedChip]:
    """All GPIO chips by number; requests nothing, so it never disturbs a line.

    Raises:
        StartFailed: the gpiod package cannot be loaded.
    """
    devices = gpio_devices()
    return [ListedChip(chip=chip, lines=tuple(devices.lines(chip))) for chip in devices.chips()]
