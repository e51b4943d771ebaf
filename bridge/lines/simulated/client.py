"""Clients of the simulated board: for tests, the demo and benchmarks, and for a person at a shell."""

from __future__ import annotations

import asyncio
import json
import socket
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from bridge.core.contact import Contact
from bridge.errors import BoardError
from bridge.lines.simulated.board import BoardContacts


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputChange:
    """A change of an output's contact; the instant is the board's, in ns of the monotonic clock."""

    output: str
    contact: Contact
    monotonic_ns: int


class BoardClient:
    """A connection to a board; `async with await BoardClient.open(path)`.

    Raises:
        BoardError: from every method that waits, when the board hangs up or refuses a command.
    """

    def __init__(self, *, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Use `open` instead."""
        self._reader = reader
        self._writer = writer
        self._unanswered: deque[str] = deque()

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Connects to the board whose socket is at `path`, and returns the client.

        Raises:
            BoardError: no board listens there.
        """
        try:
            reader, writer = await asyncio.open_unix_connection(path)
        except OSError as error:
            message = f"no simulated board listens at {path}: {error.strerror or error}"
            raise BoardError(message) from error
        return cls(reader=reader, writer=writer)

    async def connect(self, terminal: str) -> None:
        """Connects an input's terminal to G."""
        await self.send(f"connect {terminal}")

    async def disconnect(self, terminal: str) -> None:
        """Disconnects an input's terminal from G."""
        await self.send(f"disconnect {terminal}")

    async def fail(self, terminal: str) -> None:
        """Breaks the line behind a terminal."""
        await self.send(f"fail {terminal}")

    async def heal(self, terminal: str) -> None:
        """Mends the line behind a terminal."""
        await self.send(f"heal {terminal}")

    async def send(self, *commands: str) -> None:
        """Sends commands back to back and waits until all are done. Raises BoardError for the first refusal."""
        self.post(*commands)
        await self.settle()

    def post(self, *commands: str) -> None:
        """Sends commands without waiting; the caller calls `settle` before any other method."""
        self._unanswered.extend(commands)
        self._writer.write("".join(f"{command}\n" for command in commands).encode())

    async def settle(self) -> None:
        """Waits for the answers to all posted commands.

        Raises BoardError for the first refusal, after the last answer.
        """
        refused: str | None = None
        while self._unanswered:
            answer = await self._answer()
            command = self._unanswered.popleft()
            if answer.get("ok") is not True and refused is None:
                refused = f"{command}: {answer.get('error')}"
        if refused is not None:
            raise BoardError(refused)

    async def contacts(self) -> BoardContacts:
        """Returns the contacts of all terminals on the board."""
        return await self._ask("contacts")

    async def watch(self) -> BoardContacts:
        """Returns the contacts of all terminals on the board; from then on the caller calls only `change`."""
        return await self._ask("watch")

    async def change(self) -> OutputChange:
        """Waits for the next change of an output's contact and returns it; they come in order, none left out.

        After `watch`.
        """
        seen = await self._answer()
        return OutputChange(output=seen["output"], contact=Contact(seen["contact"]), monotonic_ns=seen["monotonic_ns"])

    async def close(self) -> None:
        """Closes the connection; raises nothing."""
        self._writer.close()
        try:
            await self._writer.wait_closed()
        except OSError:
            return  # the board was quicker

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def _ask(self, command: str) -> BoardContacts:
        """Sends a command and returns the contacts in its answer. Raises BoardError as `_answer`."""
        self._writer.write(f"{command}\n".encode())
        answer = await self._answer()
        return BoardContacts(
            inputs={terminal: Contact(contact) for terminal, contact in answer["inputs"].items()},
            outputs={terminal: Contact(contact) for terminal, contact in answer["outputs"].items()},
        )

    async def _answer(self) -> dict[str, Any]:
        """Returns the board's next answer. Raises BoardError if the board hangs up or the connection breaks."""
        try:
            line = await self._reader.readline()
        except OSError as error:
            message = f"the simulated board broke off: {error.strerror or error}"
            raise BoardError(message) from error
        if not line.endswith(b"\n"):
            message = "the simulated board hung up"
            raise BoardError(message)
        answer: dict[str, Any] = json.loads(line)
        return answer


def talk(path: Path, command: str) -> Iterator[str]:
    """Sends one command, as a person at a shell does, and yields the answer line as the board sent it.

    For `watch` a line for each change follows, until the board hangs up.

    Raises:
        BoardError: no board listens at `path`, or it refused the command.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as board:
        try:
            board.connect(str(path))
        except OSError as error:
            message = f"no simulated board listens at {path}: {error.strerror or error}"
            raise BoardError(message) from error
        board.sendall(f"{command}\n".encode())
        with board.makefile(encoding="utf-8") as answers:
            for line in answers:
                answer = json.loads(line)
                if answer.get("ok") is False:
                    raise BoardError(answer["error"])
                yield line.rstrip("\n")
                if command != "watch":
                    return
