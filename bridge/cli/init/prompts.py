"""Prompts: answered by a person at a terminal, or by their defaults."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Sequence
from typing import Protocol

from bridge.text.printable import escaped

Check = Callable[[str], str | None]
"""Returns the objection to an answer as a sentence for a person, or None if the answer is valid."""


def anything(_answer: str) -> None:
    """Returns None: accepts every answer."""


class Dialogue(Protocol):
    """The prompts of the wizard.

    Raises:
        KeyboardInterrupt: from `ask` and `secret`, on Ctrl-C.
        EOFError: from `ask` and `secret`, at the end of input.
    """

    welcome: str
    """The text before the first question."""

    def say(self, text: str = "") -> None:
        """Prints a line that needs no answer."""

    def ask(self, question: str, default: str, check: Check = anything) -> str:
        """Returns an answer that `check` accepts; the question is repeated until then."""

    def secret(self, question: str, *, twice: bool) -> str:
        """Returns a password, or an empty text for none. It is not echoed; `twice` makes the person repeat it."""


class Terminal:
    """A person at a terminal: `input` with line editing, `getpass` for passwords."""

    welcome = """\
A few questions for a first settings file. Enter takes what stands in brackets.
Nothing is written before the end; Ctrl-C leaves everything as it is."""

    def __init__(self) -> None:
        try:
            import readline  # noqa: F401, PLC0415 - input() edits lines with it, where Python has it
        except ImportError:
            return

    def say(self, text: str = "") -> None:
        """Prints a line."""
        print(text)  # noqa: T201 - for the person at the terminal

    def ask(self, question: str, default: str, check: Check = anything) -> str:
        """Returns the typed answer that `check` accepts, repeating the question until then.

        Enter alone is the default.
        """
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
        """Returns the typed password, or an empty text for none; `twice` makes the person repeat a new one."""
        while True:
            password = getpass.getpass(f"{question} (is not shown; Enter for none): ")
            if "\0" in password or not password.isprintable():
                self.say("  has a character that cannot be typed")
            elif password and twice and getpass.getpass("The same once more: ") != password:
                self.say("  these were two different ones")
            else:
                return password


class Unattended:
    """Answers every question with its default, and prints question and answer."""

    welcome = "A first settings file, with every default taken:"

    def say(self, text: str = "") -> None:
        """Prints a line."""
        print(text)  # noqa: T201 - for the reader of the output

    def ask(self, question: str, default: str, check: Check = anything) -> str:
        """Returns the default, and prints it. The caller gives a default that `check` accepts."""
        wrong = check(default)
        assert wrong is None, wrong  # noqa: S101 - see above
        self.say(f"{question}{'' if question.endswith('?') else ':'} {default}")
        return default

    def secret(self, question: str, *, twice: bool) -> str:  # noqa: ARG002 - there is no person to ask
        """Returns an empty text: no password."""
        self.say(f"{question}: none")
        return ""


def yes(dialogue: Dialogue, question: str, *, default: bool) -> bool:
    """Asks a question of yes or no. Returns whether the answer is yes."""
    answer = dialogue.ask(question, "yes" if default else "no", _yes_or_no)
    return answer.lower() in _YES


def several(answer: str) -> Sequence[str]:
    """Returns the parts of an answer between commas; an empty list for `none` and `-`."""
    return [] if answer.lower() in ("none", "-") else [part.strip() for part in answer.split(",") if part.strip()]


_YES, _NO = ("y", "yes", "j", "ja"), ("n", "no", "nein")


def _yes_or_no(answer: str) -> str | None:
    """Returns None for an answer that is yes or no, else an objection."""
    return None if answer.lower() in (*_YES, *_NO) else "answer yes or no"
