"""Settings as plain values of JSON: what a topic or the page shows of them."""

from collections.abc import Collection, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from pathlib import PurePath
from typing import Any

from bridge.core.definitions.field_types import Secret
from bridge.core.schedule import Schedule
from bridge.core.schedule_text import write_schedule


def as_document(value: Any, only: Collection[str] | None = None) -> Any:
    """Returns a setting or a section as plain values of JSON, in the order of its fields; secrets are masked.

    `only` names the keys of a section to include; None means all.
    """
    if isinstance(value, Schedule):
        return write_schedule(value)
    if is_dataclass(value):
        names = [field.name for field in fields(value)]
        return {name: as_document(getattr(value, name)) for name in names if only is None or name in only}
    if isinstance(value, Mapping):
        return {key: as_document(part) for key, part in value.items()}
    if isinstance(value, tuple):
        return [as_document(part) for part in value]
    if isinstance(value, Enum):
        return value.value
    return str(value) if isinstance(value, PurePath | Secret) else value
