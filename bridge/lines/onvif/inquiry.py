"""Questions about cameras that a person asks: each is answered by a process of its own."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import bridge
from bridge.errors import ActionFailed, CameraRefused
from bridge.lines.onvif.offer import OfferedTerminal

MODULE: Final = "bridge.lines.onvif.inquiry_process"
LONGEST_S: Final = 45.0
"""A camera has 5 s for each of a survey's questions."""
AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedCamera:
    """A camera that answered a search: the address of its device service, and its name for people, may be empty."""

    address: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """The way to one camera: the address of its device service, the log-in, and the authorities to trust."""

    address: str
    username: str | None = None
    password: str = field(default="", repr=False)
    ca_file: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraOffer:
    """A camera's lines as inputs and outputs with new ids, and the id that it has or would have.

    `missing` are the parts that it did not answer, each with its reason.
    """

    camera: str
    title: str
    inputs: tuple[OfferedTerminal, ...]
    outputs: tuple[OfferedTerminal, ...]
    has_picture: bool
    has_stream: bool
    missing: tuple[str, ...]


class CameraInquiries:
    """Asks, a few at a time; the event loop only waits."""

    def __init__(self) -> None:
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def search(self) -> tuple[NamedCamera, ...]:
        """Returns the cameras in the networks of this machine. Raises ActionFailed."""
        found = await self._asked({"do": "search"})
        return tuple(NamedCamera(**each) for each in found["found"])

    async def survey(self, way: Way, *, camera: str | None, taken: Collection[str]) -> CameraOffer:
        """Asks one camera. Returns its lines, with ids that are not in `taken`.

        `camera` is its id in the settings, None for a new one, whose id is made of its model.

        Raises:
            CameraRefused: the camera answered with a fault; `is_login` if it refuses user name or password.
            ActionFailed: it did not answer.
        """
        found = await self._asked({"do": "survey", **asdict(way), "camera": camera, "taken": sorted(taken)})
        if "problem" in found:
            if found["is_login"]:
                raise CameraRefused(found["problem"], is_login=True)
            raise ActionFailed(found["problem"])
        return CameraOffer(
            camera=found["camera"],
            title=found["title"],
            inputs=tuple(OfferedTerminal(**each) for each in found["inputs"]),
            outputs=tuple(OfferedTerminal(**each) for each in found["outputs"]),
            has_picture=found["has_picture"],
            has_stream=found["has_stream"],
            missing=tuple(found["missing"]),
        )

    async def _asked(self, question: Mapping[str, Any]) -> dict[str, Any]:
        """Asks one question in a process of its own, which is killed when nobody waits any more."""
        async with self._at_once:
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    "-m",
                    MODULE,
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE,
                    stderr=asyncio.subprocess.DEVNULL,  # a traceback may hold an address with a password
                    cwd=Path(bridge.__file__).parents[1],  # where `-m` finds this very package, installed or not
                )
            except OSError as error:
                message = f"the question cannot be asked: {error.strerror}"
                raise ActionFailed(message) from error
            try:
                async with asyncio.timeout(LONGEST_S):
                    said, _ = await process.communicate(json.dumps(question).encode())
                found: dict[str, Any] = json.loads(said)
            except TimeoutError:
                message = f"no answer within {LONGEST_S:g} s"
                raise ActionFailed(message) from None
            except ValueError:
                message = "the question ended without an answer"
                raise ActionFailed(message) from None
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()
        return found
