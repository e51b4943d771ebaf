"""An output made safe: the result of `safe` for one output, whichever kind its line is of."""

from __future__ import annotations

from dataclasses import dataclass

from bridge.core.contact import Contact, demanded_contact
from bridge.core.definitions.settings import OutputSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeSafe:
    """The result for one output; `problem` is None when its contact is idle."""

    output: str
    contact: Contact
    """The idle contact."""
    problem: str | None = None


def made_safe(output: OutputSettings, problem: str | None = None) -> MadeSafe:
    """Returns the result for an output: idle for None, else the problem that kept it from being so."""
    return MadeSafe(output=output.id, contact=idle_contact(output), problem=problem)


def idle_contact(output: OutputSettings) -> Contact:
    """Returns an output's contact while there is no demand."""
    return demanded_contact(active=False, valid_signal=output.valid_signal)
