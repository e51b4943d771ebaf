"""Line driver of the simulated board, with a socket to move its contacts from outside.

Tests, the demo page and benchmarks push contacts and watch outputs there (`settings.md`, last
section). After a kill -9 an output's contact stays as it was driven last, as `board.json` says
(`board_file`), until `safe` or the next start drives it.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from pathlib import Path

from bridge.core.contact import Contact, Level, contact_of, level_of
from bridge.core.definitions.settings import InputSettings, OutputSettings
from bridge.core.facts import LineChanged, LineFound, LineLost
from bridge.core.line_driver import Report
from bridge.errors import CommandRefused
from bridge.lines.fact_buffer import FactBuffer
from bridge.lines.simulated.board import FAILED, Board
from bridge.lines.simulated.board_file import BoardFile, recall
from bridge.lines.simulated.board_lock import BoardLock, board_file
from bridge.lines.simulated.board_saver import BoardSaver
from bridge.lines.simulated.server import BoardServer

_DONE = b'{"ok": true}\n'
_COMMANDS = "connect ID, disconnect ID, fail ID, heal ID, contacts, watch"
_log = logging.getLogger(__name__)


class SimulatedLines:
    """The `LineDriver` port on a simulated board.

    Raises:
        BoardError: from the constructor, when another process has the board, or its socket or
            file cannot be used.
    """

    def __init__(self, *, socket: Path) -> None:
        self._lock = BoardLock(socket)
        try:
            self._board = Board(recall(board_file(socket)))
            self._server = BoardServer(path=socket, obey=self.obey)
        except BaseException:
            self._lock.close()
            raise
        self._saver = BoardSaver(file=BoardFile(board_file(socket)), memory=self._board.memory)
        self._facts = FactBuffer()
        self._inputs: dict[str, InputSettings] = {}
        self._outputs: dict[str, OutputSettings] = {}
        self._levels: dict[str, Level] = {}
        """The level that was last driven or requested, by output."""

    def request_input(self, settings: InputSettings) -> None:
        """Puts an input on the board, or applies new settings to one that is there."""
        self._inputs[settings.id] = settings
        if self._board.add_input(settings.id):
            self._saver.changed()
        self._report_state(settings.id)

    def request_output(self, settings: OutputSettings, level: Level) -> None:
        """Puts an output on the board at a level, or applies new settings to one that is there."""
        self._outputs[settings.id] = settings
        if self._board.add_output(settings.id):
            self._saver.changed()
        self.drive(settings.id, level)
        self._report_state(settings.id)

    def drive(self, terminal: str, level: Level, *, until: float | None = None) -> None:
        """Drives an output to a level, and sends its contact to all watchers at once; an unknown output is logged."""
        del until  # the engine ends a local demand itself
        if terminal not in self._outputs:
            _log.warning("%s is driven, but no output of the simulated board", terminal)
            return
        self._levels[terminal] = level
        contact = contact_of(level, self._outputs[terminal].connected_level)
        if self._board.drive(terminal, contact):
            seen = {"output": terminal, "contact": contact, "monotonic_ns": time.monotonic_ns()}
            self._saver.contact_changed("outputs", terminal, contact)
            self._server.show(_line(seen))

    def release(self, terminal: str) -> None:
        """Takes a terminal off the board; its contact stays as it is. An unknown terminal is ignored."""
        for known in (self._inputs, self._outputs, self._levels):
            known.pop(terminal, None)
        self._board.remove(terminal)

    def start(self, report: Report) -> None:
        """Starts to report facts and to answer commands; called on the running loop."""
        loop = asyncio.get_running_loop()
        self._facts.open(report)
        self._server.start(loop)

    def close(self) -> None:
        """Disconnects all clients, and writes the contacts through to the disk."""
        self._server.close()
        self._saver.close()
        self._lock.close()

    def obey(self, command: str) -> bytes:
        """Executes one command line of the socket.

        Returns its answer, one line of JSON, also for an unknown command.
        """
        match command.split():
            case ["contacts" | "watch"]:
                contacts = self._board.contacts()
                return _line({"inputs": contacts.inputs, "outputs": contacts.outputs})
            case [("connect" | "disconnect" | "fail" | "heal") as verb, terminal]:
                try:
                    self._obey(verb, terminal)
                except CommandRefused as refused:
                    return _line({"ok": False, "error": refused.message})
                return _DONE
        return _line({"ok": False, "error": f"{command[:80]!r} is no command; there are {_COMMANDS}"})

    def _obey(self, verb: str, terminal: str) -> None:
        """Executes a verb on a terminal. Raises CommandRefused for a terminal that is not fit for it."""
        match verb:
            case "connect":
                self._move(terminal, Contact.CONNECTED)
            case "disconnect":
                self._move(terminal, Contact.DISCONNECTED)
            case _:
                self._break(terminal, failed=verb == "fail")

    def _move(self, terminal: str, contact: Contact) -> None:
        """Moves the contact outside an input; on a failed line the change is reported once the line has healed.

        Raises CommandRefused if the terminal is no input on the board.
        """
        if not self._board.set_input(terminal, contact):
            return
        if not self._board.is_failed(terminal):
            self._report_level(terminal)  # first: the file is the board's memory, not the alarm's way
        self._saver.contact_changed("inputs", terminal, contact)

    def _break(self, terminal: str, *, failed: bool) -> None:
        """Breaks or heals a line; an output that heals is driven to its last requested level.

        Raises CommandRefused if the terminal is not on the board.
        """
        if not self._board.set_failed(terminal, failed=failed):
            return
        self._saver.changed()
        if terminal in self._outputs:
            self.drive(terminal, self._levels[terminal])
        self._report_state(terminal)

    def _report_state(self, terminal: str) -> None:
        """Reports a terminal as lost or found, and an input's level after it is found."""
        if self._board.is_failed(terminal):
            self._facts.put(LineLost(terminal=terminal, problem=FAILED))
            return
        self._facts.put(LineFound(terminal=terminal))
        if terminal in self._inputs:
            self._report_level(terminal)

    def _report_level(self, terminal: str) -> None:
        level = level_of(self._board.input_contact(terminal), self._inputs[terminal].connected_level)
        self._facts.put(LineChanged(terminal=terminal, level=level, at=time.monotonic()))


def _line(answer: object) -> bytes:
    """Returns an answer as a line of JSON."""
    return json.dumps(answer).encode() + b"\n"
