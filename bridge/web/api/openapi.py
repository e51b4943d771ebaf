"""The OpenAPI document (3.1), generated from the routes, so that it always matches what is served."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bridge.core.definitions.channels import KEYS as CHANNEL_KEYS
from bridge.core.definitions.settings import ID_PATTERN
from bridge.core.journal import DETAILS, KINDS, NUMBERS
from bridge.web.api.routes import Param, Route

_TEXT = {"type": "string"}
_FLAG = {"type": "boolean"}
_COUNT = {"type": "integer", "minimum": 0}
_TIME = {"type": "string", "format": "date-time"}
_CONTACT = {"type": "string", "enum": ["connected", "disconnected", "unknown"]}


def _or_null(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Returns a JSON Schema that also allows null."""
    return {"anyOf": [schema, {"type": "null"}]}


def _object(required: Mapping[str, Any], **optional: Any) -> dict[str, Any]:
    """Returns the JSON Schema of an object with these properties."""
    return {"type": "object", "properties": {**required, **optional}, "required": list(required)}


def _ref(name: str) -> dict[str, str]:
    """Returns a reference to a named schema."""
    return {"$ref": f"#/components/schemas/{name}"}


SCHEMAS: Mapping[str, Any] = {
    "Done": _object({"ok": {"const": True}}),
    "Refused": _object({"ok": {"const": False}, "error": {"type": "array", "items": _ref("Fault")}}),
    "Fault": _object({"path": _TEXT, "message": _TEXT}, allowed=_TEXT),
    "Input": _object(
        {
            "id": _TEXT,
            "contact": _CONTACT,
            "tripped": _or_null(_FLAG),
            "alarm": _FLAG,
            "enabled": _FLAG,
            "armed": _FLAG,
            "armed_until": _or_null(_TIME),
            "since": _or_null(_TIME),
            "last_alarm": _or_null(_TIME),
            "alarms": _COUNT,
            "held_back": _COUNT,
            "glitches": _COUNT,
            "problem": _or_null(_TEXT),
            "available": _FLAG,
        }
    ),
    "Output": _object(
        {
            "id": _TEXT,
            "on": _FLAG,
            "contact": _CONTACT,
            "mode": _TEXT,
            "reason": _or_null(_TEXT),
            "by": _or_null(_TEXT),
            "sources": {"type": "array", "items": _TEXT},
            "until": _or_null(_TIME),
            "problem": _or_null(_TEXT),
            "available": _FLAG,
        }
    ),
    "State": _object(
        {
            "device": _object({"id": _TEXT, "name": _TEXT}),
            "now": _TIME,
            "clock_synchronised": _FLAG,
            "armed": _FLAG,
            "inputs": {"type": "array", "items": _ref("Input")},
            "outputs": {"type": "array", "items": _ref("Output")},
        }
    ),
    "Armed": _object({"armed": _FLAG}),
    "Service": _object(
        {"problem": _or_null(_TEXT), "facts": {"type": "object", "additionalProperties": _TEXT}},
    ),
    "Status": _object(
        {
            "version": _TEXT,
            "started": _TIME,
            "now": _TIME,
            "clock_synchronised": _FLAG,
            "rejected_commands": _COUNT,
            "journal_unsent": _COUNT,
            "settings_warnings": {"type": "array", "items": _TEXT},
            "broker": _ref("Service"),
            "store": _ref("Service"),
            **{name: _or_null(_ref("Service")) for name in (*CHANNEL_KEYS, "card", "audio")},
        }
    ),
    "Entry": _object(
        {"seq": _COUNT, "id": _TEXT, "boot": _TEXT, "kind": {"enum": list(KINDS)}, "time": _TIME, "time_utc": _TIME},
        **{name: _TEXT for name in DETAILS if name not in NUMBERS},
        seconds={"type": "number"},
        held_back=_COUNT,
    ),
    "Clip": _object({"name": _TEXT, "size": _COUNT, "modified": {"type": "number"}}),
}
_WHY = {
    400: "A value is wrong.",
    401: "The password is missing or wrong.",
    403: "Not from here: a foreign Host or Origin, or no token.",
    404: "There is no such thing.",
    413: "Too large.",
    415: "Not the media type that is wanted.",
    422: "Understood and refused; nothing was changed.",
    429: "Too many tries of the password.",
    503: "What this needs does not answer now; the fault says what was done.",
    504: "No answer in time; it may still be done.",
}


def document(routes: Sequence[Route], *, version: str, known: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Returns the OpenAPI document of `routes`.

    `known` holds the present values of path variables, by the variable's name.
    """
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, known)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "alarm2mqtt",
            "version": version,
            "description": "Alarm inputs and outputs. With web.password set, send it as a bearer token.",
        },
        "security": [{}, {"password": []}],
        "paths": paths,
        "components": {
            "schemas": SCHEMAS,
            "securitySchemes": {"password": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route, known: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Returns the description of a route; `known` has the possible values of variables in paths."""
    refusals = [400, 401, 403, 429]
    variables = re.findall(r"\{(\w+)\}", route.path)
    refusals += [404] if variables else []
    refusals += [422, 503, 504] if route.refuses else []
    refusals += [413] if route.body is not None or route.patch or route.takes else []
    refusals += [415] if route.body is not None or route.patch else []
    refusals += [503] if route.tag == "clips" else []
    operation: dict[str, Any] = {
        "operationId": f"{route.method.lower()}_{re.sub(r'[^a-z]+', '_', route.path).strip('_')}",
        "summary": route.says,
        "tags": [route.tag],
        "parameters": [
            *(_variable(name, known.get(name)) for name in variables),
            *(_asked(param) for param in route.query),
        ],
        "responses": {
            "200": {"description": "Done.", "content": {route.gives: {"schema": _answer(route)}}},
            **{str(code): _refusal(code) for code in sorted(refusals)},
        },
    }
    body = _body(route)
    return operation if body is None else {**operation, "requestBody": body}


def _answer(route: Route) -> Mapping[str, Any]:
    """Returns the schema of a route's answer."""
    return route.answers if route.gives == "application/json" else {"type": "string"}


def _refusal(code: int) -> dict[str, Any]:
    # The middleware may refuse before a route is reached, with one line of text.
    """Returns the description of a refusal with this status."""
    content: dict[str, Any] = {"application/json": {"schema": _ref("Refused")}}
    return {"description": _WHY[code], "content": {**content, "text/plain": {"schema": _TEXT}}}


def _variable(name: str, known: Sequence[str] | None) -> dict[str, Any]:
    """Returns the description of a variable in a path."""
    schema: dict[str, Any] = {"type": "string", "minLength": 1}
    if known:
        schema["enum"] = list(known)
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _asked(param: Param) -> dict[str, Any]:
    """Returns the description of a parameter in the query."""
    return {"name": param.name, "in": "query", "description": param.says, "schema": param.schema}


def _body(route: Route) -> dict[str, Any] | None:
    """Returns the description of a route's request body, or None if it has none."""
    if route.takes is not None:
        return {"required": True, "content": {route.takes: {"schema": {"type": "string", "format": "binary"}}}}
    if route.patch:
        # The content is checked by the settings, which have a JSON Schema of their own.
        new = {"type": "object", "properties": {"id": {"type": "string", "pattern": ID_PATTERN}}, "required": ["id"]}
        return {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"} if route.method == "PATCH" else new}},
        }
    if route.body is None:
        return None
    if route.stops:
        return {
            "description": "Ignored: a stop is never refused for it.",
            "required": False,
            "content": {"application/json": {"schema": {}}},
        }
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {param.name: {**param.schema, "description": param.says} for param in route.body},
        "additionalProperties": False,
    }
    required = [param.name for param in route.body if param.required]
    if required:
        schema["required"] = required
    return {"required": bool(required), "content": {"application/json": {"schema": schema}}}
