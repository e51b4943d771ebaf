"""Lines that are made of other inputs (`behaviour.md` 10)."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from bridge.core.definitions.far_lines import Far
from bridge.core.definitions.field_types import Id, Length, Names, Range, Read, Refused
from bridge.core.numbers import whole_number

MOST_MEMBERS = 64


def _need(value: object) -> Any:
    """Returns `all`, `any`, or a number from 1 on. Raises Refused for anything else."""
    if value in ("all", "any"):
        return value
    number = whole_number(value)
    if number is not None and 1 <= number <= MOST_MEMBERS:
        return number
    message = "is no number of inputs"
    raise Refused(message, "all, any, or a number up to that of the inputs")


@dataclass(frozen=True, slots=True, kw_only=True)
class CombinedSource(Far):
    """Several inputs as one: connected while enough of them are in alarm."""

    kind: Literal["combined"] = "combined"
    """Kind of the line."""
    of: Annotated[tuple[Annotated[Id, Names("inputs")], ...], Length(1, MOST_MEMBERS)]
    """Ids of two or more inputs."""
    need: Annotated[Annotated[int, Range(1, MOST_MEMBERS)] | Literal["all", "any"], Read(_need)] = "all"
    """The number of them that must count: all, any, or a number."""
    within_s: Annotated[float, Range(0, 86_400)] = 0.0
    """Seconds for which one counts from its alarm's begin on, though that has ended; it always counts in alarm."""

    @property
    def enough(self) -> int:
        """The number of inputs that must count."""
        if isinstance(self.need, int):
            return self.need
        return len(self.of) if self.need == "all" else 1
