"""Keeps the settings file and the settings in force the same, for edits by hand and by the program.

Every method blocks, and only one call may run at a time.
"""

from __future__ import annotations

import errno
import json
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from bridge.errors import Fault, SettingsError
from bridge.settings.archive.exported import Exported
from bridge.settings.archive.withheld import adopted, withheld
from bridge.settings.edits.edits import Edit, Edited
from bridge.settings.edits.secrets import (
    file_stem,
    in_files,
    named_files,
    requests_sent_elsewhere,
    sent_elsewhere,
    typed_secrets,
    unfit,
    without_old_files,
)
from bridge.settings.file.secret_writer import remove_unused, written_secrets
from bridge.settings.file.versioned_file import SettingsFile
from bridge.settings.file.write_back import written_back
from bridge.settings.in_force import signs_beside
from bridge.settings.load import Loaded, load
from bridge.settings.location import Loc, value_at
from bridge.settings.sources.overridden import check_overridden
from bridge.settings.sources.secret_files import plain_secrets, with_secret_files
from bridge.settings.yaml.edit import edited
from bridge.settings.yaml.parse import LARGEST_BYTES, parse
from bridge.system.file_signs import Signs

log = logging.getLogger(__name__)

SETTLE_S = 0.1
"""Time for which a file must stay unchanged before it is read."""
_ATTEMPTS = 50
_EMPTIED = "is empty now; to do without all inputs and outputs, write inputs: [] into it"
"""A full disk or a slip of the shell leaves an empty file, which would disarm the whole device."""


class Content(Protocol):
    """The file itself: a `SettingsFile`, or a test's own."""

    def read(self) -> bytes: ...  # noqa: D102 - see SettingsFile
    def replace(self, content: bytes, *, expected: bytes, secret: bool) -> bool: ...  # noqa: D102
    def keep(self, content: bytes, *, secret: bool) -> None: ...  # noqa: D102


class FileSync:
    """The file, and the settings last loaded from it.

    `loaded` was read from the file. `beside` are the signs of the secret files when they were read; default: now.
    """

    def __init__(
        self,
        loaded: Loaded,
        *,
        file: Content | None = None,
        read: Callable[[Path], Loaded] | None = None,
        settle_s: float = SETTLE_S,
        beside: Signs | None = None,
    ) -> None:
        self.loaded = loaded
        self._file = file or SettingsFile(loaded.path)
        self._read = read or partial(load, overrides=loaded.above[0].values)
        self._settle_s = settle_s
        self.beside = signs_beside(loaded.files) if beside is None else beside
        """Signs of the secret files at the last load."""

    def reload_if_changed(self, *, everything: bool = False) -> bool:
        """Reloads the file if it changed. Returns whether the settings differ.

        `everything=True` also rereads environment and secret files.

        Raises:
            SettingsError: with all faults of the file; the settings in force stay, and their content is kept as
                version 1: `safe` finds the outputs there if this process dies.
        """
        try:
            return self._look(everything=everything)
        except SettingsError:
            self._keep(self.loaded)
            raise

    def _look(self, *, everything: bool) -> bool:
        content = self._text()
        before = self.loaded
        if not everything and content == before.content and self.beside == signs_beside(before.files):
            return False
        loaded = self._settled(content)
        if before.document and not loaded.document:
            raise SettingsError([self._fault(_EMPTIED)])
        self.loaded, self.beside = loaded, signs_beside(loaded.files)
        if before.content != loaded.content:
            self._keep(before)
        return loaded.settings != before.settings

    def apply_edit(self, edit: Edit) -> bool | None:
        """Makes an edit and writes the file. Returns whether the settings changed; `reload_if_changed` must come first.

        Returns None if the file was changed by hand since then: reload and try again.

        Raises:
            SettingsError: with all faults of the edit; nothing changed.
        """
        before, content = self.loaded, self.loaded.content
        assert content is not None  # noqa: S101 - it was read from the file
        made = _edited(edit, before)
        try:
            check_overridden(before.above, made.touched)
            if edit.do not in ("remove", "replace"):
                _check_named_files(before, made)
            document = without_old_files(made.document, made.touched)
            if before.with_document(document).settings == before.settings:
                return False
            typed = {} if edit.do == "remove" else _typed(before, document, made.touched)
            stems = {loc: file_stem(document, loc) for loc in typed}
            with written_secrets(before.path, typed, stems) as written:
                base = str(edit.content["text"]).encode() if edit.do == "replace" else content
                done = self._written(base, before, in_files(document, written.files))
                if done:
                    written.keep()
        except SettingsError as error:
            faults = tuple(
                replace(fault, file=None) if fault.file == str(before.path) else fault for fault in error.faults
            )
            raise SettingsError(map(made.told, faults)) from None
        if not done:
            return None
        remove_unused(before.path)
        return True

    def _written(self, base: bytes, before: Loaded, document: Mapping[str, Any]) -> bool:
        """Writes a document as an edit of the text `base`, and takes it. Returns False if the file has changed.

        Raises SettingsError if it cannot be written.
        """
        content = before.content
        assert content is not None  # noqa: S101 - it was read from the file
        meant = before.with_document(document).settings
        fresh, changed = written_back(base, before, document, meant=meant)
        try:
            done = self._file.replace(fresh, expected=content, secret=_holds_secret(changed))
        except OSError as error:
            raise SettingsError([Fault(path="", message=_why_not_written(error))]) from None
        if done:
            self.loaded, self.beside = replace(changed, content=fresh), signs_beside(changed.files)
        return done

    def exported(self) -> Exported:
        """Returns the settings file for an archive. Raises SettingsError if a secret cannot be read now."""
        document, text = self.loaded.document, self.loaded.text or ""
        open_document, lacks = withheld(document)
        opened = with_secret_files(document)
        found = {loc: value_at(opened.document, loc) for loc in plain_secrets(opened.document)}
        return Exported(
            open=self._open_text(text, open_document),
            withheld=lacks,
            whole=text,
            secrets=tuple((loc, str(secret)) for loc, secret in found.items()),
        )

    def _open_text(self, text: str, document: Mapping[str, Any]) -> str:
        """Returns the document as an edit of the text; without comments where the text cannot be edited."""

        def read(written: str) -> Any:
            return parse(written, self.loaded.path)[0]

        try:
            changed = edited(text, document, read)
            if read(changed) == document:
                return changed
        except SettingsError:
            pass  # written in a way that only a person can edit
        return json.dumps(document, indent=1, default=str)

    def origins(self) -> dict[str, str]:
        """Returns the paths of the settings whose value comes from above the file, each with its origin."""
        return self.loaded.overridden

    def _text(self) -> bytes:
        try:
            return self._file.read()
        except OSError as error:
            raise SettingsError([self._fault(f"cannot be read: {error.strerror}")]) from None

    def _settled(self, content: bytes) -> Loaded:
        """Returns the settings loaded from the file once it is no longer written."""
        for _ in range(_ATTEMPTS):
            if content != self.loaded.content:
                time.sleep(self._settle_s)
            later = self._text()
            if later == content:
                loaded = self._read(self.loaded.path)
                later = self._text()
                if later == loaded.content:
                    return loaded
            content = later
        raise SettingsError([self._fault("is being written all the time")])

    def _keep(self, loaded: Loaded) -> None:
        """Keeps the content before an edit by hand as version 1; a failure is logged."""
        assert loaded.content is not None  # noqa: S101 - it was read from the file
        try:
            self._file.keep(loaded.content, secret=_holds_secret(loaded))
        except OSError as error:
            log.info("%s: the version before the edit by hand is not kept: %s", self.loaded.path, error.strerror)

    def _fault(self, message: str) -> Fault:
        return Fault(path="", message=message, file=str(self.loaded.path))


def _edited(edit: Edit, before: Loaded) -> Edited:
    """Returns the next document. Raises SettingsError."""
    if edit.do != "replace":
        return edit.make(before.document)
    text = str(edit.content["text"])
    if len(text.encode()) > LARGEST_BYTES:
        raise SettingsError([Fault(path="", message="is too large", allowed=f"at most {LARGEST_BYTES} bytes")])
    document, twice = parse(text, before.path)
    if twice:
        raise SettingsError(twice)
    if not isinstance(document, Mapping):
        raise SettingsError([Fault(path="", message="must be keys with values")])
    if not document:
        raise SettingsError([Fault(path="", message="has no settings at all")])
    secrets = tuple((tuple(loc), str(secret)) for loc, secret in edit.content["secrets"])
    return Edited(document=adopted(document, before.document, secrets), touched=())


def _check_named_files(before: Loaded, made: Edited) -> None:
    """Raises SettingsError if an edit names the file of a password, which is not read then, be it there or not."""
    faults = tuple(named_files(before.document, made.document))
    if faults:
        raise SettingsError(faults)


def _typed(before: Loaded, document: Mapping[str, Any], touched: Iterable[Loc]) -> dict[Loc, str]:
    """Returns the secrets that an edit brings. Raises SettingsError for an unfit one, and for one sent elsewhere."""
    typed = typed_secrets(before.document, document)
    faults = (
        *sent_elsewhere(before.document, document, before.above),
        *(requests_sent_elsewhere(before.document, document, touched) if touched else ()),
        *unfit(typed),
    )
    if faults:
        raise SettingsError(faults)
    return typed


def _holds_secret(loaded: Loaded) -> bool:
    return any(plain_secrets(loaded.document))


def _why_not_written(error: OSError) -> str:
    hint = "; mount its folder rather than the file alone" if error.errno == errno.EBUSY else ""
    return f"the settings file cannot be written: {error.strerror}{hint}"
