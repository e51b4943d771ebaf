"""Outputs of a simulated board set to idle without a daemon, in the board's file."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from bridge.core.definitions.settings import OutputSettings
from bridge.lines.made_safe import MadeSafe, idle_contact, made_safe
from bridge.lines.simulated.board import FAILED, Board
from bridge.lines.simulated.board_file import BoardFile, recall
from bridge.lines.simulated.board_lock import BoardLock, board_file


def make_safe(outputs: Iterable[OutputSettings], *, socket: Path) -> list[MadeSafe]:
    """Sets each output to its idle contact in the file of the board of `socket`.

    Returns one result each, in their order. An output whose line has failed is a result with a problem.

    Raises:
        BoardError: a daemon holds the board, or its file cannot be read.
        OSError: the file cannot be written.
    """
    with closing(BoardLock(socket)):
        board = Board(recall(board_file(socket)))
        results = []
        for output in outputs:
            board.add_output(output.id)
            board.drive(output.id, idle_contact(output))
            results.append(made_safe(output, FAILED if board.is_failed(output.id) else None))
        with closing(BoardFile(board_file(socket))) as file:
            file.replace(board.memory())
            file.sync()
    return results
