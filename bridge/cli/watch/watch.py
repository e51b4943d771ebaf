"""`alarm2mqtt watch`: listens to the device's topics and shows them until a key or a signal ends it."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import stat
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Self

from bridge.cli.watch.change_printer import PlainLines
from bridge.cli.watch.device_mirror import DeviceMirror
from bridge.cli.watch.keys import Keys
from bridge.core.definitions.settings import Settings
from bridge.errors import StartFailed
from bridge.mqtt.listener import Listener
from bridge.mqtt.messages import Incoming
from bridge.text.printable import escaped

if TYPE_CHECKING:
    from bridge.cli.watch.screen import Screen

TICK_S = 1.0
"""Redraw interval while nothing happens: durations on the screen keep counting."""
LEAST_S = 0.1
"""Shortest time between two redraws: a fluttering input must not keep this machine busy."""
QUIT = ("q", "Q", "\x04")


def can_draw() -> bool:
    """Returns whether standard output is a terminal on which a screen can be drawn."""
    return sys.stdout.isatty() and os.environ.get("TERM", "dumb") not in ("dumb", "unknown")


async def watch(settings: Settings, *, now: Callable[[], datetime], plain: bool) -> None:
    """Shows the device until `q`, Ctrl-C, SIGTERM or a closed terminal; with `plain` as lines on standard output.

    Raises:
        BrokerError: the broker refuses the password or the right to connect.
        StartFailed: the screen is to be drawn, and rich is not installed.
    """
    end = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, end.set)
    mirror = DeviceMirror(settings)
    if plain:
        _end_with_reader(end.set)
        lines = PlainLines(mirror, show=_printer(end.set), now=now)
        await _until(end, Listener(settings, receive=lines.receive, link=lines.link).run())
    else:
        await _draw(mirror, end, now)


async def _draw(mirror: DeviceMirror, end: asyncio.Event, now: Callable[[], datetime]) -> None:
    """Draws the screen on every change until `end` is set, by a key too. Raises as `watch` does."""
    changed = asyncio.Event()

    def receive(message: Incoming) -> None:
        mirror.take(message)
        changed.set()

    def link(problem: str | None) -> None:
        mirror.link(problem)
        changed.set()

    def pressed(key: str) -> None:
        if key in QUIT:
            end.set()

    screen, keys = _screen(mirror), Keys(pressed)

    def suspended() -> None:
        """Gives the terminal to the shell at Ctrl-Z, until `fg`."""
        keys.__exit__()
        screen.__exit__()
        os.kill(os.getpid(), signal.SIGSTOP)
        screen.__enter__()
        keys.__enter__()
        changed.set()

    with screen, keys, _Notices(mirror):
        asyncio.get_running_loop().add_signal_handler(signal.SIGTSTP, suspended)
        asyncio.get_running_loop().add_signal_handler(signal.SIGWINCH, changed.set)
        listener = Listener(mirror.settings, receive=receive, link=link)
        await _until(end, listener.run(), _refresh(screen, changed, now))


def _screen(mirror: DeviceMirror) -> Screen:
    """Returns the screen. Raises StartFailed if rich is not installed."""
    try:
        from bridge.cli.watch.screen import Screen  # noqa: PLC0415 - rich is an extra
    except ImportError as error:
        message = (
            f"watch draws with rich, which cannot be loaded ({error}); "
            "install it with: pip install 'rich>=13.9,<16', or take --plain"
        )
        raise StartFailed(message) from error
    return Screen(mirror)


async def _refresh(screen: Screen, changed: asyncio.Event, now: Callable[[], datetime]) -> None:
    """Draws on every change and every `TICK_S`, for ever."""
    while True:
        changed.clear()
        screen.draw(now())
        await asyncio.sleep(LEAST_S)
        with suppress(TimeoutError):
            async with asyncio.timeout(TICK_S - LEAST_S):
                await changed.wait()


async def _until(end: asyncio.Event, *running: Coroutine[Any, Any, None]) -> None:
    """Runs the coroutines until `end` is set, or one fails; raises its exception."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one, name="watch") for one in running]
            await end.wait()
            for task in tasks:
                task.cancel()
    except BaseExceptionGroup as failed:
        raise failed.exceptions[0] from None


def _end_with_reader(end: Callable[[], None]) -> None:
    """Calls `end` once nobody reads the pipe that standard output is, also while there is nothing to print."""
    output = sys.stdout.fileno()
    if stat.S_ISFIFO(os.fstat(output).st_mode):
        # A pipe's writing end never becomes readable: what comes is the hang-up of its reader.
        asyncio.get_running_loop().add_reader(output, _gone, output, end)


def _gone(output: int, end: Callable[[], None]) -> None:
    """Ends the command after its reader has gone."""
    asyncio.get_running_loop().remove_reader(output)
    _drop_output()
    end()


def _drop_output() -> None:
    """Sends what is still printed nowhere: it is written at exit, and must not complain there."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _printer(end: Callable[[], None]) -> Callable[[str], None]:
    """Returns a function that prints a line; if the reader has closed the pipe, as `| head` does, it calls `end`."""

    def show(line: str) -> None:
        """Prints a line; ends the command once nobody reads its output."""
        try:
            print(line, flush=True)  # noqa: T201 - this is what it is for
        except BrokenPipeError:
            _drop_output()
            end()

    return show


class _Notices(logging.Handler):
    """Shows warnings as the mirror's notice while the screen is drawn, so that they do not break it."""

    def __init__(self, mirror: DeviceMirror) -> None:
        super().__init__(logging.WARNING)
        self._mirror = mirror

    def emit(self, record: logging.LogRecord) -> None:
        """Shows a log record's message as the screen's notice."""
        self._mirror.notice = escaped(record.getMessage())

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
