"""Commands that must be refused, made from right ones by one mistake each (pure, by a seed)."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from typing import Any

NO_NUMBERS = (-1, 0, -0.5, 1e30, 10**30, True, False, None, "5", "5000.0", [], {}, [5000])
LARGEST = 64 * 1024


def random_bytes(rng: Random) -> bytes:
    """Bytes that are not UTF-8, never empty."""
    return rng.randbytes(rng.randrange(40)) + b"\xff" + rng.randbytes(rng.randrange(40))


def random_text(rng: Random) -> bytes:
    """A text that is no word of a command and no JSON object; never empty."""
    letters = "".join(
        chr(rng.choice((0x21, 0x7E, 0xE9, 0x4E00, 0x1F600, 0x7F, 0x5B))) for _ in range(rng.randrange(1, 30))
    )
    return f"x{letters}".encode()


def random_json(rng: Random) -> bytes:
    """A JSON value that is no object."""
    value: Any = rng.choice((None, True, 0, -1.5, "ON", "TOGGLE", [], ["ON"], [{"state": "ON"}], "", 1e300))
    return json.dumps(value).encode()


def unknown_key(rng: Random, fields: dict[str, Any]) -> bytes:
    key = rng.choice(("colour", "State", "duration_ms ", "", "état", "__proto__", "a" * 300, "\n"))
    return json.dumps({**fields, key: rng.choice((1, None, "x", [[]], {"a": {}}))}).encode()


def wrong_number(rng: Random, fields: dict[str, Any]) -> bytes:
    return json.dumps({**fields, "duration_ms": rng.choice(NO_NUMBERS)}).encode()


def no_json(rng: Random, fields: dict[str, Any]) -> bytes:
    whole = json.dumps(fields)
    return rng.choice(
        (
            whole[:-1].encode(),
            f"{whole}x".encode(),
            f"{whole}{whole}".encode(),
            whole.replace("{", "{\0", 1).encode(),
            whole.replace("}", ',"duration_ms":NaN}').encode(),
            whole.replace("}", ',"duration_ms":1e999}').encode(),
            whole.replace("{", '{"id":"a","id":"a"' + ("," if fields else ""), 1).encode(),
            b'{"a":' * rng.randrange(2, 5000),
            whole.encode() + b"\xc3",
        )
    )


def wrong_id_or_date(rng: Random, fields: dict[str, Any]) -> bytes:
    wrong: tuple[dict[str, Any], ...] = (
        {"id": "x" * 65}, {"id": ""}, {"id": 5}, {"id": "a\nb"}, {"id": ["a"]},
        {"expires": "2001-01-01T00:00:00Z"}, {"expires": "soon"}, {"expires": 0}, {"expires": "2100-01-01T00:00:00"},
    )  # fmt: skip
    return json.dumps({**fields, **rng.choice(wrong)}).encode()


def too_large(rng: Random, fields: dict[str, Any]) -> bytes:
    return json.dumps(fields).encode() + b" " * (LARGEST + rng.randrange(100))


_SPOILS: tuple[Callable[[Random, dict[str, Any]], bytes], ...] = (unknown_key, wrong_number, no_json, wrong_id_or_date)
_WITHOUT_FIELDS: tuple[Callable[[Random], bytes], ...] = (random_bytes, random_text, random_json)


def spoiled(rng: Random, fields: dict[str, Any]) -> bytes:
    """A payload that is refused, whatever command `fields` would have been."""
    chance = rng.random()
    if chance < 0.01:
        return too_large(rng, fields)
    if chance < 0.4:
        return rng.choice(_WITHOUT_FIELDS)(rng)
    return rng.choice(_SPOILS)(rng, fields)
