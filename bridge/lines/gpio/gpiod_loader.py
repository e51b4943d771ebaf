"""Loads the gpiod package only for real lines: not every machine has it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bridge.errors import StartFailed

if TYPE_CHECKING:
    from bridge.lines.gpio.gpiod_kernel import GpioDevices


def gpio_devices() -> GpioDevices:
    """Returns the GPIO chips of this machine.

    Raises:
        StartFailed: the package is not installed, or not built for this machine.
    """
    try:
        from bridge.lines.gpio.gpiod_kernel import GpioDevices  # noqa: PLC0415 - this is where it is late
    except ImportError as error:
        message = f"GPIO lines need the gpiod package, which cannot be loaded: {error}"
        raise StartFailed(message) from error
    return GpioDevices()
