"""Devices that a person deleted in Home Assistant, and the removals of ours that look like it."""

from __future__ import annotations

import asyncio
from hashlib import blake2b
from typing import Final

AFTERMATH_S: Final = 5.0
"""The time after a removal of ours in which an emptied topic is not taken for a person's deletion.

Earlier Home Assistants empty the topic on which a disabled entity was once described when that entity is removed.
"""


def digest_of(payload: bytes) -> bytes:
    """Returns the digest by which a description is recognised."""
    return blake2b(payload, digest_size=16).digest()


class DeletedDevices:
    """Topics of descriptions that are withheld, each until its description changes."""

    def __init__(self) -> None:
        self._withheld: dict[str, bytes | None] = {}
        """The digest of what stays withheld; None: it is that of the next description."""
        self._removed_at = -AFTERMATH_S

    def add(self, topic: str, digest: bytes | None) -> None:
        """Withholds what is described on a topic now."""
        self._withheld[topic] = digest

    def forget(self, topic: str) -> None:
        """Withholds nothing on a topic any more."""
        self._withheld.pop(topic, None)

    def withholds(self, topic: str, digest: bytes) -> bool:
        """Returns whether the description with this digest stays withheld; a changed one ends that for its topic."""
        if topic not in self._withheld:
            return False
        withheld = self._withheld[topic] or digest
        if withheld != digest:
            del self._withheld[topic]
            return False
        self._withheld[topic] = withheld
        return True

    def removed(self) -> None:
        """Notes the time of a removal of entities by ourselves, whose aftermath begins now."""
        self._removed_at = asyncio.get_running_loop().time()

    @property
    def is_aftermath(self) -> bool:
        """Whether an emptied topic may follow from a removal of ours."""
        return asyncio.get_running_loop().time() - self._removed_at < AFTERMATH_S
