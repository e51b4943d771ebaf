"""The one way in which a description can be wrong."""

from __future__ import annotations


class DiscoveryError(ValueError):
    """Home Assistant would refuse, drop or complain about what is described.

    `subject` is what is described wrongly (a unique id, `device`, `origin`, a component's key),
    `key` the part of it, named as in the payload, and `message` says what would be right.
    """

    def __init__(self, subject: str, key: str, message: str) -> None:
        self.subject = subject
        self.key = key
        self.message = message
        super().__init__(f"{subject}: {key}: {message}")
