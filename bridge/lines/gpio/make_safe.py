"""Outputs on GPIO lines driven to idle without a daemon.

The process ends after driving, and the level of a line without a holder is up to the board:
Raspberry Pi kernels keep the level, mainline ones make the line an input. So lines are requested
pulled towards idle (`gpiod_kernel`), which many chips keep; where even that is lost, a resistor at
the terminal decides.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from bridge.core.contact import level_of
from bridge.core.definitions.settings import OutputSettings
from bridge.errors import LineBusy, LineError
from bridge.lines.gpio.gpiod_loader import gpio_devices
from bridge.lines.gpio.kernel import Kernel
from bridge.lines.made_safe import MadeSafe, idle_contact, made_safe

BUSY_PATIENCE_S = 0.5
"""A holder that has just been killed releases all its lines within this."""
_PAUSE_S = 0.01


def make_safe(outputs: Iterable[OutputSettings], *, kernel: Kernel | None = None) -> list[MadeSafe]:
    """Drives each output idle, on the lines of this machine for `kernel` None. Returns one result each, in their order.

    A line that cannot be driven is a result with its problem.

    Raises:
        StartFailed: the gpiod package cannot be imported.
    """
    kernel = kernel or gpio_devices()
    deadline = time.monotonic() + BUSY_PATIENCE_S
    return [made_safe(output, _problem(kernel, output, deadline)) for output in outputs]


def _problem(kernel: Kernel, output: OutputSettings, deadline: float) -> str | None:
    """Drives an output idle. Returns None, or the reason why it could not be driven."""
    try:
        _drive(kernel, output, deadline)
    except LineError as error:
        return error.message
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one line, the next may be the siren
        return f"{type(error).__name__}: {error}"
    return None


def _drive(kernel: Kernel, output: OutputSettings, deadline: float) -> None:
    """Requests an output at its idle level, which drives it, and releases it. Busy lines are retried until `deadline`.

    Raises LineError.
    """
    level = level_of(idle_contact(output), output.connected_level)
    while True:
        try:
            kernel.take_output(output, level, None).release()
        except LineBusy:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_S)
        else:
            return
