"""Warnings: settings that are allowed and probably not meant.

A warning has no effect on the settings. Themes of more than a few lines have a file of their own, `lint_…`.
"""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bridge.core.definitions.settings import Settings
from bridge.core.definitions.vocabulary import path_tokens
from bridge.core.schedule import ALWAYS
from bridge.settings.checks.lint_schedules import schedule_findings
from bridge.settings.checks.lint_servers import server_findings
from bridge.settings.checks.lint_yaml import yaml_findings
from bridge.settings.location import Finding
from bridge.settings.sources.secret_files import plain_secrets


def advice(settings: Settings, document: Mapping[Any, Any], text: str | None) -> Iterator[Finding]:
    """Yields the warnings for valid settings.

    `document` and `text` are the file's; without a text nothing is said of how it is written.
    """
    yield from _timed_links(settings)
    yield from _cut_off_early(settings)
    yield from schedule_findings(settings)
    yield from server_findings(settings, document)
    yield from _upload_path(settings)
    yield from _buttons_that_rest(settings)
    if text is not None:
        yield from yaml_findings(text, document, settings)


def _timed_links(settings: Settings) -> Iterator[Finding]:
    """Yields a finding for each link to an output that follows its timing, which therefore does nothing."""
    timed = {output.id for output in settings.outputs if output.timing.enabled}
    for index, one in enumerate(settings.inputs):
        for nth, link in enumerate(one.linkage.outputs):
            if link in timed:
                yield Finding(
                    loc=("inputs", index, "linkage", "outputs", nth),
                    message=f"output {link} follows its timing: this input's alarms are only logged for it",
                    shown=False,
                )


def _cut_off_early(settings: Settings) -> Iterator[Finding]:
    """Yields a finding for each Alarm Time that is longer than the output's cut-off."""
    for index, output in enumerate(settings.outputs):
        seconds = output.alarm_time_ms / 1000
        if output.cut_off_s is not None and output.cut_off_s < seconds and not output.follow_source:
            yield Finding(
                loc=("outputs", index, "alarm_time_ms"),
                message=f"is longer than max_active_s, which ends it after {output.cut_off_s:g} s",
                shown=False,
            )


def _buttons_that_rest(settings: Settings) -> Iterator[Finding]:
    """Yields a finding for each stop button or key switch that works only while its schedule is open."""
    for index, one in enumerate(settings.inputs):
        if (one.linkage.silence or one.linkage.disarm) and one.schedule != ALWAYS:
            what = "stop button" if one.linkage.silence else "key switch"
            yield Finding(
                loc=("inputs", index, "schedule"),
                message=f"this {what} works only while its schedule is open",
                allowed="always",
                shown=False,
            )


def _upload_path(settings: Settings) -> Iterator[Finding]:
    """Yields a finding if two uploads may get the same path."""
    if settings.ftp is None:
        return
    tokens = path_tokens(settings.ftp.path)
    if "seq" not in tokens and not {"date", "time"} <= tokens:
        yield Finding(
            loc=("ftp", "path"),
            message="does not tell uploads apart: a later one replaces an earlier one of the same path",
            allowed="{seq}, or {date} and {time}, in it",
            shown=False,
        )


def exposed_secrets(document: Mapping[Any, Any], path: Path) -> Iterator[Finding]:
    """Yields a warning for each secret in the file itself when every user of the machine may read it."""
    secrets = list(plain_secrets(document))
    if not secrets:
        return
    try:
        mode = path.stat().st_mode
    except OSError:  # a document that is not written yet
        return
    if mode & stat.S_IROTH:
        for loc in secrets:
            yield Finding(
                loc=loc,
                message="is a secret, and everybody on this machine may read the file",
                allowed=f"chmod o-r {path}, or {loc[-1]}_file",
                shown=False,
            )
