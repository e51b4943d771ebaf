"""The one error of a description."""

from __future__ import annotations


class DiscoveryError(ValueError):
    """Home Assistant would refuse, drop or complain about the description.

    `subject` is the wrong thing (a unique id, `device`, `origin`, a component's key),
    `key` the part of it, named as in the payload, and `message` names the valid values.
    """

    def __init__(self, subject: str, key: str, message: str) -> None:
        self.subject = subject
        self.key = key
        self.message = message
        super().__init__(f"{subject}: {key}: {message}")
