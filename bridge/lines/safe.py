"""`alarm2mqtt safe`: every output to its idle contact, by whoever is left when the daemon died.

The service's stop hook runs it after the daemon has ended, in whatever way. So it needs no event
loop, no broker and no store, and one bad line never stops the next.

On real lines the process ends after driving, and what a line does without a holder is up to the
board: Raspberry Pi kernels keep the level, mainline ones make the line an input. So lines are
requested pulled towards idle (`gpiod`), which many chips keep; where even that is lost, a resistor
at the terminal decides.

While the daemon is alive it keeps its lines, and the simulated board its lock: then each output is
told as failed, with the holder's name, and nothing is driven behind the daemon's back.
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
    """What became of one output; `problem` is None when its contact is idle."""

    output: str
    contact: Contact
    """The idle contact."""
    problem: str | None = None


def safe(settings: Settings) -> list[MadeSafe]:
    """Drive every configured output to its idle contact; one result each, in the settings' order.

    Never raises for a line, a chip, a missing package or a board that cannot be used.
    """
    try:
        if settings.lines.driver == "simulated":
            return _on_the_board(settings)
        return safe_lines(settings.outputs, kernel=gpio_devices())
    except (Alarm2MqttError, OSError) as error:
        return [_made(output, str(error)) for output in settings.outputs]


def exit_code(results: Iterable[MadeSafe]) -> int:
    """0 when all are idle, else 1."""
    return int(any(result.problem is not None for result in results))


def idle_contact(output: OutputSettings) -> Contact:
    """What an output's contact is while nothing wants it on."""
    return demanded_contact(active=False, valid_signal=output.valid_signal)


def _made(output: OutputSettings, problem: str | None) -> MadeSafe:
    return MadeSafe(output=output.id, contact=idle_contact(output), problem=problem)


def safe_lines(outputs: Iterable[OutputSettings], *, kernel: Kernel) -> list[MadeSafe]:
    """What `safe` does on real lines."""
    deadline = time.monotonic() + BUSY_PATIENCE_S
    return [_made(output, _problem(kernel, output, deadline)) for output in outputs]


def _problem(kernel: Kernel, output: OutputSettings, deadline: float) -> str | None:
    """Why an output could not be driven, or None."""
    try:
        _drive(kernel, output, deadline)
    except LineError as error:
        return error.message
    except Exception as error:  # noqa: BLE001 - whatever is wrong with one line, the next may be the siren
        return f"{type(error).__name__}: {error}"
    return None


def _drive(kernel: Kernel, output: OutputSettings, deadline: float) -> None:
    """Request at the idle level; the request is what drives it. Busy lines are tried until `deadline`."""
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
