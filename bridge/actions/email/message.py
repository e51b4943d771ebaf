"""An alarm's mail as a MIME message (RFC 5322, 2045): pure, but slow with pictures, so not for the loop."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from binascii import b2a_base64
from collections.abc import Iterable
from dataclasses import replace
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy

from bridge.actions.email.base64_lines import base64_lines
from bridge.actions.email.text import AlarmMail, body, one_line, subject
from bridge.errors import ActionRefused
from bridge.text.file_name import safe_name
from bridge.text.printable import printable


class _Policy(EmailPolicy):
    """Folds a Subject without loss: the library's own folding drops spaces between encoded words."""

    def fold_binary(self, name: str, value: str) -> bytes:
        """Returns a header as bytes; a Subject keeps the spaces between its encoded words."""
        if name != "Subject":
            return super().fold_binary(name, value)
        words = Header(str(value), "us-ascii" if value.isascii() else "utf-8", header_name=name)
        return f"{name}: {words.encode(linesep=self.linesep)}{self.linesep}".encode("ascii")


# Seven bits from end to end: no extension of the server is needed for any name or text.
_POLICY = _Policy(linesep="\r\n", cte_type="7bit")
_NAME_BYTES = 120
_STAND_IN_BYTES = 33
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"{_ATOM}(\.{_ATOM})*@([A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*|\[[0-9A-Fa-fIPv:.]+\])")
"""RFC 5321, 4.1.2, without quoted names: a dot-atom at a domain or an IP address in brackets."""
_MESSAGE_ID = re.compile(r"<[A-Za-z0-9._-]+@[A-Za-z0-9.-]+>")


def message_id(job: str, sender: str) -> str:
    """Returns the Message-ID of a job, the same for every attempt; the caller's `job` never repeats.

    Raises ActionRefused for a sender that is no address.
    """
    domain = ascii_address(sender).rpartition("@")[2]
    left, right = (
        re.sub(rf"[^A-Za-z0-9.{more}]+", "-", part).strip(".-") for part, more in ((job, "_-"), (domain, "-"))
    )
    return f"<{left or 'job'}@{right or 'alarm2mqtt.invalid'}>"


def ascii_address(address: str) -> str:
    """Returns a mail address in ASCII, as all servers accept it: the domain in IDNA's letters.

    Raises ActionRefused if that is impossible; a local part beyond ASCII needs SMTPUTF8 (RFC 6531), which few servers
    support.
    """
    local, _, domain = address.rpartition("@")
    with contextlib.suppress(UnicodeError):  # a domain beyond IDNA stays as it is, and is refused below
        domain = domain.encode("idna").decode()
    written = f"{local}@{domain}"
    if not _ADDRESS.fullmatch(written):
        message = f"{printable(address)!r} is not an address that mail servers take"
        raise ActionRefused(message)
    return written


def build_message(mail: AlarmMail) -> EmailMessage:
    """Returns the MIME message; the same `mail` always gives the same message.

    A recipient with an invalid address is left out here and refused by the session; the others get the mail.

    Raises:
        ActionRefused: the sender's address is invalid.
        ValueError: `message_id` was not made by `message_id()`, or `time` has no zone.
    """
    if not _MESSAGE_ID.fullmatch(mail.message_id) or mail.time.tzinfo is None:
        reason = f"not fit for a header: {mail.message_id!r}, {mail.time!r}"
        raise ValueError(reason)
    message = EmailMessage(policy=_POLICY)
    message["From"] = _mailbox(mail.sender)
    message["To"] = _mailboxes(mail.recipients)
    message["Subject"] = subject(mail)
    message["Date"] = mail.time
    message["Message-ID"] = mail.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's absence note comes back
    message.set_content(body(mail), cte="quoted-printable")
    for picture in mail.pictures:
        message.add_attachment(
            picture.jpeg,
            maintype="image",
            subtype="jpeg",
            filename=safe_name(one_line(picture.name), longest_bytes=_NAME_BYTES),
        )
    if mail.pictures:
        # "=_" can stand neither in base64 nor in quoted-printable (RFC 2045, 6.7): no part ends early.
        message.set_boundary("=_" + hashlib.sha256(mail.message_id.encode()).hexdigest()[:32])
    return message


def message_bytes(mail: AlarmMail) -> bytes:
    """Returns `build_message` as bytes, lines ended by CR LF. Raises as that does.

    The library would compute for 30 ms a megabyte, and the loop's thread would wait for the interpreter after each of
    its system calls. So the message is built with stand-ins, and the pictures replace them afterwards.
    """
    stand_ins = [os.urandom(_STAND_IN_BYTES) for _ in mail.pictures]
    light = tuple(replace(picture, jpeg=each) for picture, each in zip(mail.pictures, stand_ins, strict=True))
    content = build_message(replace(mail, pictures=light)).as_bytes()
    for picture, stand_in in zip(mail.pictures, stand_ins, strict=True):
        content = content.replace(b2a_base64(stand_in, newline=False), base64_lines(picture.jpeg), 1)
    return content


def _mailbox(address: str) -> Address:
    """Returns an address for a header. Raises ActionRefused for an invalid one."""
    local, _, domain = ascii_address(address).rpartition("@")
    return Address(username=local, domain=domain)


def _mailboxes(addresses: Iterable[str]) -> list[Address]:
    """Returns the addresses for a header; invalid ones are left out."""
    mailboxes = []
    for address in addresses:
        with contextlib.suppress(ActionRefused):
            mailboxes.append(_mailbox(address))
    return mailboxes
