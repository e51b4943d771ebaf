"""Entities that set a value: select, number, text."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import ClassVar

from ha_discovery.checks import check_one_of, check_options
from ha_discovery.entity import Entity
from ha_discovery.errors import DiscoveryError
from ha_discovery.readings import check_unit
from ha_discovery.vocabulary import NUMBER_CLASSES

SMALLEST_STEP = 0.001
LONGEST_TEXT = 255


@dataclass(frozen=True, slots=True, kw_only=True)
class Select(Entity):
    """One of several words. A state outside `options` is an error in the log.

    `none`, in any case, is read as no choice, so it cannot be an option
    (`components/mqtt/select.py`).
    """

    platform: ClassVar[str] = "select"

    command_topic: str
    options: tuple[str, ...]
    state_topic: str | None = None
    value_template: str | None = None
    command_template: str | None = None
    optimistic: bool | None = None
    retain: bool | None = None

    def check(self) -> None:
        """Raises `DiscoveryError` for invalid options."""
        check_options(self.unique_id, "options", self.options, reserved="none")


@dataclass(frozen=True, slots=True, kw_only=True)
class Number(Entity):
    """A number in a range. A state outside of it is an error in the log.

    Whole numbers are sent without a point: `45`. The payload `None` means unknown. The range is
    always in the payload, since Home Assistant's default is 0 to 100. `mode` is auto, box or slider.
    Rules: `components/mqtt/number.py`, and `components/number/entity.py` for units (a warning in
    2026.11, an error from 2027.5).
    """

    platform: ClassVar[str] = "number"

    command_topic: str
    min: float
    max: float
    step: float = 1
    mode: str | None = None
    state_topic: str | None = None
    value_template: str | None = None
    command_template: str | None = None
    device_class: str | None = None
    unit_of_measurement: str | None = None
    optimistic: bool | None = None
    retain: bool | None = None

    def check(self) -> None:
        """Raises `DiscoveryError` for an invalid range, step, mode, device class or unit."""
        if not all(map(math.isfinite, (self.min, self.max, self.step))):
            raise DiscoveryError(self.unique_id, "min", "min, max and step must be finite")
        if self.min >= self.max:
            raise DiscoveryError(self.unique_id, "max", "must be more than min")
        if self.step < SMALLEST_STEP:
            raise DiscoveryError(self.unique_id, "step", f"must be at least {SMALLEST_STEP}")
        check_one_of(self.unique_id, "mode", self.mode, ("auto", "box", "slider"))
        check_one_of(self.unique_id, "device_class", self.device_class, NUMBER_CLASSES)
        check_unit(self.unique_id, self.device_class, self.unit_of_measurement)


@dataclass(frozen=True, slots=True, kw_only=True)
class Text(Entity):
    """A text of `min` to `max` characters, at most 255.

    `pattern` is a regular expression that Home Assistant searches in the text, so it must be
    anchored, `^…$`, to mean all of it. `mode` is text or password.
    Rules: `components/mqtt/text.py`, valid_text_size_configuration.
    """

    platform: ClassVar[str] = "text"

    command_topic: str
    state_topic: str | None = None
    value_template: str | None = None
    command_template: str | None = None
    min: int | None = None
    max: int | None = None
    pattern: str | None = None
    mode: str | None = None
    optimistic: bool | None = None
    retain: bool | None = None

    def check(self) -> None:
        """Raises `DiscoveryError` for invalid lengths, pattern or mode."""
        shortest = 0 if self.min is None else self.min
        longest = LONGEST_TEXT if self.max is None else self.max
        if not 0 <= shortest <= longest <= LONGEST_TEXT:
            raise DiscoveryError(self.unique_id, "max", f"0 <= min <= max <= {LONGEST_TEXT} must hold")
        check_one_of(self.unique_id, "mode", self.mode, ("password", "text"))
        if self.pattern is None:
            return
        if not (self.pattern.startswith("^") and self.pattern.endswith("$")):
            raise DiscoveryError(self.unique_id, "pattern", "must be anchored: ^…$")
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise DiscoveryError(self.unique_id, "pattern", f"is no regular expression: {error}") from error
