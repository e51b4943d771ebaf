"""A document, as it came from YAML or JSON, becomes settings, or everything that is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic_core import ValidationError

from bridge.core.definitions.settings import Settings
from bridge.settings.checks import references
from bridge.settings.checks.presets import preset_findings, with_presets
from bridge.settings.checks.validator import validated
from bridge.settings.location import DEEPEST, Finding, Loc, once

MOST_VALUES = 50_000


def check(document: object) -> tuple[Settings | None, list[Finding]]:
    """Returns the settings and no finding, or None and all findings: of single values and of what ties them together.

    Reads no file; `password_file` is taken as it is.
    """
    if not isinstance(document, Mapping):
        return None, [Finding(loc=(), message="must be keys with values", shown=False)]
    unfit = _unfit(document)
    if unfit is not None:
        return None, [unfit]
    settings: Settings | None = None
    findings: list[Finding] = list(preset_findings(document))
    document = with_presets(document)
    try:
        settings = validated(Settings, document)
    except ValidationError as error:
        # Only needed when something is wrong, and not light.
        from bridge.settings.checks.error_messages import findings_of  # noqa: PLC0415 - see above

        for detail in error.errors(include_url=False):
            findings += findings_of(detail, document)
    findings = once([*findings, *references.findings(document)])
    return (None, findings) if findings else (settings, [])


def _unfit(document: Mapping[object, object]) -> Finding | None:
    """Returns a finding if a document must not be walked or used, else None.

    Such a document is endless or enormous, or has keys that are no names, or NUL in a text. Aliases of YAML make the
    first two from a few lines; no file name or topic takes a NUL.
    """
    waiting: list[tuple[Loc, object]] = [((), document)]
    seen = 0
    while waiting:
        loc, value = waiting.pop()
        seen += 1
        if len(loc) > DEEPEST:
            return Finding(loc=loc[:DEEPEST], message="is nested too deeply", shown=False)
        if seen > MOST_VALUES:
            return Finding(loc=(), message="is too large", shown=False)
        if isinstance(value, Mapping):
            if any(isinstance(key, bool | float | None) for key in value):
                return Finding(loc=loc, message="has a key that is no text: put it in quotes", shown=False)
            waiting += [((*loc, str(key)), part) for key, part in value.items()]
        elif isinstance(value, list | tuple):
            waiting += [((*loc, index), part) for index, part in enumerate(value)]
        elif isinstance(value, str) and "\0" in value:
            return Finding(loc=loc, message="has a NUL character", shown=False)
    return None
