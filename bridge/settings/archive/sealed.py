"""Text sealed with a pass phrase: scrypt makes the key, Fernet encrypts and authenticates; both are `cryptography`'s.

The package is an extra and is imported when something is sealed or opened. Everything here takes its time.
"""

from __future__ import annotations

import base64
import json
import os
from importlib.util import find_spec

from bridge.errors import ActionRefused

SHORTEST = 8
"""Characters of a pass phrase."""
INSTALL = "passwords in an archive need the package cryptography: install alarm2mqtt[archive]"
_N, _R, _P = 2**15, 8, 1
"""OWASP's setting of scrypt with 32 MB of memory."""
_SALT_BYTES = 16


def is_installed() -> bool:
    """Returns whether text can be sealed; imports nothing."""
    return find_spec("cryptography") is not None


def seal(text: str, phrase: str) -> bytes:
    """Returns a text that only the pass phrase opens. Raises ActionRefused."""
    if not is_installed():
        raise ActionRefused(INSTALL)
    if len(phrase) < SHORTEST:
        message = f"the pass phrase must have {SHORTEST} characters or more"
        raise ActionRefused(message)
    from cryptography.fernet import Fernet  # noqa: PLC0415 - an extra, and heavy

    salt = os.urandom(_SALT_BYTES)
    token = Fernet(_key(phrase, salt)).encrypt(text.encode())
    return json.dumps({"scrypt": [_N, _R, _P], "salt": salt.hex(), "fernet": token.decode()}).encode()


def unseal(sealed: bytes, phrase: str) -> str:
    """Returns the text. Raises ActionRefused if the phrase is wrong, or the text was changed or is none of ours."""
    if not is_installed():
        raise ActionRefused(INSTALL)
    from cryptography.fernet import Fernet, InvalidToken  # noqa: PLC0415 - an extra, and heavy

    try:
        written = json.loads(sealed)
        salt, token = bytes.fromhex(written["salt"]), str(written["fernet"]).encode()
        is_ours = written["scrypt"] == [_N, _R, _P]
    except (ValueError, KeyError, TypeError, RecursionError):
        is_ours = False
    if not is_ours:
        message = "the passwords in the archive cannot be read by this version of the program"
        raise ActionRefused(message)
    try:
        return Fernet(_key(phrase, salt)).decrypt(token).decode()
    except (InvalidToken, UnicodeDecodeError):
        message = "that is not the pass phrase of the archive, or the archive is damaged"
        raise ActionRefused(message) from None


def _key(phrase: str, salt: bytes) -> bytes:
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt  # noqa: PLC0415 - an extra, and heavy

    derived = Scrypt(salt=salt, length=32, n=_N, r=_R, p=_P).derive(phrase.encode())
    return base64.urlsafe_b64encode(derived)
