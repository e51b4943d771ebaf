"""Far terminals of one kind: each opened with the event loop, driven by its contact, and closed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from bridge.core.contact import Contact, Level, contact_of
from bridge.core.line_driver import LineFact, Report
from bridge.lines.fact_buffer import FactBuffer

if TYPE_CHECKING:
    from bridge.core.definitions.inputs import InputSettings
    from bridge.core.definitions.outputs import OutputSettings

Put = Callable[[LineFact], None]
_LOG = logging.getLogger(__name__)


class FarInput(Protocol):
    """One input; `open` begins to report, on a running event loop, and `close` ends it."""

    def open(self) -> None: ...  # noqa: D102 - in the class's docstring
    def close(self) -> None: ...  # noqa: D102


class FarOutput(Protocol):
    """One output; `open` commands the contact that is set, on a running event loop.

    `set` sets a contact with the end of its demand (monotonic) before that, `drive` commands one after it.
    `close` leaves the device as it was commanded last.
    """

    def open(self) -> None: ...  # noqa: D102 - in the class's docstring
    def set(self, contact: Contact, until: float | None) -> None: ...  # noqa: D102
    def drive(self, contact: Contact, until: float | None) -> None: ...  # noqa: D102
    def close(self) -> None: ...  # noqa: D102


MakeInput = Callable[["InputSettings", Put], FarInput]
MakeOutput = Callable[["OutputSettings", Put], FarOutput]


class FarTerminals:
    """The `LineDriver` port on far terminals, which are made by `make_input` and `make_output`.

    A kind without outputs has no `make_output`: the registry's unions send it none. Terminals that are requested
    before `start` are opened by it.
    """

    def __init__(self, *, make_input: MakeInput, make_output: MakeOutput | None = None) -> None:
        self._make_input = make_input
        self._make_output = make_output
        self._facts = FactBuffer()
        self._inputs: dict[str, FarInput] = {}
        self._outputs: dict[str, tuple[FarOutput, Level]] = {}
        """Each output, and its level that means connected."""
        self._is_started = False

    def request_input(self, settings: InputSettings) -> None:
        """Makes an input anew, and opens it."""
        self.release(settings.id)
        opened = self._inputs[settings.id] = self._make_input(settings, self._facts.put)
        if self._is_started:
            opened.open()

    def request_output(self, settings: OutputSettings, level: Level) -> None:
        """Makes an output anew, and commands its contact once."""
        assert self._make_output is not None  # noqa: S101 - no sink is of a kind that has no outputs
        self.release(settings.id)
        opened = self._make_output(settings, self._facts.put)
        opened.set(contact_of(level, settings.connected_level), None)
        self._outputs[settings.id] = opened, settings.connected_level
        if self._is_started:
            opened.open()

    def drive(self, terminal: str, level: Level, *, until: float | None = None) -> None:
        """Commands an output's contact, with the end of its demand; before `start` it is commanded then.

        An unknown output is logged.
        """
        if terminal not in self._outputs:
            _LOG.warning("%s is driven, but no output that was requested", terminal)
            return
        output, connected_level = self._outputs[terminal]
        contact = contact_of(level, connected_level)
        if self._is_started:
            output.drive(contact, until)
        else:
            output.set(contact, until)

    def release(self, terminal: str) -> None:
        """Closes a terminal; unknown terminals are ignored."""
        if terminal in self._inputs:
            self._inputs.pop(terminal).close()
        if terminal in self._outputs:
            self._outputs.pop(terminal)[0].close()

    def start(self, report: Report) -> None:
        """Reports facts from now on, and opens all terminals, with the event loop running."""
        self._is_started = True
        self._facts.open(report)
        for each in self._inputs.values():
            each.open()
        for output, _ in self._outputs.values():
            output.open()

    def close(self) -> None:
        """Closes all terminals; devices stay as they were commanded last."""
        for terminal in (*self._inputs, *self._outputs):
            self.release(terminal)
