"""Warnings: settings that are allowed and probably not meant."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bridge.core.definitions.settings import Settings
from bridge.settings.location import Finding
from bridge.settings.sources.secret_files import plain_secrets


def advice(settings: Settings) -> Iterator[Finding]:
    """Warnings for settings in which nothing is wrong."""
    timed = {output.id for output in settings.outputs if output.timing.enabled}
    for index, one in enumerate(settings.inputs):
        for nth, link in enumerate(one.linkage.outputs):
            if link in timed:
                yield Finding(
                    loc=("inputs", index, "linkage", "outputs", nth),
                    message=f"output {link} follows its timing: this input's alarms are only logged for it",
                    shown=False,
                )
    if settings.email is not None and settings.email.security == "none":
        yield Finding(loc=("email", "security"), message="mail and its password go out unencrypted", shown=False)
    if settings.ftp is not None and settings.ftp.security == "none":
        yield Finding(loc=("ftp", "security"), message="pictures and the password go out unencrypted", shown=False)
    if settings.metrics.enabled and not settings.web.enabled:
        yield Finding(
            loc=("metrics", "enabled"), message="metrics are on the page's port, and the page is off", shown=False
        )


def exposed_secrets(document: Mapping[Any, Any], path: Path) -> Iterator[Finding]:
    """Warnings for passwords in the file itself when every user of the machine may read it."""
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
                allowed=f"chmod o-r {path}, or password_file",
                shown=False,
            )
