"""Messages between the bridge and a process of its own: frozen dataclasses, one JSON object a line, both ways."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Generic, TypeVar

Message = TypeVar("Message")


class MessageLines(Generic[Message]):
    """The lines of some kinds of messages, each known by the name of its class.

    `sender` is for errors. `nested` makes the dataclasses within a message from what JSON has of them, by field.
    """

    def __init__(
        self, *kinds: type[Message], sender: str, nested: Mapping[str, Callable[[Any], object]] | None = None
    ) -> None:
        self._kinds = {kind.__name__: kind for kind in kinds}
        self._sender = sender
        self._nested = nested or {}

    def encode(self, message: Message) -> bytes:
        """Returns the message as one line of JSON, ended by a line feed."""
        fields: dict[str, Any] = asdict(message)  # type: ignore[call-overload]  # the kinds are dataclasses
        return json.dumps({"is": type(message).__name__, **fields}).encode() + b"\n"

    def decode(self, line: bytes) -> Message:
        """Returns the message of a line that `encode` wrote. Raises ValueError for any other, without a word of it."""
        try:
            fields = json.loads(line)
            for name, made in self._nested.items():
                if fields.get(name) is not None:
                    fields[name] = made(fields[name])
            return self._kinds[fields.pop("is")](**fields)
        except (AttributeError, KeyError, TypeError) as error:
            message = f"not a message of {self._sender}"
            raise ValueError(message) from error
