"""State of the simulated board: contacts outside its inputs, and contacts of its outputs.

Only state and its rules; commands and watchers belong to `server`. A terminal is on the board while the
daemon holds it. Its contact is remembered beyond that, as a wire stays in its screw terminal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bridge.core.contact import Contact
from bridge.errors import CommandRefused
from bridge.lines.simulated.board_file import BoardMemory

FAILED = "the simulated board says that this line has failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardContacts:
    """The contacts of all terminals on the board, as they are outside, failed lines included."""

    inputs: Mapping[str, Contact]
    outputs: Mapping[str, Contact]


class Board:
    """Contacts by terminal. A method that changes something returns whether there was a change, except `remove`."""

    def __init__(self, memory: BoardMemory) -> None:
        self._inputs = dict(memory.inputs)
        self._outputs = dict(memory.outputs)
        self._failed = set(memory.failed)
        self._inputs_on_board: set[str] = set()
        self._outputs_on_board: set[str] = set()

    def add_input(self, terminal: str) -> bool:
        """Puts an input on the board.

        Returns whether it is new: then its contact is disconnected, else as it was left.
        """
        new = terminal not in self._inputs
        self._outputs_on_board.discard(terminal)
        self._inputs_on_board.add(terminal)
        self._inputs.setdefault(terminal, Contact.DISCONNECTED)
        return new

    def add_output(self, terminal: str) -> bool:
        """Puts an output on the board.

        Returns whether it is new: then its contact is disconnected, else as it was left.
        """
        new = terminal not in self._outputs
        self._inputs_on_board.discard(terminal)
        self._outputs_on_board.add(terminal)
        self._outputs.setdefault(terminal, Contact.DISCONNECTED)
        return new

    def remove(self, terminal: str) -> None:
        """Takes a terminal off the board; its contact is remembered. An unknown terminal is ignored."""
        self._inputs_on_board.discard(terminal)
        self._outputs_on_board.discard(terminal)

    def input_contact(self, terminal: str) -> Contact:
        """Returns the contact outside an input. Raises KeyError for one that was never on the board."""
        return self._inputs[terminal]

    def is_failed(self, terminal: str) -> bool:
        """Returns whether the line between terminal and daemon is broken."""
        return terminal in self._failed

    def set_input(self, terminal: str, contact: Contact) -> bool:
        """Moves the contact outside an input. Returns whether it changed.

        Raises:
            CommandRefused: the terminal is no input of the board.
        """
        if terminal not in self._inputs_on_board:
            reason = (
                "is an output: its contact is driven, not set" if terminal in self._outputs_on_board else "is not here"
            )
            message = f"{terminal!r} {reason}; inputs are {_listed(self._inputs_on_board)}"
            raise CommandRefused(message)
        changed = self._inputs[terminal] is not contact
        self._inputs[terminal] = contact
        return changed

    def set_failed(self, terminal: str, *, failed: bool) -> bool:
        """Breaks or mends a line. Returns whether that is a change.

        Raises:
            CommandRefused: the terminal is not on the board.
        """
        here = self._inputs_on_board | self._outputs_on_board
        if terminal not in here:
            message = f"{terminal!r} is not here; terminals are {_listed(here)}"
            raise CommandRefused(message)
        changed = (terminal in self._failed) != failed
        (self._failed.add if failed else self._failed.discard)(terminal)
        return changed

    def drive(self, terminal: str, contact: Contact) -> bool:
        """Drives an output's contact. Returns whether it changed.

        A contact whose line has failed stays as it is.
        """
        if terminal in self._failed or self._outputs.get(terminal) is contact:
            return False
        self._outputs[terminal] = contact
        return True

    def contacts(self) -> BoardContacts:
        """Returns the contacts of all terminals on the board."""
        return BoardContacts(
            inputs={terminal: self._inputs[terminal] for terminal in sorted(self._inputs_on_board)},
            outputs={terminal: self._outputs[terminal] for terminal in sorted(self._outputs_on_board)},
        )

    def memory(self) -> BoardMemory:
        """Returns the state to keep, including terminals that are not on the board now."""
        return BoardMemory(inputs=dict(self._inputs), outputs=dict(self._outputs), failed=frozenset(self._failed))


def _listed(terminals: set[str]) -> str:
    return ", ".join(sorted(terminals)) or "none"
