"""The questions, in their order. Each answer is checked at once, and Enter all the way gives a file that works."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bridge.cli.init.draft import Draft
from bridge.cli.init.elsewhere_questions import Cameras, ElsewhereQuestions
from bridge.cli.init.prompts import Dialogue, yes
from bridge.cli.init.terminal_questions import ask_terminals
from bridge.lines.gpio.listing import ListedChip
from bridge.settings.free_id import id_of
from bridge.settings.location import Loc

PLAIN_PORT, TLS_PORT = 1883, 8883
_HERE = ("localhost", "127.0.0.1", "::1")
_SOCKET = "unix:"
NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The machine and the target file, from which the defaults follow."""

    host: str
    zone_known: bool
    """Whether the system has a time zone."""
    store: Path | None
    """The folder for journal and states to propose; None leaves the default, without a question."""
    chips: Callable[[], Sequence[ListedChip]]
    """Returns the GPIO chips of this machine. Raises StartFailed if gpiod is unusable."""
    cameras: Cameras


class Questions:
    """Fills `draft` with the answers, and `secrets` with the passwords by section, such as `mqtt` or `cameras.gate`.

    The paths of password files are the file names alone; the wizard adds the folder.
    """

    def __init__(self, dialogue: Dialogue, place: Place) -> None:
        self.draft = Draft()
        self.secrets: dict[str, str] = {}
        self._dialogue = dialogue
        self._place = place

    def ask_all(self) -> None:
        """Asks all questions. Raises EOFError and KeyboardInterrupt as the dialogue does."""
        self._device()
        self._broker()
        elsewhere = ElsewhereQuestions(self._dialogue, self.draft, self.secrets, self._place.cameras)
        ask_terminals(self._dialogue, self.draft, self._place.chips, elsewhere.ask)
        self._page()
        if self._place.store is not None:
            self._dialogue.say()
            self._ask(("store", "folder"), "Folder for journal and states", str(self._place.store))

    def _device(self) -> None:
        self._dialogue.say("\nThe device")
        host = self._place.host
        named = re.fullmatch(r"[A-Za-z0-9][\w.-]{0,63}", host) is not None and host not in _HERE
        name = host if named else "Alarm device"
        self.draft.put(("device", "id"), "")  # stands first, and follows from the name
        device_name = self._ask(("device", "name"), "Its name", name)
        self._ask(("device", "id"), "Its id, in topics and in Home Assistant", id_of(device_name, ()))
        if not self._place.zone_known:
            self._ask(("device", "timezone"), "Its time zone, such as Europe/Berlin", "UTC")

    def _broker(self) -> None:
        self._dialogue.say("\nThe MQTT broker")
        host = self._ask(("mqtt", "host"), "Its host", "localhost")
        if not host.startswith(_SOCKET):
            tls = host not in _HERE and yes(self._dialogue, "With TLS?", default=False)
            port = TLS_PORT if tls else PLAIN_PORT
            self._ask_number(("mqtt", "port"), "Its port", port)
            if tls:
                self.draft.put(("mqtt", "tls"), {})
        user = self._dialogue.ask(
            "User name there", NONE, lambda answer: self.draft.wrong(("mqtt", "username"), answer)
        )
        if user != NONE:
            self.draft.put(("mqtt", "username"), user)
            self._secret("mqtt", f"Password of {user}", twice=False)

    def _page(self) -> None:
        self._dialogue.say("\nThe page on the device")
        if not yes(self._dialogue, "May other machines open it? It then has a password", default=False):
            return
        if self._secret("web", "Password of the page", twice=True):
            self.draft.put(("web", "host"), "0.0.0.0")  # noqa: S104 - with a password, as was asked for
        else:
            self._dialogue.say("  without a password it is for this machine alone")

    def _secret(self, section: str, question: str, *, twice: bool) -> bool:
        """Asks for a section's password. Returns whether one was given."""
        password = self._dialogue.secret(question, twice=twice)
        if password:
            self.secrets[section] = password
            self.draft.put((section, "password_file"), f"{section}-password")
        return bool(password)

    def _ask(self, loc: Loc, question: str, default: str) -> str:
        """Asks for the value at a location and puts it into the draft. Returns it."""
        answer = self._dialogue.ask(question, default, lambda one: self.draft.wrong(loc, one))
        self.draft.put(loc, answer)
        return answer

    def _ask_number(self, loc: Loc, question: str, default: int) -> None:
        """Asks for a whole number at a location and puts it into the draft."""

        def wrong(answer: str) -> str | None:
            """Returns the objection to an answer, or None if it is a good number."""
            return self.draft.wrong(loc, int(answer)) if answer.isdecimal() else "must be a whole number"

        self.draft.put(loc, int(self._dialogue.ask(question, str(default), wrong)))
