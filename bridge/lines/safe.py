"""`alarm2mqtt safe`: drives every output to its idle contact when the daemon is dead.

The service's stop hook runs it after the daemon has ended, in any way. So it needs no event
loop, no broker and no store, and one bad line never stops the next.

On real lines the process ends after driving, and the level of a line without a holder is up to the
board: Raspberry Pi kernels keep the level, mainline ones make the line an input. So lines are
requested pulled towards idle (`gpiod`), which many chips keep; where even that is lost, a resistor
at the terminal decides.

While the daemon is alive it keeps its lines, and the simulated board its lock: then each output is
reported as failed, with the holder's name, and nothing is driven behind the daemon's back.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

from bridge.core.contact import Contact, demanded_contact, level_of
from bridge.core.definitions.settings import OutputSettings, Settings
from bridge.errors import Alarm2MqttError, LineBusy, LineError
from bridge.lines.gpio.gpiod_loader import gpio_devices
from bridge.lines.gpio.kernel import Kernel
from bridge.lines.simulated.board import FAILED, Board
from bridge.lines.simulated.board_file import BoardFile, recall
from bridge.lines.simulated.board_lock import BoardLock, board_file, board_socket

BUSY_PATIENCE_S = 0.5
"""A holder that has just been killed lets go of all its lines within this."""
_PAUSE_S = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeSafe:
    """Result for one output."""

    output: str
    contact: Contact
    """The contact that is idle for this output."""
    problem: str | None = None
    """The reason why the contact may not be idle; None when it is."""


def safe(settings: Settings) -> list[MadeSafe]:
    """Drives every configured output to its idle contact. Returns one result each, in the settings' order.

    Never raises for a line, a chip, a missing package or a board that cannot be used.
    """
    try:
        if settings.lines.driver == "simulated":
            return _on_the_board(settings)
        return safe_lines(settings.outputs, kernel=gpio_devices())
    except (Alarm2MqttError, OSError) as error:
        return [_made(output, str(error)) for output in settings.outputs]


def exit_code(results: Iterable[MadeSafe]) -> int:
    """Returns 0 when all outputs are idle, else 1."""
    return int(any(result.problem is not None for result in results))


def idle_contact(output: OutputSettings) -> Contact:
    """Returns the contact of an output that nothing demands."""
    return demanded_contact(active=False, valid_signal=output.valid_signal)


def _made(output: OutputSettings, problem: str | None) -> MadeSafe:
    return MadeSafe(output=output.id, contact=idle_contact(output), problem=problem)


def safe_lines(outputs: Iterable[OutputSettings], *, kernel: Kernel) -> list[MadeSafe]:
    """Drives the outputs' lines to their idle levels; see `safe`."""
    deadline = time.monotonic() + BUSY_PATIENCE_S
    return [_made(output, _problem(kernel, output, deadline)) for output in outputs]


def _problem(kernel: Kernel, output: OutputSettings, deadline: float) -> str | None:
    """Drives one output. Returns the reason when that fails, else None."""
    try:
        _drive(kernel, output, deadline)
    except LineError as error:
        return error.message
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one line, the next may be the siren
        return f"{type(error).__name__}: {error}"
    return None


def _drive(kernel: Kernel, output: OutputSettings, deadline: float) -> None:
    """Requests the line at its idle level, which drives it, and releases it.

    Raises:
        LineBusy: another process still held the line at `deadline`.
        LineError: the line cannot be driven.
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


def _on_the_board(settings: Settings) -> list[MadeSafe]:
    socket = board_socket(settings.store.folder)
    with closing(BoardLock(socket)):
        board = Board(recall(board_file(socket)))
        results = []
        for output in settings.outputs:
            board.add_output(output.id)
            board.drive(output.id, idle_contact(output))
            failed = board.is_failed(output.id)
            results.append(_made(output, FAILED if failed else None))
        with closing(BoardFile(board_file(socket))) as file:
            file.replace(board.memory())
            file.sync()
    return results
