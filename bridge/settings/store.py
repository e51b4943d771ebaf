"""The one file of settings, whoever edits it: a person, the page, or somebody over MQTT.

Every edit takes the same way, one after the other: what a person wrote meanwhile is taken first;
the edit is made on that; all of it is validated; it is written; then it is applied. What is refused
has changed nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Mapping
from contextlib import aclosing
from typing import Any

from bridge.core.effects import Answer
from bridge.core.facts import CommandRejected, Fact, Origin
from bridge.errors import CommandRefused, Fault, SettingsError
from bridge.settings.edits import edits
from bridge.settings.edits.edits import Edit
from bridge.settings.file.file_sync import FileSync
from bridge.settings.load import Loaded
from bridge.system.file_watch import changes

log = logging.getLogger(__name__)

MOST_WAITING = 20
"""Edits that may wait; each one costs the disk a few writes."""
_ATTEMPTS = 20
_LONGEST_MESSAGE = 500
"""Characters of a refusal that the journal keeps."""


class SettingsStore:
    """The way of every edit; `run` and `watch` are tasks of their own.

    `apply` gets settings that are in the file already, and sees to it that an `Origin` with a
    request is answered. `tell` takes facts for the journal, `answer` the answers to what was refused
    or changed nothing.
    """

    def __init__(
        self,
        file: FileSync,
        *,
        apply: Callable[[Loaded, Origin], None],
        tell: Callable[[Fact], None],
        answer: Callable[[Answer], None],
    ) -> None:
        self._file = file
        self._apply = apply
        self._tell = tell
        self._answer = answer
        self._told: tuple[Fault, ...] = ()
        """What is wrong in the file, as it was told last."""
        self._lock = asyncio.Lock()
        self._waiting: asyncio.Queue[tuple[Edit, Origin]] = asyncio.Queue(MOST_WAITING)

    @property
    def loaded(self) -> Loaded:
        """What the file was taken for last."""
        return self._file.loaded

    def submit(self, edit: Edit, origin: Origin) -> None:
        """Puts an edit behind those that wait; its `Answer` follows. Raises CommandRefused when too many wait."""
        try:
            self._waiting.put_nowait((edit, origin))
        except asyncio.QueueFull:
            message = "too many changes of settings at once"
            raise CommandRefused(message) from None

    async def run(self) -> None:
        """Makes the edits that were submitted, for ever."""
        while True:
            await self.change(*await self._waiting.get())

    async def watch(self) -> None:
        """Takes what somebody writes into the file by hand, for ever."""
        async with aclosing(changes(lambda: self.loaded.files)) as told:
            async for _ in told:
                await self.reload_if_changed()

    async def change(self, edit: Edit, origin: Origin) -> None:
        """Makes one edit, or refuses it; either way a request in the origin gets its one answer."""
        async with self._lock:
            try:
                changed = await self._made(edit)
            except SettingsError as error:
                self._refuse(edit, origin, error.faults)
            except Exception:
                log.exception("%s could not be changed", edit.place)
                self._refuse(edit, origin, [Fault(path="", message="failed; the log says why")])
            else:
                if changed:
                    self._apply(self.loaded, origin)
                elif origin.request is not None:
                    self._answer(Answer(origin=origin))

    async def reload_if_changed(self) -> None:
        """Takes the file if it changed; what is wrong with it is told once."""
        await self._reload(everything=False)

    async def reload(self) -> None:
        """Takes the file, and all that stands around it, anew (SIGHUP)."""
        await self._reload(everything=True)

    # The page's edits: all faults, none once the change is in force

    async def patch_input(self, input_id: str, patch: Mapping[str, Any], by: str) -> tuple[Fault, ...]:
        """A merge patch (RFC 7396) of one input."""
        return await self._asked(edits.patch_input(input_id, patch), by)

    async def patch_output(self, output_id: str, patch: Mapping[str, Any], by: str) -> tuple[Fault, ...]:
        """A merge patch of one output."""
        return await self._asked(edits.patch_output(output_id, patch), by)

    async def patch_rest(self, patch: Mapping[str, Any], by: str) -> tuple[Fault, ...]:
        """A merge patch of what is no input's and no output's."""
        return await self._asked(edits.patch_rest(patch), by)

    async def add(self, kind: str, settings: Mapping[str, Any], by: str) -> tuple[Fault, ...]:
        """One more of `inputs` or `outputs`."""
        return await self._asked(edits.add(kind, settings), by)

    async def remove(self, kind: str, part_id: str, by: str) -> tuple[Fault, ...]:
        """One less of them."""
        return await self._asked(edits.remove(kind, part_id), by)

    async def _asked(self, edit: Edit, by: str) -> tuple[Fault, ...]:
        answered: asyncio.Future[tuple[Fault, ...]] = asyncio.get_running_loop().create_future()
        await self.change(edit, Origin(by=by, request=answered))
        return await answered

    async def _made(self, edit: Edit) -> bool:
        """Whether the settings changed."""
        for _ in range(_ATTEMPTS):
            try:
                await self._take(everything=False)
            except SettingsError as error:
                message = "the file was edited by hand and is wrong; nothing can be changed until it is right"
                raise SettingsError([Fault(path="", message=message), *error.faults]) from None
            changed = await asyncio.to_thread(self._file.apply_edit, edit)
            if changed is not None:
                return changed
        raise SettingsError([Fault(path="", message="somebody else writes the file all the time")])

    async def _take(self, *, everything: bool) -> None:
        """What somebody else wrote is in force from here on; raises SettingsError when it is wrong."""
        if await asyncio.to_thread(self._file.reload_if_changed, everything=everything):
            self._apply(self.loaded, Origin(by="file"))
        if self._told:
            self._told = ()
            log.info("the settings file is right again")

    async def _reload(self, *, everything: bool) -> None:
        async with self._lock:
            try:
                await self._take(everything=everything)
            except SettingsError as error:
                if not everything and error.faults == self._told:
                    return
                self._told = error.faults
                for fault in error.faults:
                    log.error("settings refused: %s", fault)  # noqa: TRY400 - no traceback for a person's slip
                    self._tell(CommandRejected(origin=Origin(by="file"), topic=fault.path, message=fault.message))

    def _refuse(self, edit: Edit, origin: Origin, faults: Iterable[Fault]) -> None:
        told = tuple(faults)
        log.info("%s: change by %s refused: %s", edit.place, origin.by, "; ".join(map(str, told)))
        message = "; ".join(map(str, told))[:_LONGEST_MESSAGE]
        self._tell(CommandRejected(origin=origin, topic=edit.place, message=message))
        if origin.request is not None:
            self._answer(Answer(origin=origin, faults=told))
