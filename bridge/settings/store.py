"""The one way of every edit of the settings file, by hand, on the page or over MQTT.

Edits are made one after the other: first the file is reloaded if it was changed by hand;
the edit is made on that; the result is validated; it is written; then it is applied. A refused edit
changes nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from bridge.core.effects import Answer
from bridge.core.facts import CommandRejected, Fact, Origin
from bridge.errors import CheckerFailed, CommandRefused, Fault, SettingsError
from bridge.settings.edits import edits
from bridge.settings.edits.edits import Edit
from bridge.system.disk_thread import start_disk_thread
from bridge.system.file_watch import changes

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.settings.archive.exported import Exported
    from bridge.settings.location import Loc

log = logging.getLogger(__name__)

MOST_WAITING = 20
"""Limit of queued edits; each one costs the disk a few writes."""
_ATTEMPTS = 20
_UNCHANGED = "nothing was changed; try again"
_LONGEST_MESSAGE = 500
"""Limit of a refusal in the journal, in characters."""


class Loaded(Protocol):
    """Settings, and the files that they were read from."""

    @property
    def settings(self) -> Settings: ...  # noqa: D102 - as it says
    @property
    def files(self) -> tuple[Path, ...]: ...  # noqa: D102 - as it says


class File(Protocol):
    """The settings file, and the settings last loaded from it: a `CheckedFile`. Every method blocks."""

    @property
    def loaded(self) -> Loaded: ...  # noqa: D102 - as it says
    def reload_if_changed(self, *, everything: bool) -> bool: ...  # noqa: D102 - see CheckedFile
    def apply_edit(self, edit: Edit) -> bool | None: ...  # noqa: D102 - the same
    def origins(self) -> dict[str, str]: ...  # noqa: D102 - the same
    def exported(self) -> Exported: ...  # noqa: D102 - the same


class SettingsStore:
    """The queue of edits; `run` and `watch` are tasks of their own.

    `apply` is called with settings that are in the file already, and causes the answer to an `Origin` with a
    request. `tell` takes facts for the journal, `answer` the answers to edits that were refused
    or changed nothing.
    """

    def __init__(
        self,
        file: File,
        *,
        apply: Callable[[Settings, Origin], None],
        tell: Callable[[Fact], None],
        answer: Callable[[Answer], None],
    ) -> None:
        self._file = file
        self._apply = apply
        self._tell = tell
        self._answer = answer
        self._reported: tuple[Fault, ...] = ()
        """The faults of the file that were logged last."""
        self._lock = asyncio.Lock()
        self._waiting: asyncio.Queue[tuple[Edit, Origin]] = asyncio.Queue(MOST_WAITING)

    @property
    def loaded(self) -> Loaded:
        """The settings as last loaded from the file."""
        return self._file.loaded

    def submit(self, edit: Edit, origin: Origin) -> None:
        """Queues an edit; its `Answer` follows later. Raises CommandRefused if the queue is full."""
        try:
            self._waiting.put_nowait((edit, origin))
        except asyncio.QueueFull:
            message = "too many changes of settings at once"
            raise CommandRefused(message) from None

    async def run(self) -> None:
        """Makes the queued edits, for ever."""
        while True:
            await self.change(*await self._waiting.get())

    async def watch(self) -> None:
        """Reloads the file after edits by hand, for ever."""
        async with aclosing(changes(lambda: self.loaded.files)) as changed:
            async for _ in changed:
                await self.reload_if_changed()

    async def change(self, edit: Edit, origin: Origin) -> None:
        """Makes or refuses one edit; in either case a request in the origin gets its one answer."""
        async with self._lock:
            try:
                changed = await self._made(edit)
            except SettingsError as error:
                self._refuse(edit, origin, error.faults)
            except CheckerFailed as error:
                self._refuse(edit, origin, [Fault(path="", message=str(error), is_passing=True)])
            except Exception:
                log.exception("%s: the change failed by a fault of the program", edit.place)
                self._refuse(edit, origin, [Fault(path="", message="failed; the log says why")])
            else:
                if changed:
                    self._apply(self.loaded.settings, origin)
                elif origin.request is not None:
                    self._answer(Answer(origin=origin))

    async def reload_if_changed(self) -> None:
        """Reloads the file if it changed; its faults are logged once."""
        await self._reload(everything=False)

    async def reload(self) -> None:
        """Reloads the file and all sources around it (SIGHUP)."""
        await self._reload(everything=True)

    # Edits of the page, each with its answer

    async def patch_input(self, input_id: str, patch: Mapping[str, Any], by: str) -> tuple[Fault, ...]:
        """Applies a merge patch (RFC 7396) to one input. Returns all faults, none on success."""
        return await self._asked(edits.patch_input(input_id, patch), by)

    async def patch_output(self, output_id: str, patch: Mapping[str, Any], by: str) -> tuple[Fault, ...]:
        """Applies a merge patch to one output. Returns all faults, none on success."""
        return await self._asked(edits.patch_output(output_id, patch), by)

    async def patch_rest(self, patch: Mapping[str, Any], by: str) -> tuple[Fault, ...]:
        """Applies a merge patch to the settings besides inputs and outputs. Returns all faults, none on success."""
        return await self._asked(edits.patch_rest(patch), by)

    async def add(self, kind: str, settings: Mapping[str, Any], by: str) -> tuple[Fault, ...]:
        """Adds an item to `inputs` or `outputs` (`kind`). Returns all faults, none on success."""
        return await self._asked(edits.add(kind, settings), by)

    async def remove(self, kind: str, part_id: str, by: str) -> tuple[Fault, ...]:
        """Removes an item from `inputs` or `outputs` (`kind`). Returns all faults, none on success."""
        return await self._asked(edits.remove(kind, part_id), by)

    async def origins(self) -> dict[str, str]:
        """Returns the paths of the settings whose value comes from above the file, each with its origin.

        Raises:
            SettingsError: a secret can no longer be read.
            CheckerFailed: the checker has no answer.
        """
        async with self._lock:
            return await start_disk_thread("settings", self._file.origins)

    async def take_over(self, found: Mapping[str, Any], by: str) -> tuple[Fault, ...]:
        """Adds cameras, inputs and outputs in one edit. Returns all faults, none on success."""
        return await self._asked(edits.take_over(found), by)

    async def exported(self) -> Exported:
        """Returns the settings file for an archive. Raises SettingsError or CheckerFailed."""
        async with self._lock:
            return await start_disk_thread("settings", self._file.exported)

    async def replace_all(self, text: str, secrets: Iterable[tuple[Loc, str]], by: str) -> tuple[Fault, ...]:
        """Replaces the whole file by a text, with secrets by their locations. Returns all faults, none on success."""
        return await self._asked(edits.replace_all(text, secrets), by)

    async def _asked(self, edit: Edit, by: str) -> tuple[Fault, ...]:
        answered: asyncio.Future[tuple[Fault, ...]] = asyncio.get_running_loop().create_future()
        await self.change(edit, Origin(by=by, request=answered))
        return await answered

    async def _made(self, edit: Edit) -> bool:
        """Makes an edit. Returns whether the settings changed.

        Raises SettingsError, or CheckerFailed whose message also says what has become of the file.
        """
        for _ in range(_ATTEMPTS):
            try:
                await self._take(everything=False)
            except SettingsError as error:
                message = "the file was edited by hand and is wrong; nothing can be changed until it is right"
                raise SettingsError([Fault(path="", message=message), *error.faults]) from None
            except CheckerFailed as error:
                message = f"{error}; {_UNCHANGED}"
                raise CheckerFailed(message) from None
            try:
                changed = await start_disk_thread("settings", partial(self._file.apply_edit, edit))
            except CheckerFailed as error:
                message = f"{error}; {await self._outcome()}"
                raise CheckerFailed(message) from None
            if changed is not None:
                return changed
        raise SettingsError([Fault(path="", message="somebody else writes the file all the time")])

    async def _outcome(self) -> str:
        """Reloads the file, which may have been written before the checker failed. Returns in words what is so now."""
        before = self.loaded
        try:
            await self._take(everything=False)
        except (CheckerFailed, SettingsError):
            return "see what is in force, and try again"
        return _UNCHANGED if self.loaded is before else "the file was written meanwhile, and is in force"

    async def _take(self, *, everything: bool) -> None:
        """Reloads the file and applies it if the settings changed. Raises SettingsError or CheckerFailed."""
        if await start_disk_thread("settings", partial(self._file.reload_if_changed, everything=everything)):
            self._apply(self.loaded.settings, Origin(by="file"))
        if self._reported:
            self._reported = ()
            log.info("the settings file is right again")

    async def _reload(self, *, everything: bool) -> None:
        async with self._lock:
            try:
                await self._take(everything=everything)
            except SettingsError as error:
                self._report(error.faults, again=everything)
            except CheckerFailed as error:
                self._report((Fault(path="", message=f"{error}; save the file once more"),), again=True)

    def _report(self, faults: tuple[Fault, ...], *, again: bool) -> None:
        """Logs the faults of the file; those that were logged last only `again`."""
        if not again and faults == self._reported:
            return
        self._reported = faults
        for fault in faults:
            log.error("settings refused: %s", fault)
            self._tell(CommandRejected(origin=Origin(by="file"), topic=fault.path, message=fault.message))

    def _refuse(self, edit: Edit, origin: Origin, faults: Iterable[Fault]) -> None:
        reasons = tuple(faults)
        text = "; ".join(map(str, reasons))
        log.info("%s: change by %s refused: %s", edit.place, origin.by, text)
        message = text[:_LONGEST_MESSAGE]
        self._tell(CommandRejected(origin=origin, topic=edit.place, message=message))
        if origin.request is not None:
            self._answer(Answer(origin=origin, faults=reasons))
