"""Lines over HTTP: calls that nobody could make, or that everybody could."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from bridge.settings.location import Finding, Loc, means

Items = Sequence[tuple[int, Mapping[str, object]]]


def http_findings(web: Mapping[str, object], inputs: Items) -> Iterator[Finding]:
    """Yields a finding for each `http` input without a token, and for each while there is no page to take its calls."""
    for index, item in inputs:
        line = item.get("line")
        if not isinstance(line, Mapping) or line.get("kind") != "http":
            continue
        loc: Loc = ("inputs", index, "line")
        if all(line.get(key) in (None, "") for key in ("token", "token_file")):
            yield Finding(
                loc=loc,
                message="needs a token, which every call has",
                allowed="token_file, or token",
                shown=False,
                because=((*loc, "token"), (*loc, "token_file")),
            )
        elif means(web.get("enabled"), on=False):
            yield Finding(
                loc=(*loc, "kind"),
                message="needs the page, on whose port calls come, and web.enabled is false",
                allowed="web.enabled: true, or another kind",
                shown=False,
            )
