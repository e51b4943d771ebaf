"""The receipt of an installation: a file of root's in which the next one, and the removal, read what was done.

It lies with the program: the service's user may write to settings and state, and must not choose what root removes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Literal

Standing = Literal["absent", "same", "older", "changed"]
"""A written file now: absent, as it should be, as an earlier version wrote it, or changed by somebody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The work of the last installation."""

    version: str
    digest: str | None
    """The digest of the copied environment; None if the program was put into its place by hand."""
    source: str
    """The environment that the copy was made of."""
    files: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """The SHA-256 of each written file, by path."""
    made_gpio_group: bool = False


def written(receipt: Receipt) -> bytes:
    """Returns the receipt as the content of its file."""
    return (json.dumps(asdict(receipt) | {"files": dict(receipt.files)}, indent=1, sort_keys=True) + "\n").encode()


def read(content: bytes | None) -> Receipt | None:
    """Returns the receipt in a file's content; None if there is no file, or another program wrote it."""
    if content is None:
        return None
    try:
        return Receipt(**json.loads(content))
    except (ValueError, TypeError):
        return None


def digest_of(content: bytes) -> str:
    """Returns the digest by which a receipt knows a file."""
    return sha256(content).hexdigest()


def standing(path: Path, now: bytes | None, wanted: bytes, receipt: Receipt | None) -> Standing:
    """Returns the standing of a file whose content is `now`, or None if it is absent, and shall be `wanted`."""
    if now is None:
        return "absent"
    if now == wanted:
        return "same"
    return "older" if receipt is not None and receipt.files.get(str(path)) == digest_of(now) else "changed"
