"""Confirmation of a far output: the contact that its device reports, beside the one that is demanded.

A siren behind a network may not do as it was commanded. A relay's event or a state topic says what it
did; a local line, and a plain HTTP request, never say anything (`behaviour.md` 10).
"""

from __future__ import annotations

from bridge.core.contact import Contact

LONGEST_DIFFERENCE_S = 5.0
"""So long a report may differ from the demand before that is a problem."""


class Confirmation:
    """The newest report of an output's device, and the time since when it differs from the demand."""

    def __init__(self) -> None:
        self.confirmed: bool | None = None
        """Whether the report is the demanded contact; None while nothing is reported."""
        self.is_missing = False
        """Whether they have differed for `LONGEST_DIFFERENCE_S`."""
        self._reported = Contact.UNKNOWN
        self._differs_since: float | None = None

    @property
    def due(self) -> float | None:
        """The instant at which a difference becomes a problem; None without one, or when it is one already."""
        if self._differs_since is None or self.is_missing:
            return None
        return self._differs_since + LONGEST_DIFFERENCE_S

    def report(self, contact: Contact) -> None:
        """Notes the contact that the device reports; `UNKNOWN` withdraws earlier reports.

        The caller calls `compare` next.
        """
        self._reported = contact

    def compare(self, demanded: Contact, at: float) -> None:
        """Compares the report with the demanded contact at an instant, and raises or clears the problem."""
        if self._reported is Contact.UNKNOWN:
            self.confirmed, self.is_missing, self._differs_since = None, False, None
            return
        self.confirmed = self._reported is demanded
        if self.confirmed:
            self.is_missing, self._differs_since = False, None
            return
        if self._differs_since is None:
            self._differs_since = at
        self.is_missing = at >= self._differs_since + LONGEST_DIFFERENCE_S
