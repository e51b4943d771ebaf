"""The simulated terminal board: the contacts outside, and what its outputs were driven to.

Only state and its rules; who sends commands and who watches is `board_server`'s. A terminal is on
the board while the daemon holds it. What was once known of it is remembered beyond that, as a wire
stays in its screw terminal.
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
    """Contacts by terminal; every change goes through a method that says whether there was one."""

    def __init__(self, memory: BoardMemory) -> None:
        self._inputs = dict(memory.inputs)
        self._outputs = dict(memory.outputs)
        self._failed = set(memory.failed)
        self._shown_inputs: set[str] = set()
        self._shown_outputs: set[str] = set()

    def add_input(self, terminal: str) -> bool:
        """Put an input on the board; whether it was never heard of, and so is disconnected."""
        new = terminal not in self._inputs
        self._shown_outputs.discard(terminal)
        self._shown_inputs.add(terminal)
        self._inputs.setdefault(terminal, Contact.DISCONNECTED)
        return new

    def add_output(self, terminal: str) -> bool:
        """Put an output on the board; whether it was never heard of, and so is disconnected."""
        new = terminal not in self._outputs
        self._shown_inputs.discard(terminal)
        self._shown_outputs.add(terminal)
        self._outputs.setdefault(terminal, Contact.DISCONNECTED)
        return new

    def remove(self, terminal: str) -> None:
        """Take a terminal off the board; its contact is remembered."""
        self._shown_inputs.discard(terminal)
        self._shown_outputs.discard(terminal)

    def input_contact(self, terminal: str) -> Contact:
        """The contact outside an input that is on the board."""
        return self._inputs[terminal]

    def is_failed(self, terminal: str) -> bool:
        """Whether the line between terminal and daemon is broken."""
        return terminal in self._failed

    def set_input(self, terminal: str, contact: Contact) -> bool:
        """Move the contact outside an input; whether it was another before.

        Raises:
            CommandRefused: it is no input of the board.
        """
        if terminal not in self._shown_inputs:
            reason = (
                "is an output: its contact is driven, not set" if terminal in self._shown_outputs else "is not here"
            )
            message = f"{terminal!r} {reason}; inputs are {_listed(self._shown_inputs)}"
            raise CommandRefused(message)
        changed = self._inputs[terminal] is not contact
        self._inputs[terminal] = contact
        return changed

    def set_failed(self, terminal: str, *, failed: bool) -> bool:
        """Break or mend a line; whether it was otherwise before.

        Raises:
            CommandRefused: it is no terminal of the board.
        """
        if terminal not in self._shown_inputs | self._shown_outputs:
            message = f"{terminal!r} is not here; terminals are {_listed(self._shown_inputs | self._shown_outputs)}"
            raise CommandRefused(message)
        changed = (terminal in self._failed) != failed
        (self._failed.add if failed else self._failed.discard)(terminal)
        return changed

    def drive(self, terminal: str, contact: Contact) -> bool:
        """Put an output's contact where the daemon wants it; whether it was another before.

        A contact whose line has failed stays where it is.
        """
        if terminal in self._failed or self._outputs.get(terminal) is contact:
            return False
        self._outputs[terminal] = contact
        return True

    def contacts(self) -> BoardContacts:
        """All that is on the board."""
        return BoardContacts(
            inputs={terminal: self._inputs[terminal] for terminal in sorted(self._shown_inputs)},
            outputs={terminal: self._outputs[terminal] for terminal in sorted(self._shown_outputs)},
        )

    def memory(self) -> BoardMemory:
        """All that is known, also of terminals that are not on the board now."""
        return BoardMemory(inputs=dict(self._inputs), outputs=dict(self._outputs), failed=frozenset(self._failed))


def _listed(terminals: set[str]) -> str:
    return ", ".join(sorted(terminals)) or "none"
