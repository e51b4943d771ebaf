"""Waits between tries that double after each failure, with jitter; pure."""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Backoff:
    """Doubles from `first_s` to `longest_s`.

    Jitter multiplies a wait by a factor from `least` to `most`, so that many devices do not come back in one moment.
    """

    first_s: float
    longest_s: float
    least: float = 1.0
    most: float = 1.0

    @property
    def failures_to_longest(self) -> int:
        """Number of failures in a row from which on the wait is `longest_s`."""
        return 1 + max(0, math.ceil(math.log2(self.longest_s / self.first_s)))

    def wait_s(self, failures: int, chance: float = 0.0) -> float:
        """Returns the seconds to wait after so many failures in a row (at least 1).

        `chance` is a random number in [0, 1) that sets the jitter.
        """
        nominal_s = self.longest_s if failures >= self.failures_to_longest else self.first_s * 2.0 ** (failures - 1)
        return nominal_s * (self.least + (self.most - self.least) * chance)
