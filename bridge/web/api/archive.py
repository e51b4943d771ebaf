"""The whole set-up as one file: exported, and imported all or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from functools import partial

from bridge.errors import ActionError, ActionRefused, CheckerFailed, SettingsError
from bridge.settings.archive.archive import LARGEST_BYTES, Archive, packed, read_sealed, sealed_text, unpacked
from bridge.settings.archive.sealed import seal, unseal
from bridge.settings.location import Loc
from bridge.web.api.routes import Call, Param, Reply, Route, refusal, refused
from bridge.web.live import Live
from bridge.web.ports import Ports, SettingsDesk

ZIP = "application/zip"
PHRASE = "X-Pass-Phrase"
_OPTIONS = (
    Param(name="sounds", schema={"type": "boolean"}, says="Whether the sound clips are in it; default: true."),
    Param(
        name="pass_phrase",
        schema={"type": "string", "maxLength": 1024},
        says="Puts the passwords in, sealed with it; without it there are none.",
    ),
)


def routes(live: Live, ports: Ports) -> tuple[Route, ...]:
    """Returns the routes of archives; none without a desk that can write the settings file."""
    if ports.settings is None:
        return ()
    desk = ArchiveApi(live=live, ports=ports, desk=ports.settings)
    row = partial(Route, method="POST", tag="settings", refuses=True)
    return (
        row(
            path="/api/export",
            says="The whole set-up as an archive",
            work=desk.export,
            body=_OPTIONS,
            gives=ZIP,
        ),
        row(
            path="/api/import",
            says=f"Put an archive's set-up in place of this one; header `{PHRASE}`: its pass phrase, percent-encoded",
            work=desk.take,
            takes=ZIP,
            largest=LARGEST_BYTES,
            header=PHRASE,
            answers={
                "type": "object",
                "properties": {"missing": {"type": "array", "items": {"type": "string"}}},
                "required": ["missing"],
            },
        ),
    )


class ArchiveApi:
    """The handlers of these routes."""

    def __init__(self, *, live: Live, ports: Ports, desk: SettingsDesk) -> None:
        self._live = live
        self._ports = ports
        self._desk = desk

    async def export(self, call: Call) -> Reply:
        """Returns the archive as a file; refused if it would be too large, or cannot be sealed."""
        try:
            exported = await self._desk.exported()
            phrase = call.body.get("pass_phrase")
            sealed = None
            if phrase is not None:
                sealed = await asyncio.to_thread(seal, sealed_text(exported), phrase)
            sounds = await asyncio.to_thread(self._sounds) if call.body.get("sounds", True) else {}
            archive = Archive(settings=exported.open, withheld=exported.withheld, sealed=sealed, sounds=sounds)
            device = self._live.settings.device.id
            content = await asyncio.to_thread(packed, archive, device=device, version=self._ports.system().version)
        except (SettingsError, CheckerFailed) as error:
            return refused(str(error), status=503)
        except ActionError as error:
            return refused(str(error))
        return Reply(content=content, kind=ZIP, name=f"alarm2mqtt-{device}-{self._ports.now().local:%Y-%m-%d}.zip")

    async def take(self, call: Call) -> Reply:
        """Puts the archive's set-up in place. Returns the paths of the secrets that have to be typed.

        Everything is checked before anything is changed. Sounds are written last, since their folder is in the
        settings; those that the disk does not take are refused by name.
        """
        try:
            archive = await asyncio.to_thread(unpacked, call.content)
            text, missing = archive.settings, archive.withheld
            secrets: tuple[tuple[Loc, str], ...] = ()
            if call.header and archive.sealed is None:
                return refused("the archive has no passwords: import it without a pass phrase", path="phrase")
            if call.header and archive.sealed is not None:
                text, secrets = read_sealed(await asyncio.to_thread(unseal, archive.sealed, call.header))
                missing = ()
        except ActionRefused as error:
            return refused(str(error), path="phrase" if "phrase" in str(error) else "file")
        faults = await self._desk.replace_all(text, secrets, call.by)
        if faults:
            return refusal(faults)
        failed = await asyncio.to_thread(self._keep, archive.sounds)
        if failed:
            return refused(f"the settings are in force, but not every sound is there: {failed}", path="file")
        return Reply(body={"ok": True, "missing": list(missing)})

    def _sounds(self) -> Mapping[str, bytes]:
        """Returns all sounds by their names. Raises ActionError."""
        shelf = self._ports.sounds()
        return {} if shelf is None else {name: shelf.read(name) for name in shelf.names()}

    def _keep(self, sounds: Mapping[str, bytes]) -> str | None:
        """Writes the sounds into the folder of the settings in force. Returns what failed, or None."""
        shelf = self._ports.sounds()
        failed = []
        for name, content in sounds.items():
            try:
                if shelf is not None:
                    shelf.add(name, content)
            except ActionError as error:
                failed.append(str(error))
        return "; ".join(failed) or None
