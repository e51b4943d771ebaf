"""Chooses the version of MQTT: 5, or 3.1.1 for a broker that does not understand 5 (`mqtt.md` 3); pure."""

from __future__ import annotations

from enum import IntEnum


class Version(IntEnum):
    """A version of MQTT, by the number it has on the wire."""

    V311 = 4
    V5 = 5

    @property
    def label(self) -> str:
        """The usual name of the version."""
        return "5" if self is Version.V5 else "3.1.1"


class VersionChoice:
    """Begins with 5 and remembers the version that worked.

    3.1.1 is tried only after the broker refused 5 or closed without an answer, and never once 5 has
    worked: a broker that hangs up then is ending.
    """

    def __init__(self) -> None:
        self.next = Version.V5
        self._worked: Version | None = None

    def worked(self) -> None:
        """Records that the broker accepted the version `next`."""
        self._worked = self.next

    def not_understood(self) -> bool:
        """Records that the broker refused the version `next`, or closed without an answer, and may change `next`.

        Returns whether the caller should try the new version at once.
        """
        if self._worked is Version.V5:
            return False
        fell_back = self.next is Version.V5
        self.next = Version.V311 if fell_back else Version.V5
        self._worked = None
        return fell_back
