"""How people write a value in the file, and how it is refused: what all models are made of."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from bridge.core.schedule import Schedule
from bridge.core.schedule_text import read_schedule, write_schedule
from bridge.settings.definitions import vocabulary

ID_PATTERN = r"^[a-z0-9-]{1,32}$"
Id = Annotated[str, Field(pattern=ID_PATTERN)]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
Port = Annotated[int, Field(ge=1, le=65535)]
TopicPath = Annotated[str, Field(pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)*$", max_length=128)]


def refused(message: str, allowed: str) -> PydanticCustomError:
    """To be raised by a validator: what is wrong, and what would be right."""
    return PydanticCustomError("refused", "{message}", {"message": message, "allowed": allowed})


def _schedule(value: object) -> Schedule:
    """A schedule written out; `special` may be left empty like every other optional key."""
    if isinstance(value, Schedule):
        return value
    if isinstance(value, Mapping):
        value = {key: part for key, part in value.items() if part is not None or key != "special"}
    return read_schedule(value)


def _schedule_ref(value: object) -> str | Schedule:
    """A schedule's name stays a name; anything else is a schedule written out."""
    if not isinstance(value, str) or value in ("always", "never"):
        return _schedule(value)
    if not re.fullmatch(ID_PATTERN, value):
        message = "is no schedule's name"
        raise refused(message, "a name below schedules, always, never, or days with their periods")
    return value


WrittenSchedule = Annotated[
    Schedule,
    PlainValidator(_schedule),
    PlainSerializer(write_schedule),
    WithJsonSchema(vocabulary.SCHEDULE_JSON_SCHEMA),
]
ScheduleRef = Annotated[
    str | Schedule,
    PlainValidator(_schedule_ref),
    PlainSerializer(lambda value: value if isinstance(value, str) else write_schedule(value)),
    WithJsonSchema({"anyOf": [{"type": "string", "pattern": ID_PATTERN}, vocabulary.SCHEDULE_JSON_SCHEMA]}),
]

_NUMBERS = (int, float, int | None, float | None, Port | None)


class Model(BaseModel):
    """Frozen, and strict with people: unknown keys are refused.

    A key that is left empty (`client_id:`, `""` where nothing is the default) means its default.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        arbitrary_types_allowed=True,
        allow_inf_nan=False,
        hide_input_in_errors=True,
        defer_build=True,
    )

    @model_validator(mode="before")
    @classmethod
    def _as_people_write(cls, data: Any) -> Any:
        """Without the keys left empty; a truth value where a number belongs is made text, to be refused.

        Pydantic would take `true` as 1.
        """
        if not isinstance(data, dict):
            return data
        fields = cls.model_fields
        written = {}
        for key, value in data.items():
            field = fields.get(key)
            if field is not None:
                if value is None or (value == "" and field.default is None):
                    continue
                if isinstance(value, bool) and field.annotation in _NUMBERS:
                    value = str(value)  # noqa: PLW2901 - what is checked is this
            written[key] = value
        return written
