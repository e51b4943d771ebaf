"""Questions and their answers: asked of a person at a terminal, or answered by their defaults."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from typing import Protocol

from bridge.text.printable import escaped

Check = Callable[[str], str | None]
"""What is wrong with an answer, for a person; None when nothing is."""


def anything(_answer: str) -> None:
    """The check of what can be no wrong answer."""


class Dialogue(Protocol):
    """Who is asked. Ctrl-C and the end of input come out as KeyboardInterrupt and EOFError."""

    welcome: str
    """What is said first."""

    def say(self, text: str = "") -> None:
        """A line that wants no answer."""

    def ask(self, question: str, default: str, check: Check = anything) -> str:
        """A text; asked again until `check` finds nothing wrong with it."""

    def secret(self, question: str, *, twice: bool) -> str:
        """A password, not shown as it is typed; empty for none."""


class Terminal:
    """A person at a terminal."""

    welcome = """\
A few questions for a first settings file. Enter takes what stands in brackets.
Nothing is written before the end; Ctrl-C leaves everything as it is."""

    def __init__(self) -> None:
        try:
            import readline  # noqa: F401, PLC0415 - input() edits lines with it, where Python has it
        except ImportError:
            return

    def say(self, text: str = "") -> None:
        """A line."""
        print(text)  # noqa: T201 - said to a person

    def ask(self, question: str, default: str, check: Check = anything) -> str:
        """The answer, Enter alone for the default."""
        while True:
            try:
                answer = input(f"{question} [{default}]: ").strip() or default
            except UnicodeDecodeError:
                self.say("  that was no UTF-8")
                continue
            wrong = check(answer) if answer.isprintable() else "has a character that cannot be shown"
            if wrong is None:
                return answer
            self.say(f"  {escaped(answer)}: {wrong}")

    def secret(self, question: str, *, twice: bool) -> str:
        """A password; typed twice where nobody else knows it yet."""
        while True:
            given = getpass.getpass(f"{question} (is not shown; Enter for none): ")
            if "\0" in given or not given.isprintable():
                self.say("  has a character that cannot be typed")
            elif given and twice and getpass.getpass("The same once more: ") != given:
                self.say("  these were two different ones")
            else:
                return given


class Unattended:
    """Nobody: every default is taken, and told."""

    welcome = "A first settings file, with every default taken:"

    def say(self, text: str = "") -> None:
        """A line."""
        print(text)  # noqa: T201 - for whoever reads the output later

    def ask(self, question: str, default: str, check: Check = anything) -> str:
        """The default. It is always right, for the questions check it before they ask."""
        wrong = check(default)
        assert wrong is None, wrong  # noqa: S101 - see above
        self.say(f"{question}{'' if question.endswith('?') else ':'} {default}")
        return default

    def secret(self, question: str, *, twice: bool) -> str:  # noqa: ARG002 - nobody types
        """None."""
        self.say(f"{question}: none")
        return ""


def yes(dialogue: Dialogue, question: str, *, default: bool) -> bool:
    """Yes or no."""
    answer = dialogue.ask(question, "yes" if default else "no", _yes_or_no)
    return answer.lower() in _YES


def several(answer: str) -> Sequence[str]:
    """What stands between commas; `none` is nothing."""
    return [] if answer.lower() in ("none", "-") else [part.strip() for part in answer.split(",") if part.strip()]


_YES, _NO = ("y", "yes", "j", "ja"), ("n", "no", "nein")


def _yes_or_no(answer: str) -> str | None:
    return None if answer.lower() in (*_YES, *_NO) else "answer yes or no"
