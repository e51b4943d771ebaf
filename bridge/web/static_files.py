"""Style sheet and scripts: read once at the start, so that no path of a request reaches the disk."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files

KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A static file; `packed` is its content in gzip."""

    kind: str
    packed: bytes
    tag: str
    """The ETag, a hash of the content."""

    @property
    def content(self) -> bytes:
        """The unpacked content, for clients without gzip."""
        return gzip.decompress(self.packed)


def assets() -> Mapping[str, Asset]:
    """Returns all static files by name."""
    found = {}
    for file in files("bridge.web").joinpath("static").iterdir():
        kind = KINDS.get(f".{file.name.rpartition('.')[2]}")
        if kind is not None and file.is_file():
            found[file.name] = _asset(file.read_bytes(), kind)
    return found


def _asset(content: bytes, kind: str) -> Asset:
    """Returns a file with its compressed form and its tag."""
    tag = hashlib.sha256(content).hexdigest()[:16]
    return Asset(kind=kind, packed=gzip.compress(content, mtime=0), tag=f'"{tag}"')
