"""Settings for the start of the daemon: from the copy that is kept beside the state, else from the checker.

The checker is begun before anything else is imported, and works while the caller imports what comes next.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.errors import CheckerFailed
from bridge.settings.checker.process import CheckerProcess
from bridge.settings.kept import copy
from bridge.settings.kept.validity import Around, content_of

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.settings.checker.checked_file import CheckedFile

log = logging.getLogger(__name__)


class Start:
    """Begins at once to find the settings of a file; `file` waits for them."""

    def __init__(self, path: Path, *, overrides: Mapping[str, Any] | None = None) -> None:
        self._checker = CheckerProcess()
        self._around = _around(path, overrides or {})
        found = None if self._around is None else copy.found(self._around)
        self._in_force = None if self._around is None or found is None else copy.in_force(found, self._around)
        self._path, self._overrides = path, overrides or {}
        if self._in_force is None:
            self._checker.start()

    def file(self) -> CheckedFile:
        """Returns the file with its settings.

        Raises:
            SettingsError: with everything that is wrong.
            CheckerFailed: nothing is known of the file, since the checker failed twice.
        """
        from bridge.settings.checker.checked_file import CheckedFile, first_answer  # noqa: PLC0415 - it is begun before
        from bridge.settings.checker.messages import load_request  # noqa: PLC0415 - the same

        if self._in_force is None:
            content = None if self._around is None else self._around.content
            request = load_request(self._path, self._overrides, content)
            try:
                answer = self._checker.ask(request)
            except CheckerFailed as error:
                log.warning("%s; trying once more", error)
                answer = self._checker.ask(request)
            self._in_force = first_answer(answer)
        return CheckedFile(self._in_force, ask=self._checker.ask)


def outputs_of_copy(path: Path) -> Settings | None:
    """Returns the settings of the copy kept for this file, without secrets, for the stop hook.

    None without a copy that is valid, and for one without outputs.
    """
    around = _around(path, {})
    found = None if around is None else copy.found(around)
    settings = None if found is None else copy.without_secrets(found)
    return settings if settings is not None and settings.outputs else None


def _around(path: Path, overrides: Mapping[str, Any]) -> Around | None:
    """Returns a file's content and surroundings; None if it is too large or cannot be read."""
    content = content_of(path)
    return None if content is None else Around(path=path, content=content, overrides=overrides, environ=os.environ)
