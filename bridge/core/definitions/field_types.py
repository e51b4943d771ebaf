"""Types of fields: `Id`, `Name`, `Port`, `Secret`; and the marks that say what a value must be.

A mark stands in `Annotated` at the field and holds everything about one rule: the limit, and the words
for a value beyond it. Nothing here checks; `settings.checks.validator` does.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from bridge.core.schedule import Schedule
from bridge.core.schedule_text import read_schedule

MASK = "***"
"""The text in place of a secret."""


@dataclass(frozen=True, slots=True)
class Range:
    """A number is `ge` or more, and `le` or less where there is one."""

    ge: float
    le: float | None = None


@dataclass(frozen=True, slots=True)
class Length:
    """A text has `least` to `most` characters, a list as many items."""

    least: int = 0
    most: int | None = None


@dataclass(frozen=True, slots=True)
class Matches:
    """A text matches `pattern`; of one that does not, `message` says what it is not, and `allowed` what is right."""

    pattern: str
    message: str
    allowed: str


@dataclass(frozen=True, slots=True)
class Check:
    """A value of the right type is passed to `function`, which returns it or raises ValueError."""

    function: Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Read:
    """`function` returns the value that a written one means, or raises ValueError; nothing else checks the value."""

    function: Callable[[object], Any]


@dataclass(frozen=True, slots=True)
class OneOf:
    """A union. `choose` returns the member that a written value is meant to be, before any of it is checked.

    It returns None for a value that is none of them, of which `message` and `allowed` are the words;
    and raises Refused for a value with a fault of its own. `tag` is a key that only chooses: it is no
    fault in a member that has no such field.
    """

    choose: Callable[[object], Any]
    message: str
    allowed: str
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Names:
    """A text is the name of something else in the settings: `cameras`, `inputs` or `presets`."""

    of: Literal["cameras", "inputs", "presets"]


@dataclass(frozen=True, slots=True)
class Offered:
    """A value is one of what there is: a camera's `inputs`, `relays` or `topics` of events; GPIO `chips` or `lines`."""

    among: Literal["inputs", "relays", "topics", "chips", "lines"]

    @property
    def is_asked(self) -> bool:
        """Whether the line's camera has to be asked for it."""
        return self.among not in ("chips", "lines")


@dataclass(frozen=True, slots=True)
class MayHoldPassword:
    """A text may hold a password: it is shown only where it holds none."""


class Refused(ValueError):
    """A value is refused: `message` says what is wrong, `allowed` what is right, `key` where below the value."""

    def __init__(self, message: str, allowed: str | None = None, *, key: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.allowed = allowed
        self.key = key


class Secret:
    """A password. Only `reveal` returns it; `str`, `repr`, `format`, JSON and pickle do not."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """Returns the password in plain text, for a login."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret('{MASK}')"

    def __str__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._text == other._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __reduce__(self) -> str:
        message = "a secret is not pickled or copied"
        raise TypeError(message)


ID_PATTERN = r"^[a-z0-9-]{1,32}$"
Id = Annotated[str, Matches(ID_PATTERN, "is no id", "1 to 32 of a-z, 0-9 and -")]
Name = Annotated[
    str,
    Length(1, 64),
    Matches(r"^[^\x00-\x1f\x7f]+$", "has a line break or control character", "one line of text"),
]
Port = Annotated[int, Range(1, 65535)]
Text = Annotated[str, Length(1)]
"""A text that is not empty."""
PresetName = Annotated[Text, Names("presets")]
TopicPath = Annotated[
    str,
    Length(most=128),
    Matches(r"^[a-z0-9-]+(/[a-z0-9-]+)*$", "is no topic", "a-z, 0-9 and -, in parts joined by /"),
]


def _schedule(value: object) -> Schedule:
    """Returns the schedule that is written out; `special` may be left empty like every other optional key.

    Raises ScheduleTextError for anything else.
    """
    if isinstance(value, Mapping):
        value = {key: part for key, part in value.items() if part is not None or key != "special"}
    return read_schedule(value)


def _schedule_ref(value: object) -> str | Schedule:
    """Returns a schedule's name as it is, and a schedule that is written out as a Schedule.

    Raises Refused for a text that cannot be a name, and ScheduleTextError for a schedule with faults.
    """
    if not isinstance(value, str) or value in ("always", "never"):
        return _schedule(value)
    if not re.fullmatch(ID_PATTERN, value):
        message = "is no schedule's name"
        raise Refused(message, "a name below schedules, always, never, or days with their periods")
    return value


WrittenSchedule = Annotated[Schedule, Read(_schedule)]
ScheduleRef = Annotated[Id | Schedule, Read(_schedule_ref)]
