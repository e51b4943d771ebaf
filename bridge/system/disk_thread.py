"""Blocking work on a disk that may never answer, off the event loop."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import threading
from collections.abc import Callable
from typing import TypeVar

_Result = TypeVar("_Result")


def start_disk_thread(name: str, work: Callable[[], _Result]) -> asyncio.Future[_Result]:
    """Runs `work` on a new thread called `name`; called on the event loop.

    Unlike those of `asyncio.to_thread` it is a daemon thread: a disk that hangs for ever does not keep the program from
    ending. Cancelling the future does not stop the thread.

    Returns:
        A future with the result of `work`, or its exception.
    """
    loop = asyncio.get_running_loop()
    done: asyncio.Future[_Result] = loop.create_future()

    def run() -> None:
        """Does the work on the thread and hands its result or error to the loop."""
        try:
            result = work()
        except Exception as error:  # noqa: BLE001 - raised where the future is awaited
            settle = functools.partial(_fail, done, error)
        else:
            settle = functools.partial(_finish, done, result)
        with contextlib.suppress(RuntimeError):  # the loop is closed: the program has ended
            loop.call_soon_threadsafe(settle)

    threading.Thread(target=run, name=name, daemon=True).start()
    return done


def _finish(done: asyncio.Future[_Result], result: _Result) -> None:
    """Sets a result, unless the future was cancelled meanwhile."""
    if not done.done():
        done.set_result(result)


def _fail(done: asyncio.Future[_Result], error: Exception) -> None:
    """Sets an error, unless the future was cancelled meanwhile."""
    if not done.done():
        done.set_exception(error)
