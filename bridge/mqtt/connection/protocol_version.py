"""Which version of MQTT to speak next: 5, unless the broker does not (`mqtt.md` 3); pure."""

from __future__ import annotations

from enum import IntEnum


class Version(IntEnum):
    """A version of MQTT, by the number it has on the wire."""

    V311 = 4
    V5 = 5

    @property
    def label(self) -> str:
        """What people call it."""
        return "5" if self is Version.V5 else "3.1.1"


class VersionChoice:
    """Begins with 5 and remembers what worked.

    3.1.1 is tried only after the broker refused 5 or closed without a word, and never once 5 has
    worked: the broker that hangs up then is one that is ending.
    """

    def __init__(self) -> None:
        self.next = Version.V5
        self._worked: Version | None = None

    def worked(self) -> None:
        """The version that was tried is the broker's."""
        self._worked = self.next

    def not_understood(self) -> bool:
        """The broker refused the version, or said nothing; True when another is worth a try at once."""
        if self._worked is Version.V5:
            return False
        fell_back = self.next is Version.V5
        self.next = Version.V311 if fell_back else Version.V5
        self._worked = None
        return fell_back
