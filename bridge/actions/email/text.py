"""The text of an alarm mail: subject and body (pure)."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from datetime import UTC, datetime

_CAUSES = {
    "input": "the contact tripped",
    "schedule": "the schedule opened while the contact was tripped",
    "armed": "the device was armed while the contact was tripped",
    "startup": "the contact was found tripped when the device started",
    "initial": "the contact was found tripped when the device started for the first time",
    "settings": "the settings were changed while the contact was tripped",
    "command": "a command",
    "test": "a test: nothing happened",
}
"""The causes of an alarm (`behaviour.md` 2), and the test by a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailPicture:
    """One picture to attach, taken `offset_ms` after the alarm began; `taken_at` is aware."""

    name: str
    jpeg: bytes = field(repr=False)
    taken_at: datetime
    offset_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmMail:
    """The content of one mail.

    `message_id` is the caller's, made once by `message.message_id`, so that every retry carries the same one.
    `time` is the alarm's, aware, in the device's zone.
    Without `input_name` it is a message of the device itself.
    `text` is a person's own text; `pictures_missing` is the reason if pictures are missing.
    """

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    device_name: str
    input_name: str | None
    cause: str
    time: datetime
    held_back: int = 0
    text: str | None = None
    pictures: tuple[MailPicture, ...] = ()
    pictures_missing: str | None = None


def one_line(text: str) -> str:
    """Returns the text on one line, without control characters, lone surrogates and RFC 2047's encoded words."""
    plain = "".join(" " if unicodedata.category(letter) in {"Cc", "Cs", "Zl", "Zp"} else letter for letter in text)
    return " ".join(plain.replace("=?", "= ?").split())


def subject(mail: AlarmMail) -> str:
    """Returns the mail's subject on one line, such as `[Front gate camera] Garage door: alarm`."""
    what = "test" if mail.cause == "test" else "message" if mail.input_name is None else "alarm"
    where = f"{one_line(mail.input_name)}: " if mail.input_name is not None else ""
    return f"[{one_line(mail.device_name)}] {where}{what}"


def body(mail: AlarmMail) -> str:
    """Returns the mail's text, ended by a line feed.

    It has device, input, cause, local and universal time, alarms held back, a person's text and the pictures' times, as
    far as there are any.
    """
    where = f"Input: {one_line(mail.input_name)}" if mail.input_name is not None else ""
    lines = [
        f"Device: {one_line(mail.device_name)}",
        where,
        f"Cause: {_CAUSES.get(mail.cause, one_line(mail.cause))}",
        f"Local time: {mail.time:%Y-%m-%d %H:%M:%S %Z (UTC%z)}",
        f"Universal time: {mail.time.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC",
        _held_back(mail.held_back),
    ]
    parts = ["\n".join(filter(None, lines)), _written(mail.text or ""), "\n".join(_pictures(mail))]
    return "\n\n".join(filter(None, parts)) + "\n"


def _held_back(count: int) -> str:
    """Returns the line about alarms held back; empty for none."""
    if not count:
        return ""
    alarms = "1 alarm" if count == 1 else f"{count} alarms"
    return f"Held back since the last mail: {alarms}"


def _written(text: str) -> str:
    """Returns a person's text line by line, without characters that a mail cannot carry."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip()


def _pictures(mail: AlarmMail) -> list[str]:
    """Returns a line for each picture, and one if pictures are missing."""
    lines = [
        f"Picture {number}: {picture.taken_at.astimezone(mail.time.tzinfo):%H:%M:%S}, {_after(picture.offset_ms)}"
        for number, picture in enumerate(mail.pictures, 1)
    ]
    if mail.pictures_missing is not None:
        lines.append(f"{'More pictures are' if lines else 'A picture is'} missing: {one_line(mail.pictures_missing)}")
    return lines


def _after(offset_ms: int) -> str:
    """Returns an offset from the alarm's begin in words, "0.5 s before the alarm began"."""
    return f"{abs(offset_ms) / 1000:.1f} s {'before' if offset_ms < 0 else 'after'} the alarm began"
