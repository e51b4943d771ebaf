"""The next commands to type, for each situation (pure but for the current folder)."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

from bridge.cli.overview.invocation import Caller
from bridge.cli.overview.situation import Situation, here

Advice = tuple[str, str]
"""A command exactly as it is typed, and its effect."""


def advice(seen: Situation, called: Caller) -> list[Advice]:
    """Returns the few commands that fit the situation, each with its effect."""
    return [*_fitting(seen, called), (f"{called.me} --help", "lists all commands")]


def shortest(path: Path) -> Path:
    """Returns the path as a person types it in the current folder: relative if it lies below that, else absolute."""
    at = here()
    near = at != at.parent and path.is_relative_to(at)
    return path.relative_to(at) if near else path


def _fitting(seen: Situation, called: Caller) -> Iterator[Advice]:
    """Yields the next commands to type, as they fit the state of this machine."""
    me = called.me if seen.readable else called.as_root
    file = "" if seen.is_default else f" {shlex.quote(str(shortest(seen.file)))}"
    if not seen.there:
        yield from _without_file(seen, called)
    elif seen.faults:
        yield f"{me} check{file}", "tells everything that is wrong, with lines"
        yield (
            f"{'' if seen.writable else called.sudo}{called.editor} {shlex.quote(str(shortest(seen.file)))}",
            "puts it right",
        )
    elif seen.running or seen.page:
        yield from _running(seen, me, file)
    else:
        yield from _not_running(seen, called, me, file)


def _without_file(seen: Situation, called: Caller) -> Iterator[Advice]:
    if seen.can_be_service:
        yield _install(called)
    yield f"{called.me if seen.writable else called.as_root} init", "asks a few questions and writes the settings"
    yield f"{called.me} lines", "shows the GPIO lines of this machine"
    yield f"{called.me} demo", "plays on a simulated terminal board, with a broker of its own"


def _not_running(seen: Situation, called: Caller, me: str, file: str) -> Iterator[Advice]:
    if seen.service and seen.is_default:
        yield f"{called.sudo}systemctl enable --now alarm2mqtt", "starts the bridge, now and after every boot"
        yield "journalctl -u alarm2mqtt -e", "says why it does not run, if it should"
    else:
        if seen.can_be_service and seen.is_default:
            yield _install(called)
        yield f"{me} run{file}", "starts the bridge in this terminal, until Ctrl-C"
    yield f"{me} watch{file}", "shows the terminals live, in a second terminal"
    yield f"{me} check{file}", "tells whether the settings are right, after an edit"


def _install(called: Caller) -> Advice:
    return f"{called.as_root} install", "makes it a service of this board"


def _running(seen: Situation, me: str, file: str) -> Iterator[Advice]:
    yield f"{me} watch{file}", "shows the terminals live"
    yield f"{me} log{file} --follow", "shows what happened and what happens"
    settings = seen.settings
    if settings is not None and settings.email is not None:
        yield f"{me} send-test email{file}", "sends a test mail"
    if settings is not None and settings.lines.driver == "simulated" and settings.inputs:
        socket = shlex.quote(str(shortest(settings.store.folder / "board.sock")))
        yield f"{me} board --socket {socket} connect {settings.inputs[0].id}", "closes a contact of the simulated board"
