"""Words and patterns that settings are checked against and that belong to somebody else."""

import re
import string

BINARY_SENSOR_CLASSES = (
    "battery", "battery_charging", "carbon_monoxide", "cold", "connectivity", "door", "garage_door", "gas",
    "glass_break", "heat", "light", "lock", "moisture", "motion", "moving", "occupancy", "opening", "plug", "power",
    "presence", "problem", "running", "safety", "smoke", "sound", "tamper", "update", "vibration", "window",
)  # fmt: skip
"""Home Assistant 2026.11, `BinarySensorDeviceClass`."""

PATH_TOKENS = ("device", "input", "camera", "date", "time", "seq", "kind")

MAIL_ADDRESS = r"^[^@\s<>,;:\x00-\x1f]+@[^@\s<>,;:\x00-\x1f]+$"

HOST_NAME = r"^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$"


_FOREIGN_PATTERN = re.compile(r"%[-_0^#]?[0-9]*[A-Za-z]")
"""A conversion of strftime and of programs that borrow its form."""


def check_path_template(template: str) -> str:
    """Returns the template of an upload path as it is.

    Raises:
        ValueError: a token is not known, the braces do not match, a pattern is another program's, or no file is named.
    """
    known = " ".join(f"{{{token}}}" for token in PATH_TOKENS)
    try:
        fields = [(name, spec, how) for _, name, spec, how in string.Formatter().parse(template) if name is not None]
    except ValueError as error:
        message = f"braces do not match: {error}"
        raise ValueError(message) from None
    for name, spec, how in fields:
        if name not in PATH_TOKENS or spec or how:
            message = f"{{{name}}} is not one of {known}"
            raise ValueError(message)
    foreign = _FOREIGN_PATTERN.search(template)
    if foreign is not None:
        message = f"{foreign[0]} is no token and would stand in every name as it is; tokens are {known}"
        raise ValueError(message)
    if not template.strip("/"):
        message = "must name a file"
        raise ValueError(message)
    return template


def path_tokens(template: str) -> frozenset[str]:
    """Returns the names of the tokens in an upload path that `check_path_template` has accepted."""
    return frozenset(name for _, name, _, _ in string.Formatter().parse(template) if name is not None)
