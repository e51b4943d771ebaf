"""The checker's work: the answer to one request after the other. Its process is `__main__`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from bridge.errors import Fault, SettingsError
from bridge.settings.checker import messages
from bridge.settings.checker.messages import Message
from bridge.settings.file.file_sync import FileSync
from bridge.settings.in_force import InForce
from bridge.settings.kept.copy import copy_text
from bridge.settings.kept.references import referred
from bridge.settings.kept.validity import Around, program
from bridge.settings.load import Loaded, load
from bridge.settings.plain_values import plain
from bridge.settings.sources.addon import SERVICE, names_broker
from bridge.settings.sources.layers import Layer, secrets_folder
from bridge.settings.sources.names import TOKEN

_OTHER_PROGRAM = "the program on the disk is no longer the one that runs: restart it, then settings can be changed"

Sync = Callable[..., FileSync]
"""Makes a `FileSync`; a test's has another file or no time to settle."""


class Checker:
    """Loads, looks, edits and warns, as each request asks; it remembers the file that it looked at last."""

    def __init__(self, *, sync: Sync = FileSync, environ: Mapping[str, str] | None = None) -> None:
        self._make = sync
        self._environ = os.environ if environ is None else environ
        self._known: tuple[object, FileSync] | None = None
        self._folder: list[Any] = []
        """The secrets folder as it was before the last load."""

    def answer(self, request: Mapping[str, Any]) -> Message:
        """Returns the answer to a request; settings that are wrong are one as well."""
        if request["program"] != program():
            return messages.faults_answer((Fault(path="", message=_OTHER_PROGRAM),))
        try:
            return self._done(request)
        except SettingsError as error:
            return messages.faults_answer(error.faults)

    def _done(self, request: Mapping[str, Any]) -> Message:
        match request["do"]:
            case "load":
                return self._load(request)
            case "look":
                return self._look(request)
            case "edit":
                return self._edit(request)
            case "warnings":
                return {"warnings": list(self._file(request)[0].loaded.warnings())}
            case "export":
                return messages.exported_answer(self._file(request)[0].exported())
            case "origins":
                return {"origins": self._file(request)[0].loaded.overridden}
        raise ValueError(request["do"])

    def _load(self, request: Mapping[str, Any]) -> Message:
        read = self._reading(request["overrides"])
        loaded = read(Path(request["path"]), content=messages.content_of(request))
        return self._answered(request, self._make(loaded, read=read))

    def _look(self, request: Mapping[str, Any]) -> Message:
        file, is_whole = self._file(request)
        file.reload_if_changed(everything=request["everything"] or not is_whole)
        return self._answered(request, file)

    def _edit(self, request: Mapping[str, Any]) -> Message:
        file, is_whole = self._file(request)
        if not is_whole:
            file.reload_if_changed(everything=True)
        done = file.apply_edit(messages.edit_of(request))
        if done is None:
            return {"done": False}
        return self._answered(request, file) if done else {"done": True}

    def _file(self, request: Mapping[str, Any]) -> tuple[FileSync, bool]:
        """Returns the file with the settings in force, and whether they were all there to be read again.

        The one that this checker has looked at last, if nothing came between.
        """
        key = _key(request)
        if self._known is not None and self._known[0] == key:
            return self._known[1], True
        path, content = Path(request["path"]), messages.content_of(request)
        read = self._reading(request["overrides"])
        again = partial(read, path, content=content, service=_service_of(request))
        try:
            loaded, is_whole = again(), True
        except SettingsError:
            # A secret is gone: the file has to be read again before anything is changed, and will be refused.
            loaded, is_whole = again(secrets=False), False
        file = self._make(loaded, read=read, beside=messages.beside_of(request))
        self._known = (key, file) if is_whole else None
        return file, is_whole

    def _reading(self, overrides: Mapping[str, Any]) -> Callable[..., Loaded]:
        def read(path: Path, **given: Any) -> Loaded:
            self._folder = Around(path=path, content=b"", overrides={}, environ=self._environ).secrets_folder()
            return load(path, environ=self._environ, overrides=overrides, **given)

        return read

    def _answered(self, request: Mapping[str, Any], file: FileSync) -> Message:
        loaded = file.loaded
        assert loaded.content is not None  # noqa: S101 - it was read from the file
        _, service = loaded.below
        in_force = InForce(
            settings=loaded.settings,
            path=loaded.path,
            overrides=request["overrides"],
            content=loaded.content,
            service={"values": service.values, "warnings": list(service.warnings)},
            files=loaded.files,
            beside=file.beside,
            kept=self._copy(request, loaded, loaded.content),
        )
        answer = messages.settings_answer(in_force)
        self._known = (_key(answer), file)
        return answer

    def _copy(self, request: Mapping[str, Any], loaded: Loaded, content: bytes) -> str | None:
        """Returns the copy for the next start; None if the secrets folder changed while it was read."""
        around = Around(path=loaded.path, content=content, overrides=request["overrides"], environ=self._environ)
        if secrets_folder(self._environ).values != loaded.above[-1].values:
            return None
        given, _ = loaded.below
        names = names_broker([loaded.document, given.values, *(layer.values for layer in loaded.above)])
        return copy_text(
            plain(loaded.settings, secret=referred(around, loaded.files[1:])),
            around=around,
            files=loaded.files,
            folder=self._folder,
            service=bool(self._environ.get(TOKEN)) and not names,
            store=loaded.settings.store.folder,
        )


def _service_of(request: Mapping[str, Any]) -> Layer:
    """Returns the Supervisor's broker as an earlier load found it; empty where none was asked for."""
    service = request["service"]
    return Layer(origin=SERVICE, values=service.get("values", {}), warnings=tuple(service.get("warnings", ())))


def _key(message: Mapping[str, Any]) -> object:
    return [message[part] for part in ("path", "overrides", "content", "service")]
