"""One output that is a device over HTTP: a request for each contact, and the retries of one that did not answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Protocol

from bridge.core.contact import Contact
from bridge.core.facts import SinkFound, SinkLost
from bridge.errors import ActionError, ActionRefused

if TYPE_CHECKING:
    from bridge.core.definitions.http_lines import HttpRequest, HttpSink
    from bridge.lines.far_terminals import Put

TRIED_S: Final = 5.0
"""So long a command is tried; then it is dropped."""
AGAIN_S: Final = 0.5
"""Pause between two tries of a command."""
WAITS_S: Final = (5.0, 10.0, 20.0, 40.0, 60.0)
"""Pauses until the contact that holds then is tried again; the last is repeated."""


class Client(Protocol):
    """The way to the device, as `HttpClient` is one."""

    def shown(self, request: HttpRequest) -> str: ...  # noqa: D102 - in the class's docstring
    async def send(self, request: HttpRequest) -> None: ...  # noqa: D102


class HttpOutput:
    """Commands one device, one request at a time; `open` begins, `close` ends.

    Only the newest contact is ever sent: what was not obeyed is not done late.
    """

    def __init__(self, terminal: str, line: HttpSink, *, client: Client, put: Put) -> None:
        self._terminal = terminal
        self._line = line
        self._put = put
        self._client = client
        self._contact = Contact.UNKNOWN
        self._is_lost = False
        self._is_busy = False
        """Whether a command is under way."""
        self._is_closed = False
        self._news = asyncio.Event()
        self._work: asyncio.Task[None] | None = None

    def open(self) -> None:
        """Begins to command, on a running event loop, with the contact that is set."""
        self._news.set()
        self._work = asyncio.get_running_loop().create_task(self._obey(), name=f"output {self._terminal}")

    def set(self, contact: Contact, until: float | None) -> None:
        """Sets the contact. The end of its demand is not sent: no device is known to understand it."""
        del until
        self._contact = contact

    def drive(self, contact: Contact, until: float | None) -> None:
        """Commands a contact, unless it is the one that was commanded last."""
        is_news = contact is not self._contact
        self.set(contact, until)
        if is_news:
            self._news.set()

    def close(self) -> None:
        """Leaves the device as it was commanded last: a command under way, or not begun yet, is tried once more.

        An output is driven idle and released in one step, and its device must not stay on.
        """
        self._is_closed = True
        if self._work is not None and not self._is_busy and not self._news.is_set():
            self._work.cancel()

    def commands_like(self, other: HttpOutput) -> bool:
        """Returns whether both send the same requests, and so command the same device."""
        mine, theirs = self._line, other._line
        return (mine.connected, mine.disconnected) == (theirs.connected, theirs.disconnected)

    def give_up(self) -> None:
        """Ends a command under way after `close`, since another output commands the device now."""
        if self._work is not None and self._is_closed:
            self._work.cancel()

    async def _obey(self) -> None:
        failures = 0
        while not self._is_closed or self._news.is_set():
            if await self._news_come(within_s=None if failures == 0 else WAITS_S[min(failures, len(WAITS_S)) - 1]):
                failures = 0  # else the contact that holds now is tried again
            self._news.clear()
            if self._contact is Contact.UNKNOWN:
                continue
            self._is_busy = True
            failures = failures + 1 if await self._command(self._contact) else 0
            self._is_busy = False

    async def _command(self, contact: Contact) -> bool:
        """Tries a command, for `TRIED_S` or until there is another. Returns whether to try again later."""
        try:
            problem, is_final = await self._try(contact)
        except _Overtaken:
            return False
        if problem is None:
            self._find()
        else:
            self._lose(problem)
        return problem is not None and not is_final

    async def _try(self, contact: Contact) -> tuple[str | None, bool]:
        """Returns the problem of a command, None if it was obeyed, and whether it is final.

        Raises _Overtaken if another contact is demanded meanwhile.
        """
        request = self._line.connected if contact is Contact.CONNECTED else self._line.disconnected
        problem = f"{self._client.shown(request)} did not answer"
        deadline = asyncio.get_running_loop().time() + TRIED_S
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    await self._client.send(request)
                    return None, True
            except ActionRefused as refused:
                return str(refused), True
            except ActionError as error:
                problem = str(error)
            except TimeoutError:
                return f"{problem} for {TRIED_S:g} s", False
            if asyncio.get_running_loop().time() + AGAIN_S >= deadline:
                return problem, False
            if await self._news_come(within_s=AGAIN_S):
                raise _Overtaken

    async def _news_come(self, *, within_s: float | None) -> bool:
        """Waits until another contact is demanded, for ever or so long. Returns whether one is."""
        try:
            async with asyncio.timeout(within_s):
                return await self._news.wait()
        except TimeoutError:
            return False

    def _find(self) -> None:
        if self._is_lost and not self._is_closed:
            self._is_lost = False
            self._put(SinkFound(terminal=self._terminal))

    def _lose(self, problem: str) -> None:
        if not self._is_lost and not self._is_closed:
            self._is_lost = True
            self._put(SinkLost(terminal=self._terminal, problem=problem))


class _Overtaken(Exception):
    """Another contact is demanded than the one that is tried."""
