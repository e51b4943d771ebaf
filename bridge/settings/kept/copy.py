"""The file of the kept copy: written by the daemon when settings are in force, read at a start and by `safe`.

Only its owner may read it, it holds no secret, and anything odd about it and it is not used: the file is then
checked as if there were no copy. It is a cache, so it is not synced: a power cut that leaves half of it costs
one start its gain.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bridge.settings.kept.validity import Around, sign_of
from bridge.settings.sources.names import ADDON_STORE, PREFIX, TOKEN

if TYPE_CHECKING:
    from bridge.core.definitions.settings import Settings
    from bridge.settings.in_force import InForce

NAME = "checked-settings.json"
DEFAULT_STORE = "/var/lib/alarm2mqtt"
_LARGEST_BYTES = 8_000_000
_OWNER_ONLY = 0o600
_SALT_BYTES = 16
_LONGEST_SALT = 64
_STORE = re.compile(r"""\bstore["']?\s*:\s*(?:#[^\n]*\s*)*\{?\s*["']?folder["']?\s*:\s*["']?([^\n"',}#]+)""")
"""`store: {folder: /somewhere}`, in one line or several. A guess, without reading YAML: the copy says itself
where it lies, and where the guess is wrong there is no copy."""
_TYPES = {"salt": str, "sign": str, "store": str, "files": list, "folder": list, "service": bool, "settings": dict}


def copy_text(
    settings: Any, *, around: Around, files: Iterable[Path], folder: list[Any], service: bool, store: Path
) -> str:
    """Returns the text of a copy of checked settings, as plain values without secrets.

    `files` are all that were read, `folder` the secrets folder as `Around.secrets_folder` saw it before they were,
    `service` whether a start has to ask for the Supervisor's broker, `store` the folder of the state.
    """
    salt = os.urandom(_SALT_BYTES).hex()
    first, *others = files
    body = json.dumps(
        {
            "salt": salt,
            "sign": around.sign(salt.encode()),
            "store": str(store),
            "files": [[str(first), None], *([str(file), sign_of(file)] for file in others)],
            "folder": folder,
            "service": service,
            "settings": settings,
        },
        separators=(",", ":"),
    )
    return f"{_sum_of(body)}\n{body}"


def write(text: str, store: Path) -> None:
    """Writes a copy into the folder of the state. Raises OSError."""
    from bridge.system.atomic_file import written_beside  # noqa: PLC0415 - after the start

    target = store / NAME
    with written_beside(target, text.encode(), mode=_OWNER_ONLY, durable=False) as fresh:
        fresh.replace(target)


def found(around: Around) -> Mapping[str, Any] | None:
    """Returns the copy that is valid for this content and surroundings, or None.

    Its secrets, and the files of secrets, are not looked at.
    """
    for store in dict.fromkeys(map(Path, _stores(around))):
        copy = _read(store / NAME)
        if copy is not None and Path(copy["store"]) == store and copy["sign"] == around.sign(_salt(copy)):
            return copy
    return None


def in_force(copy: Mapping[str, Any], around: Around) -> InForce | None:
    """Returns the settings of a copy that was found, with its secrets read again.

    None if a file of secrets changed, a secret cannot be read, or the Supervisor has to be asked for its broker.
    """
    from bridge.settings.in_force import InForce, signs_beside  # noqa: PLC0415 - first it is seen whether it is valid
    from bridge.settings.kept.references import NoReference, resolved  # noqa: PLC0415 - the same
    from bridge.settings.plain_values import NotPlain, made  # noqa: PLC0415 - the same

    files = tuple(Path(file) for file, _ in copy["files"])
    beside = signs_beside(files)
    if copy["service"] or copy["folder"] != around.secrets_folder():
        return None
    if any(sign_of(Path(file)) != sign for file, sign in copy["files"][1:]):
        return None
    try:
        settings = made(copy["settings"], secret=resolved(around))
    except (NotPlain, NoReference):
        return None
    return InForce(
        settings=settings,
        path=around.path,
        overrides=around.overrides,
        content=around.content,
        service={"values": {}, "warnings": []},
        files=files,
        beside=beside,
    )


def without_secrets(copy: Mapping[str, Any]) -> Settings | None:
    """Returns the settings of a copy that was found, without any secret: outputs need none."""
    from bridge.settings.plain_values import NotPlain, made  # noqa: PLC0415 - first it is seen whether it is valid

    try:
        return made(copy["settings"], secret=lambda _: None)
    except NotPlain:
        return None


def _read(file: Path) -> dict[str, Any] | None:
    """Returns a copy that is whole, regular, this user's own and nobody else's to read."""
    try:
        with open(file, "rb", opener=_opened) as opened:
            status = os.fstat(opened.fileno())
            is_own = stat.S_ISREG(status.st_mode) and status.st_uid == os.geteuid()
            if not is_own or stat.S_IMODE(status.st_mode) != _OWNER_ONLY or status.st_size > _LARGEST_BYTES:
                return None
            return _parsed(opened.read())
    except (OSError, ValueError):
        return None


def _opened(file: str, flags: int) -> int:
    """Opens a file but no link, and waits for no pipe's writer."""
    return os.open(file, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _parsed(raw: bytes) -> dict[str, Any] | None:
    try:
        summed, _, body = raw.decode("ascii").partition("\n")
        copy = json.loads(body) if summed == _sum_of(body) else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(copy, dict) or {key: type(value) for key, value in copy.items()} != _TYPES:
        return None
    return copy


def _salt(copy: Mapping[str, Any]) -> bytes:
    return str(copy["salt"]).encode()[:_LONGEST_SALT]


def _sum_of(body: str) -> str:
    return hashlib.blake2b(body.encode(), digest_size=32).hexdigest()


def _stores(around: Around) -> Iterator[str]:
    """Yields the folders in which the state may be, as far as that can be seen without reading YAML."""
    variables = {name.upper(): text for name, text in around.variables.items()}
    yield from filter(None, [variables.get(f"{PREFIX}STORE__FOLDER")])
    yield from (match.group(1).strip() for match in _STORE.finditer(around.content.decode("utf-8", "replace")))
    yield ADDON_STORE if around.environ.get(TOKEN) else DEFAULT_STORE
