"""Whoever waits for a file is told of everything that somebody does to it."""

from __future__ import annotations

import asyncio
import ctypes
import itertools
import os
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from pathlib import Path

import pytest

from bridge.system import file_watch
from bridge.system.file_signs import signs
from bridge.system.file_watch import EVERY_S, polled


def changes(files: Callable[[], list[Path]], *, every_s: float = EVERY_S) -> AsyncGenerator[None, None]:
    """With an editor that is done at once."""
    return file_watch.changes(files, every_s=every_s, quiet_s=0.01)


async def told(watching: Callable[[], AsyncIterator[None]], does: Callable[[], object]) -> bool:
    """Whether a change is told of within a while; the one at the beginning is not counted."""
    seen = watching()
    await anext(seen)
    waiting = asyncio.ensure_future(anext(seen))
    await asyncio.sleep(0)
    does()
    done, _ = await asyncio.wait({waiting}, timeout=2 if does is not quiet else 0.2)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await seen.aclose()
    return bool(done)


def quiet() -> None:
    """Nothing."""


def put_in_place(file: Path) -> None:
    """As most editors do."""
    fresh = file.with_name("fresh")
    fresh.write_text("new")
    fresh.replace(file)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    one = tmp_path / "alarm2mqtt.yaml"
    one.write_text("old")
    return one


@pytest.mark.parametrize("way", [changes, lambda files: polled(files, every_s=0.01)], ids=["told", "looking"])
async def test_every_way_to_write_it_is_seen_and_nothing_is_nothing(
    file: Path, way: Callable[..., AsyncIterator[None]]
) -> None:
    def watching() -> AsyncIterator[None]:
        return way(lambda: [file])

    assert await told(watching, lambda: file.write_text("written over"))
    assert await told(watching, lambda: put_in_place(file))
    assert not await told(watching, quiet)
    file.unlink()
    assert await told(watching, lambda: file.write_text("back"))


async def test_a_neighbour_is_none_of_its_business(file: Path) -> None:
    seen = changes(lambda: [file])
    await anext(seen)
    waiting = asyncio.ensure_future(anext(seen))
    await asyncio.sleep(0)
    file.with_name("neighbour").write_text("x")
    done, _ = await asyncio.wait({waiting}, timeout=0.2)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    await seen.aclose()
    assert not done


async def test_what_a_link_leads_to_is_watched_as_well(file: Path, tmp_path: Path) -> None:
    folder = tmp_path / "etc"
    folder.mkdir()
    link = folder / "alarm2mqtt.yaml"
    link.symlink_to(file)
    assert await told(lambda: changes(lambda: [link]), lambda: put_in_place(file))


async def test_a_map_that_is_mounted_anew_is_seen(tmp_path: Path) -> None:
    """Kubernetes puts a new folder in the place of another by renaming the link to it."""
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "alarm2mqtt.yaml").write_text(name)
    (tmp_path / "..data").symlink_to("one")
    link = tmp_path / "alarm2mqtt.yaml"
    link.symlink_to("..data/alarm2mqtt.yaml")

    def mount() -> None:
        (tmp_path / "..fresh").symlink_to("two")
        (tmp_path / "..fresh").rename(tmp_path / "..data")

    assert await told(lambda: changes(lambda: [link]), mount)
    assert link.read_text() == "two"


async def test_it_goes_on_after_the_file_was_replaced_and_another_one_joined(file: Path, tmp_path: Path) -> None:
    secret = tmp_path / "sub" / "password"
    secret.parent.mkdir()
    secret.write_text("x")
    files = [file]
    seen = changes(lambda: files)
    await anext(seen)
    for _ in range(3):
        put_in_place(file)
        await asyncio.wait_for(anext(seen), 2)
    files.append(secret)
    put_in_place(file)
    await asyncio.wait_for(anext(seen), 2)
    waiting = asyncio.ensure_future(anext(seen))
    await asyncio.sleep(0)
    secret.write_text("y")
    await asyncio.wait_for(waiting, 2)
    await seen.aclose()


async def test_without_the_kernels_help_it_looks(
    file: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class UsedUp:
        def __init__(self, *_: object, **__: object) -> None:
            pass

        def inotify_init1(self, _flags: int) -> int:
            ctypes.set_errno(24)
            return -1

    monkeypatch.setattr(ctypes, "CDLL", UsedUp)
    with caplog.at_level("INFO"):
        assert await told(lambda: changes(lambda: [file], every_s=0.01), lambda: put_in_place(file))
    assert "the kernel does not report changed files (Too many open files)" in caplog.text


NO_WATCH_LEFT = """
import asyncio, logging, sys
from contextlib import aclosing
from pathlib import Path
from bridge.system.file_watch import changes

async def two_changes(file):
    async with aclosing(changes(lambda: [file], every_s=0.01)) as seen:
        await anext(seen)
        file.write_text("something new")
        await asyncio.wait_for(anext(seen), 5)

logging.basicConfig(level="INFO")
asyncio.run(two_changes(Path(sys.argv[1])))
"""


def test_without_a_watch_left_the_file_is_polled(file: Path) -> None:
    """The kernel counts watches for each user: a user namespace of the test's own has none."""
    limited = ["unshare", "--user", "--map-root-user", "sh", "-c"]
    none_left = "echo 0 > /proc/sys/user/max_inotify_watches"
    if subprocess.run([*limited, none_left], capture_output=True, check=False).returncode:
        pytest.skip("no user namespace whose inotify watches can be limited")
    program = [sys.executable, "-c", NO_WATCH_LEFT, str(file)]
    done = subprocess.run(
        [*limited, f'{none_left}; exec "$@"', "sh", *program],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "does not report changed files (no watch left: No space left on device); polling" in done.stderr


async def test_it_leaves_no_descriptor_open(file: Path) -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        await told(lambda: changes(lambda: [file]), quiet)
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_file_that_was_written_replaced_or_cannot_be_reached_has_another_sign_each_time(
    tmp_path: Path,
) -> None:
    file = tmp_path / "password"
    seen = [signs([file])]
    file.write_text("a")
    seen.append(signs([file]))
    file.write_text("bb")
    seen.append(signs([file]))
    times = file.stat()
    fresh = tmp_path / "fresh"
    fresh.write_text("cc")
    os.utime(fresh, ns=(times.st_atime_ns, times.st_mtime_ns))
    fresh.replace(file)
    seen.append(signs([file]))
    file.unlink()
    file.symlink_to(file)
    seen.append(signs([file]))
    assert all(one != other for one, other in itertools.combinations(seen, 2))


def test_a_file_that_stays_has_the_same_sign(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("a")
    before = signs([file])
    file.read_text()
    assert signs([file]) == before
