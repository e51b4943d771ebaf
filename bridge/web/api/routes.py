"""One table row for each thing that can be asked over HTTP: what it takes, does and answers."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bridge.errors import Fault

Schema = Mapping[str, Any]
"""JSON Schema of what the vocabulary below allows; it is what is checked, and what is documented."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Param:
    """A value in the body or behind the question mark."""

    name: str
    schema: Schema
    says: str
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A request that has been let in and whose values have been checked."""

    path: Mapping[str, str]
    query: Mapping[str, Any]
    body: Mapping[str, Any]
    by: str
    content: bytes = b""
    """The body as it came, of routes that take a file."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is answered: JSON, text or a file."""

    status: int = 200
    body: object = None
    text: str | None = None
    content: bytes | None = None
    file: Path | None = None
    stream: AsyncIterator[bytes] | None = None
    kind: str = "application/json"
    """The media type of `text`, `content`, `file` or `stream`."""
    name: str | None = None
    """To be saved under this name rather than shown."""


Work = Callable[[Call], Awaitable[Reply]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One row. `path` has its variables in braces; they are ids or names, never with a slash."""

    method: str
    path: str
    says: str
    work: Work
    tag: str
    query: tuple[Param, ...] = ()
    body: tuple[Param, ...] | None = None
    """The keys of a JSON object; None: there is no body."""
    patch: bool = False
    """The body is a JSON merge patch, checked by whom it is for."""
    takes: str | None = None
    """The media type of a file that is the body."""
    answers: Schema = field(default_factory=lambda: {"$ref": "#/components/schemas/Done"})
    gives: str = "application/json"
    refuses: bool = False
    """Whether it can be refused for reasons that are told (422)."""


DONE = Reply(body={"ok": True})


def refusal(faults: tuple[Fault, ...], *, status: int = 422) -> Reply:
    """Not done, and everything that is wrong."""
    return Reply(status=status, body={"ok": False, "error": [fault_json(fault) for fault in faults]})


def refused(message: str, *, path: str = "", status: int = 422) -> Reply:
    """Not done, for one reason."""
    return refusal((Fault(path=path, message=message),), status=status)


def fault_json(fault: Fault) -> dict[str, str]:
    """One fault; `allowed` only where something is."""
    told = {"path": fault.path, "message": fault.message}
    return told if fault.allowed is None else {**told, "allowed": fault.allowed}
