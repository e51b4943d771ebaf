"""Inputs that follow the device's health: parts that there are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bridge.core.definitions.channels import KEYS
from bridge.settings.location import Finding

Items = Sequence[tuple[int, Mapping[str, object]]]


def health_findings(document: Mapping[object, object], inputs: Items) -> Iterator[Finding]:
    """Yields a finding for each input that follows mail and upload, where neither is set up."""
    if any(document.get(key) is not None for key in KEYS):
        return
    for index, item in inputs:
        line = item.get("line")
        if isinstance(line, Mapping) and line.get("kind") == "health" and line.get("what") == "mail":
            yield Finding(
                loc=("inputs", index, "line", "what"),
                message=f"needs the section {' or '.join(KEYS)}, which is missing",
                shown=False,
                because=tuple((key,) for key in KEYS),
            )
