"""Style sheet and scripts: read once, by name, so that no path of a request ever meets the disk."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A file of the page; `packed` is it in gzip."""

    kind: str
    packed: bytes
    tag: str
    """Changes with the content."""

    @property
    def content(self) -> bytes:
        """As it is, for the rare one that cannot unpack."""
        return gzip.decompress(self.packed)


def assets() -> Mapping[str, Asset]:
    """All that there are, by name."""
    found = {}
    for file in files("bridge.web").joinpath("static").iterdir():
        kind = KINDS.get(f".{file.name.rpartition('.')[2]}")
        if kind is not None and file.is_file():
            found[file.name] = _asset(file.read_bytes(), kind)
    return found


def _asset(content: bytes, kind: str) -> Asset:
    tag = hashlib.sha256(content).hexdigest()[:16]
    return Asset(kind=kind, packed=gzip.compress(content, mtime=0), tag=f'"{tag}"')
