"""The settings file and the settings in force, for the daemon: as `FileSync` is, with all work done by the checker.

A checker that fails leaves the settings in force as they are. An edit may have been written when it failed: the
file is then read again like one that was edited by hand, so settings are in force exactly when they are in the
file.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from bridge.errors import CheckerFailed, Fault, SettingsError
from bridge.settings.archive.exported import Exported
from bridge.settings.checker import messages
from bridge.settings.checker.messages import Message
from bridge.settings.edits.edits import Edit
from bridge.settings.in_force import InForce, signs_beside
from bridge.settings.kept import copy
from bridge.settings.kept.validity import content_of

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")
Ask = Callable[[Mapping[str, Any]], Message]
"""Returns the checker's answer to a request. Raises CheckerFailed."""


class CheckedFile:
    """The file, and the settings last loaded from it. Every method blocks."""

    def __init__(self, in_force: InForce, *, ask: Ask) -> None:
        self.loaded = in_force
        self._ask = ask

    def reload_if_changed(self, *, everything: bool = False) -> bool:
        """Reloads the file if it changed. Returns whether the settings differ.

        `everything=True` also rereads environment and secret files. No checker is asked about a file that is the
        same.

        Raises:
            SettingsError: with all faults of the file; the settings in force stay.
            CheckerFailed: twice, so nothing is known of the file; the settings in force stay.
        """
        if not everything and self._is_as_before():
            return False
        request = messages.look_request(self.loaded, everything=everything)
        try:
            answer = self._ask(request)
        except CheckerFailed as error:
            log.info("%s; trying once more", error)
            answer = self._ask(request)
        before = self.loaded
        self.loaded = _taken(answer)
        self.keep()
        return self.loaded.settings != before.settings

    def apply_edit(self, edit: Edit) -> bool | None:
        """Makes an edit and writes the file. Returns whether the settings changed; `reload_if_changed` must come first.

        Returns None if the file was changed since then: reload and try again.

        Raises:
            SettingsError: with all faults of the edit; nothing changed.
            CheckerFailed: the file may have been written: reload it.
        """
        request = messages.edit_request(self.loaded, edit)
        try:
            answer = self._asked(request)
        except CheckerFailed as error:
            if not self._is_as_before():
                raise
            log.info("%s; trying once more", error)
            answer = self._asked(request)
        if "done" in answer:
            return False if answer["done"] else None
        self.loaded = _taken(answer)
        self.keep()
        return True

    def warnings(self) -> tuple[str, ...]:
        """Returns the warnings of the settings in force.

        Raises:
            SettingsError: a secret can no longer be read.
            CheckerFailed: the checker has no answer.
        """
        return _read(self._ask(messages.warnings_request(self.loaded)), messages.warnings_of)

    def origins(self) -> dict[str, str]:
        """Returns the paths of the settings whose value comes from above the file, each with its origin.

        Raises:
            SettingsError: a secret can no longer be read.
            CheckerFailed: the checker has no answer.
        """
        return _read(self._ask(messages.origins_request(self.loaded)), messages.origins_of)

    def exported(self) -> Exported:
        """Returns the settings file for an archive.

        Raises:
            SettingsError: a secret can no longer be read.
            CheckerFailed: the checker has no answer.
        """
        return _read(self._ask(messages.export_request(self.loaded)), messages.exported_of)

    def keep(self) -> None:
        """Writes the copy for the next start; a failure is logged, and the next start asks the checker."""
        if self.loaded.kept is None:
            return
        store = self.loaded.settings.store.folder
        try:
            copy.write(self.loaded.kept, store)
        except OSError as error:
            log.info("%s: the checked settings are not kept for the next start: %s", store, error.strerror)

    def _is_as_before(self) -> bool:
        """Returns whether the file is the one in force, and its secret files as they were."""
        return (
            content_of(self.loaded.path) == self.loaded.content
            and signs_beside(self.loaded.files) == self.loaded.beside
        )

    def _asked(self, request: Mapping[str, Any]) -> Message:
        try:
            return self._ask(request)
        except (ValueError, RecursionError):  # what JSON cannot carry
            raise SettingsError([Fault(path="", message="is nested too deeply")]) from None


def first_answer(answer: Message) -> InForce:
    """Returns the settings of the first answer. Raises SettingsError with all faults, or CheckerFailed."""
    return _taken(answer)


def _taken(answer: Message) -> InForce:
    return _read(answer, messages.in_force_of)


def _read(answer: Message, read: Callable[[Message], _Result]) -> _Result:
    """Returns what `read` finds in an answer. Raises SettingsError for its faults, CheckerFailed for nonsense."""
    try:
        faults = messages.faults_of(answer)
        if not faults:
            return read(answer)
    except (ValueError, KeyError, TypeError, AttributeError):
        message = "the process that checks settings gave an answer that makes no sense"
        raise CheckerFailed(message) from None
    raise SettingsError(faults)
