"""From settings to idle outputs, before anything else is even imported (`behaviour.md` 6).

Whatever a siren did while nobody held its line, it stops here; the engine, the database and the
broker come after that.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bridge.core.contact import idle_level

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.core.line_driver import LineDriver
    from bridge.settings.load import Loaded


def run(loaded: Loaded, *, ends_with_terminal: bool = False) -> None:
    """The daemon, until it is told to stop. Raises what hinders it from starting at all.

    SIGHUP makes it read its settings anew, or with `ends_with_terminal` is what a closed window sends.
    """
    lines = line_driver(loaded.settings)
    for output in loaded.settings.outputs:
        idle = idle_level(valid_signal=output.valid_signal, connected_level=output.connected_level)
        lines.request_output(output, idle)
    from bridge.daemon.app import App  # noqa: PLC0415 - all that is slow

    asyncio.run(App(loaded, lines=lines).run(ends_with_terminal=ends_with_terminal))


def line_driver(settings: Settings) -> LineDriver:
    """The driver that the settings name.

    Raises:
        BoardError: the simulated board is taken, or its folder cannot be used.
        StartFailed: the gpiod package is missing.
    """
    if settings.lines.driver == "simulated":
        from bridge.lines.simulated.board_lock import board_socket  # noqa: PLC0415 - one of two drivers
        from bridge.lines.simulated.driver import SimulatedLines  # noqa: PLC0415 - the same

        return SimulatedLines(socket=board_socket(settings.store.folder))
    from bridge.lines.gpio.driver import GpiodLines  # noqa: PLC0415 - the other one

    return GpiodLines()
