"""Validation of HTTP values against the route's schema: strict, with all faults at once."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bridge.core.numbers import whole_number
from bridge.errors import Fault
from bridge.web.api.routes import Param, Schema

_TYPES: Mapping[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
}


def checked(params: Sequence[Param], given: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[Fault, ...]]:
    """Returns the valid values of `given` by their names, and the faults of the others.

    An unknown key and a missing required one are faults too; there are none if all is well.
    """
    known = {param.name: param for param in params}
    faults = [
        Fault(path=str(name), message="is not known", allowed=", ".join(known) or "nothing")
        for name in given
        if name not in known
    ]
    values: dict[str, Any] = {}
    for name, param in known.items():
        if name not in given:
            if param.required:
                faults.append(Fault(path=name, message="is missing"))
            continue
        value = given[name]
        if param.schema.get("type") == "integer" and (number := whole_number(value)) is not None:
            value = number
        wrong = _wrong(param.schema, value)
        if wrong is None:
            values[name] = value
        else:
            faults.append(Fault(path=name, message=wrong, allowed=_allowed(param.schema)))
    return values, tuple(faults)


def from_text(params: Sequence[Param], given: Mapping[str, str]) -> dict[str, Any]:
    """Returns the values of a query: as numbers if the schema is of an integer and the text is a number."""
    kinds = {param.name: param.schema.get("type") for param in params}
    return {name: _number(text) if kinds.get(name) == "integer" else text for name, text in given.items()}


def _number(text: str) -> object:
    """Returns a text of the query as a number, or unchanged if it is none."""
    number = float(text) if re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?([eE][+-]?[0-9]{1,2})?", text) else None
    return text if number is None else int(text) if text.lstrip("-").isdigit() else number


def _wrong(schema: Schema, value: Any) -> str | None:
    """Returns what is wrong with a value, or None if it matches the schema."""
    kind = schema.get("type")
    if kind is not None and (
        not isinstance(value, _TYPES[kind]) or (isinstance(value, bool) and kind in ("integer", "number"))
    ):
        return f"is no {kind}"
    if "enum" in schema and value not in schema["enum"]:
        return "is none of what there is"
    if isinstance(value, str) and (
        not schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", 4096)
        or ("pattern" in schema and re.fullmatch(schema["pattern"], value) is None)
        or any("\ud800" <= letter <= "\udfff" for letter in value)  # half a character: no file can keep it
    ):
        return "is not allowed"
    if isinstance(value, int | float) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        return "is out of range"
    return None


def _allowed(schema: Schema) -> str | None:
    """Returns what the schema allows, in words, or None if it has no limits."""
    if "enum" in schema:
        return ", ".join(str(one) for one in schema["enum"])
    if "minimum" in schema:
        return f"{schema['minimum']} to {schema['maximum']}" if "maximum" in schema else f"from {schema['minimum']}"
    return f"at most {schema['maxLength']} characters" if "maxLength" in schema else None
