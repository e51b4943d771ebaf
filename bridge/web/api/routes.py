"""The table of the API: one route for each request, with its parameters, handler and answer."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.errors import Fault

Schema = Mapping[str, Any]
"""JSON Schema, restricted to the keywords that `validation` checks; it is also the documentation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A value in the body or the query string."""

    name: str
    schema: Schema
    says: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """An admitted request with checked values."""

    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    by: str
    content: bytes = field(default=b"", repr=False)
    """The raw body, for routes that take a file."""
    header: str | None = field(default=None, repr=False)
    """The value of the route's header; None without it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer: JSON, text or a file."""

    status: int = 200
    body: object = None
    text: str | None = None
    content: bytes | None = None
    file: Path | None = None
    stream: AsyncIterator[bytes] | None = None
    kind: str = "application/json"
    """The media type of `text`, `content`, `file` or `stream`."""
    name: str | None = None
    """The file name for a download; None shows it in the browser."""


Work = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One route. Variables in `path` are in braces; they are ids or names, never with a slash."""

    method: str
    path: str
    says: str
    work: Work
    tag: str
    query: tuple[Param, ...] = ()
    body: tuple[Param, ...] | None = None
    """The keys of a JSON object; None: there is no body."""
    patch: bool = False
    """Whether the body is a JSON merge patch, which its receiver checks."""
    stops: bool = False
    """Whether it is a stop: what its query and its body say is ignored, for a stop is never refused for that."""
    takes: str | None = None
    """The media type of a file in the body."""
    largest: int = 8 * 2**20
    """Limit of that file, in bytes."""
    header: str | None = None
    """A header that the request may have, percent-encoded: for what may not be in an address."""
    answers: Schema = field(default_factory=lambda: {"$ref": "#/components/schemas/Done"})
    gives: str = "application/json"
    refuses: bool = False
    """Whether it can be refused with faults (422)."""


DONE = Reply(body={"ok": True})


def refusal(faults: tuple[Fault, ...], *, status: int | None = None) -> Reply:
    """Returns a reply with all faults in its body, by default with status 422; 503 if none is of what was asked."""
    if status is None:
        status = 503 if all(fault.is_passing for fault in faults) else 422
    return Reply(status=status, body={"ok": False, "error": [fault_json(fault) for fault in faults]})


def refused(message: str, *, path: str = "", status: int = 422) -> Reply:
    """Returns a reply with one fault, by default with status 422."""
    return refusal((Fault(path=path, message=message),), status=status)


def fault_json(fault: Fault) -> dict[str, str]:
    """Returns one fault as JSON; `allowed` is left out if it is None."""
    fields = {"path": fault.path, "message": fault.message}
    return fields if fault.allowed is None else {**fields, "allowed": fault.allowed}
