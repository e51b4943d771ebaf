"""The port of calls over HTTP: inputs that wait for one, and the page that takes it."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bridge.core.contact import Contact
    from bridge.core.definitions.field_types import Secret


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Hook:
    """An input that waits for calls with its token."""

    token: Secret
    call: Callable[[Contact | None], None]
    """Takes the contact that a call says; None for an event."""
    ignore: Callable[[], None]
    """Counts a call that means nothing."""


class HookPort:
    """The hooks by their inputs; called on the event loop's thread."""

    def __init__(self) -> None:
        self._hooks: dict[str, Hook] = {}

    def wait(self, input_id: str, hook: Hook) -> None:
        """Adds an input's hook, or replaces it."""
        self._hooks[input_id] = hook

    def leave(self, input_id: str) -> None:
        """Removes an input's hook; an unknown one is ignored."""
        self._hooks.pop(input_id, None)

    def knows(self, input_id: str) -> bool:
        """Returns whether an input waits for calls."""
        return input_id in self._hooks

    def admits(self, input_id: str, token: str) -> bool:
        """Returns whether this is the token of an input that waits for calls, in the same time for every wrong one."""
        hook = self._hooks.get(input_id)
        right = "" if hook is None else hook.token.reveal()
        is_right = hmac.compare_digest(token.encode(errors="surrogateescape"), right.encode())
        return hook is not None and is_right

    def call(self, input_id: str, contact: Contact | None) -> None:
        """Hands an admitted call to its input."""
        if input_id in self._hooks:
            self._hooks[input_id].call(contact)

    def ignore(self, input_id: str) -> None:
        """Has its input count an admitted call that means nothing."""
        if input_id in self._hooks:
            self._hooks[input_id].ignore()
