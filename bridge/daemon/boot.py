"""From settings to idle outputs, before anything else is even imported (`behaviour.md` 6).

A siren that sounded while no process held its line stops here; the engine, the database and the
broker come after that.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from bridge.core.contact import idle_level
from bridge.lines.drivers import DRIVERS, ONVIF, SIMULATED, driver_key
from bridge.lines.surroundings import Surroundings
from bridge.lines.terminal_lines import TerminalLines
from bridge.system.allocator import share_one_heap

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.settings.checker.checked_file import CheckedFile


def run(file: CheckedFile, *, ends_with_terminal: bool = False) -> None:
    """Requests all outputs at idle, then runs the daemon until SIGTERM or SIGINT.

    SIGHUP reloads the settings, or with `ends_with_terminal` stops as well, since a closed terminal window sends it.

    Raises:
        BoardError: the simulated board is taken, or its folder cannot be used.
        StartFailed: a package that a line needs is missing.
    """
    settings = file.loaded.settings
    surroundings = Surroundings(settings)
    lines = lines_at_idle(settings, surroundings)
    share_one_heap()  # before the threads that all the rest brings
    from bridge.daemon.app import App  # noqa: PLC0415 - all that is slow

    app = App(file, lines=lines, surroundings=surroundings, board=_board(lines, settings))
    asyncio.run(app.run(ends_with_terminal=ends_with_terminal))


def lines_at_idle(settings: Settings, surroundings: Surroundings) -> TerminalLines:
    """Returns the lines of all terminals, with the driver of each kind in use opened and all outputs requested at idle.

    Raises:
        BoardError: the simulated board is taken, or its folder cannot be used.
        StartFailed: a package that a line needs is missing.
    """
    lines = TerminalLines(
        drivers={key: partial(driver.open, settings, surroundings) for key, driver in DRIVERS.items()},
        key_of=partial(driver_key, settings=settings),
    )
    used = [driver_key(output, settings) for output in settings.outputs]
    used += [driver_key(each, settings) for each in settings.inputs]
    if settings.lines.driver == SIMULATED:
        used.append(SIMULATED)  # its contacts are touched from outside, also before there is a terminal
    if _has_onvif(settings):
        used.append(ONVIF)  # its cameras' pictures and presence are wanted, also without a terminal
    for key in dict.fromkeys(used):
        lines.open(key)

    def open_onvif() -> None:
        if _has_onvif(surroundings.settings):
            lines.open(ONVIF)

    surroundings.when_settings_change(open_onvif)
    for output in settings.outputs:
        idle = idle_level(valid_signal=output.valid_signal, connected_level=output.connected_level)
        lines.request_output(output, idle)
    return lines


def _board(lines: TerminalLines, settings: Settings) -> Callable[[str], bytes] | None:
    """Returns the function that takes the simulated board's commands, or None on real lines."""
    if settings.lines.driver != SIMULATED:
        return None
    board: Callable[[str], bytes] | None = getattr(lines.open(SIMULATED), "obey", None)
    return board


def _has_onvif(settings: Settings) -> bool:
    return settings.onvif_cameras != ()
