"""Calls of other devices on the page's port: `/hook/INPUT`, each with the token of its input (`behaviour.md` 10).

The page's password does not matter here, nor where a call comes from: the token is checked, as slowly as the
page's password where it is wrong. Everything that is no contact is an event, since cameras send what they like.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import logging
from collections.abc import Callable, Mapping
from math import ceil
from typing import Any, Final
from urllib.parse import parse_qs

from aiohttp import web

from bridge.core.contact import Contact
from bridge.web.access.sessions import Throttle
from bridge.web.ports import Hooks

_LOG = logging.getLogger(__name__)
PATH: Final = "/hook/{input}"
LARGEST_READ: Final = 64 * 1024
"""A larger body is an event, and is not read to its end."""
LONGEST_BODY_S: Final = 5.0
CONTACTS: Final = {"connected": Contact.CONNECTED, "disconnected": Contact.DISCONNECTED}


class Unknown(ValueError):
    """A contact that is neither connected nor disconnected."""


class HookHandler:
    """The handler of calls."""

    def __init__(self, hooks: Hooks, *, monotonic: Callable[[], float]) -> None:
        self._hooks = hooks
        self._monotonic = monotonic
        self._throttle = Throttle()

    def add_to(self, router: web.UrlDispatcher) -> None:
        """Adds the routes; a HEAD is no call."""
        router.add_get(PATH, self.handle, allow_head=False)
        router.add_post(PATH, self.handle)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Takes a call.

        Returns 204, 401 for a wrong token, 404 for another input, 429 after too many of them, and 400 for a contact
        that is neither.
        """
        input_id = request.match_info["input"]
        if not self._hooks.knows(input_id):
            return _text(404, "There is no such hook.")
        refusal = self._check_token(request, input_id)
        if refusal is not None:
            return refusal
        try:
            contact = await _contact(request)
        except Unknown:
            self._hooks.ignore(input_id)
            return _text(400, "contact is connected or disconnected.")
        self._hooks.call(input_id, contact)
        return web.Response(status=204)

    def _check_token(self, request: web.Request, input_id: str) -> web.StreamResponse | None:
        """Returns the refusal of a call without the right token, or None for an admitted one."""
        peer, now = request.remote or "", self._monotonic()
        wait_s = self._throttle.wait_s(peer, now)
        if wait_s > 0:
            response = _text(429, f"Wait {ceil(wait_s)} s before the next try.")
            response.headers["Retry-After"] = str(ceil(wait_s))
            return response
        if self._hooks.admits(input_id, _token(request)):
            self._throttle.succeeded(peer)
            return None
        self._throttle.failed(peer, now)
        _LOG.warning("hook of %s: wrong token from %s", input_id, peer)
        response = _text(401, "That is not the token.")
        response.headers["WWW-Authenticate"] = 'Basic realm="hook"'
        return response


def _token(request: web.Request) -> str:
    """Returns the token that a call has: as a bearer, as the password of Basic, or in the query."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(given.strip(), validate=True).decode()
        except (binascii.Error, ValueError):
            return ""
        return pair.partition(":")[2]
    return request.query.get("token", "")


async def _contact(request: web.Request) -> Contact | None:
    """Returns the contact that a call says in its query or body; None for an event. Raises Unknown for another word."""
    if "contact" in request.query:
        return _meant(request.query["contact"])
    said = await _said(request)
    return None if "contact" not in said else _meant(said["contact"])


def _meant(word: object) -> Contact:
    if isinstance(word, str) and word in CONTACTS:
        return CONTACTS[word]
    raise Unknown


async def _said(request: web.Request) -> Mapping[str, Any]:
    """Returns the values of a form or a JSON object; none for any other body."""
    kind = request.content_type
    if kind not in ("application/json", "application/x-www-form-urlencoded"):
        return {}
    try:
        async with asyncio.timeout(LONGEST_BODY_S):
            text = (await _read(request)).decode()
        if kind == "application/json":
            value = json.loads(text)
            return value if isinstance(value, dict) else {}
        return {key: values[-1] for key, values in parse_qs(text, max_num_fields=100).items()}
    except (TimeoutError, ValueError, RecursionError):
        return {}


async def _read(request: web.Request) -> bytes:
    """Returns a body of at most `LARGEST_READ` bytes; nothing of a larger one."""
    read = bytearray()
    async for part in request.content.iter_any():
        read += part
        if len(read) > LARGEST_READ:
            return b""
    return bytes(read)


def _text(status: int, text: str) -> web.Response:
    return web.Response(status=status, text=f"{text}\n")


def description(inputs: list[str]) -> dict[str, Any]:
    """Returns the path of the OpenAPI document; `inputs` are the ids of inputs that wait for calls."""
    contact = {"type": "string", "enum": list(CONTACTS)}
    schema = {"type": "object", "properties": {"contact": contact}}
    known = {"enum": inputs} if inputs else {}
    parameters = [
        {"name": "input", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1, **known}},
        {"name": "contact", "in": "query", "description": "The contact; left out: an event.", "schema": contact},
        {"name": "token", "in": "query", "description": "The token, unless in a header.", "schema": {"type": "string"}},
    ]
    told = {
        "204": "Done.",
        "400": "The contact is neither connected nor disconnected, or the request cannot be read.",
        "401": "The token is missing or wrong.",
        "404": "There is no such hook.",
        "429": "Too many tries of the token.",
    }
    refusal = {"text/plain": {"schema": {"type": "string"}}}
    responses = {
        code: {"description": text, **({} if code == "204" else {"content": refusal})} for code, text in told.items()
    }
    common = {"tags": ["hooks"], "parameters": parameters, "responses": responses, "security": [{"token": []}, {}]}
    content = {"application/json": {"schema": schema}, "application/x-www-form-urlencoded": {"schema": schema}}
    body = {"required": False, "content": content}
    return {
        "get": {"operationId": "get_hook", "summary": "Call an input.", **common},
        "post": {"operationId": "post_hook", "summary": "Call an input.", **common, "requestBody": body},
    }
