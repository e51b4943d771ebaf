"""Settings of all tests, and how those that are coroutines are run."""

from __future__ import annotations

import asyncio
import functools
import inspect
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from programs.browser import chromium
from programs.page import PagedBridge
from servers.mosquitto import Mosquitto
from words.virtual_time import VirtualLoop

# A machine that does something else meanwhile makes an example slow, and no test wrong.
settings.register_profile("alarm2mqtt", deadline=None)
settings.load_profile("alarm2mqtt")


def in_a_loop(
    test: Callable[..., Coroutine[Any, Any, None]], loop_factory: Callable[[], asyncio.AbstractEventLoop] | None
) -> Callable[..., None]:
    """A function that runs the coroutine to its end, each time on a loop of its own."""

    @functools.wraps(test)
    def run(*args: Any, **kwargs: Any) -> None:
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(test(*args, **kwargs))

    return run


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> None:
    """`async def test_…` runs on a loop of its own, whose clock jumps if the test is marked `virtual_time`."""
    loop_factory = VirtualLoop if pyfuncitem.get_closest_marker("virtual_time") else None
    test = pyfuncitem.obj
    if inspect.iscoroutinefunction(test):
        pyfuncitem.obj = in_a_loop(test, loop_factory)
    elif (given := getattr(test, "hypothesis", None)) is not None and inspect.iscoroutinefunction(given.inner_test):
        given.inner_test = in_a_loop(given.inner_test, loop_factory)


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    """A broker that takes everybody in."""
    with Mosquitto(tmp_path / "broker") as running:
        yield running


# For one file: as long as a browser is open, no loop can be run.
@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A Chromium without a page."""
    with chromium() as running:
        yield running


@pytest.fixture
def bridge(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[PagedBridge]:
    """The whole program with its page; its settings are the file's `PARTS`."""
    with PagedBridge(tmp_path, **request.module.PARTS) as running:
        yield running
