"""Facts of a kind of line that are no settings: where its contact is, and how quickly it follows."""

from typing import ClassVar


class Local:
    """Facts of every line of this machine: edges are seen as they happen, and a level is driven at once."""

    __slots__ = ()
    is_far: ClassVar[bool] = False
    shortest_phase_ms: ClassVar[int | None] = 0
    """The shortest phase of mode pulse; None: no pulses."""

    @property
    def takes_pulses(self) -> bool:
        """Whether this line can be pulsed at all, as it is set."""
        return True


class Far:
    """Facts of every line in another device: its contact is reported and commanded, and may be out of reach."""

    __slots__ = ()
    is_far: ClassVar[bool] = True
    shortest_phase_ms: ClassVar[int | None] = 1000
    """The shortest phase of mode pulse, for a command takes its time; None: no pulses."""

    @property
    def takes_pulses(self) -> bool:
        """Whether this line can be pulsed at all, as it is set."""
        return True
