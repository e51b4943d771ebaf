"""The sources of a Home Assistant add-on: the Supervisor's options, and its broker.

Both are below the file. The options are settings of the same names, as far as the add-on's form
has them. The broker is taken whole and only if no other source names one: credentials that belong to
one broker must never be sent to another.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.settings.location import ABSENT, value_at
from bridge.settings.sources.layers import Layer, merged
from bridge.settings.sources.names import ADDON_STORE, OPTIONS_FILE, TOKEN

OPTIONS = "add-on options"
SERVICE = "the Supervisor's MQTT service"
STORE = {"store": {"folder": ADDON_STORE}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Supervisor:
    """The address of the Supervisor and the path of its options."""

    options: Path = OPTIONS_FILE
    host: str = "supervisor"
    patience_s: float = 2.0
    """Time limit; it answers in some 20 ms, and the outputs wait for it at the start."""


def options_layer(environ: Mapping[str, str], supervisor: Supervisor) -> Layer:
    """Returns the options of the add-on's page, and the add-on's store folder; an empty layer outside an add-on."""
    if not environ.get(TOKEN):
        return Layer(origin=OPTIONS)
    try:
        options = json.loads(supervisor.options.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        # No fault: the alarm does not depend on them.
        warning = f"{supervisor.options}: the add-on's options cannot be read: {error}"
        return Layer(origin=OPTIONS, values=STORE, warnings=(warning,))
    return Layer(origin=OPTIONS, values=merged(STORE, _filled_in(options) if isinstance(options, Mapping) else {}))


def broker_layer(environ: Mapping[str, str], others: Iterable[Mapping[Any, Any]], supervisor: Supervisor) -> Layer:
    """Returns a layer with the Supervisor's broker, by a local HTTP call.

    It is empty outside the add-on, or if one of `others` names a host; with a warning if the Supervisor
    does not answer or has no broker.
    """
    if not environ.get(TOKEN) or names_broker(others):
        return Layer(origin=SERVICE)
    try:
        status, answer = _ask(supervisor, environ[TOKEN])
    except (OSError, ValueError, EOFError) as error:
        return Layer(origin=SERVICE, warnings=(f"{SERVICE} cannot be asked for: {error}",))
    if status != 200:  # noqa: PLR2004 - HTTP's own number
        words = "there is none; install the Mosquitto add-on and restart, or name mqtt.host in the file"
        return Layer(origin=SERVICE, warnings=(f"{SERVICE}: {words} (status {status})",))
    return Layer(origin=SERVICE, values=_broker(answer))


def names_broker(layers: Iterable[Mapping[Any, Any]]) -> bool:
    """Returns whether one of the layers has `mqtt.host`; an empty one does not count."""
    return any(value_at(values, ("mqtt", "host")) not in (ABSENT, None, "") for values in layers)


def _filled_in(options: Mapping[str, Any]) -> dict[str, Any]:
    """Returns the options without those left empty on the form."""
    parts = {key: _filled_in(value) if isinstance(value, Mapping) else value for key, value in options.items()}
    return {key: value for key, value in parts.items() if value not in (None, "", {})}


def _ask(supervisor: Supervisor, token: str) -> tuple[int, Any]:
    import http.client  # noqa: PLC0415 - only in the add-on

    connection = http.client.HTTPConnection(supervisor.host, timeout=supervisor.patience_s)
    try:
        connection.request("GET", "/services/mqtt", headers={"Authorization": f"Bearer {token}"})
        response = connection.getresponse()
        return response.status, json.loads(response.read(65_536)) if response.status == 200 else None  # noqa: PLR2004
    except http.client.HTTPException as error:
        message = f"no answer that can be understood ({type(error).__name__})"
        raise ValueError(message) from error
    finally:
        connection.close()


def _broker(answer: Any) -> dict[str, Any]:
    """Returns `{"data": {host, port, ssl, username, password, protocol}}` as settings.

    `ssl` means TLS with the system's authorities.
    """
    data = answer.get("data") if isinstance(answer, Mapping) else None
    if not isinstance(data, Mapping) or not data.get("host"):
        return {}
    broker = {key: data[key] for key in ("host", "port", "username", "password") if data.get(key)}
    return {"mqtt": broker | ({"tls": {}} if data.get("ssl") is True else {})}
