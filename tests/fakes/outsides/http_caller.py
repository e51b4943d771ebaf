"""Another device that calls over HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from fakes.outsides.outside import NAME, Outside
from words.line_world import Open

from bridge.core.contact import Contact
from bridge.lines.http.driver import HttpLines


class HttpOutside(Outside):
    """Another device that calls."""

    driver: ClassVar[dict[str, Open]] = {"http": lambda around: HttpLines(around.hooks)}
    is_said = False

    def line(self) -> dict[str, Any]:
        return {"kind": "http", "token": f"secret-token-{self.letter}", "hold_s": 4.75}

    def happenings(self) -> tuple[Callable[[], None], ...]:
        return (self.calls, self.says_connected, self.says_disconnected, self.says_nonsense)

    def opened(self) -> None:
        self.is_said = False
        self.model.says("disconnected", event=False)

    def call(self, contact: Contact | None) -> None:
        self.world.do(lambda: self.world.surroundings.hooks.call(NAME, contact))

    def calls(self) -> None:
        self.call(None)
        if not self.is_said:
            self.model.says("connected", event=True)
            self.model.after("hold", 4.75, lambda: self.model.says("disconnected", event=True))

    def says_connected(self) -> None:
        self.call(Contact.CONNECTED)
        self.said("connected")

    def says_disconnected(self) -> None:
        self.call(Contact.DISCONNECTED)
        self.said("disconnected")

    def said(self, contact: str) -> None:
        self.is_said = contact == "connected"
        self.model.not_after_all("hold")
        self.model.says(contact, event=True)

    def says_nonsense(self) -> None:
        self.world.do(lambda: self.world.surroundings.hooks.ignore(NAME))
