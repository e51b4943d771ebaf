"""A file replaced as a whole: killed, full disk, permissions, links."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from servers.small_disk import fill, small_disk
from words.endless_writer import writers_killed

from bridge.system.atomic_file import beside, replace_file, sync_folder, written_beside


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "state.json"
    file.write_bytes(b"old")
    return file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(path: Path) -> set[str]:
    return {one.name for one in path.parent.iterdir()}


def test_a_file_is_replaced_or_created_and_nothing_else_is_left(path: Path) -> None:
    replace_file(path, b"new")
    replace_file(path.with_name("other.json"), b"first")
    assert path.read_bytes() == b"new"
    assert path.with_name("other.json").read_bytes() == b"first"
    assert names(path) == {"state.json", "other.json"}


def test_who_has_the_old_file_open_goes_on_reading_it(path: Path) -> None:
    with path.open("rb") as reader:
        replace_file(path, b"new")
        assert reader.read() == b"old"


def test_a_caller_that_does_not_rename_leaves_the_old_file_alone(path: Path) -> None:
    with pytest.raises(ValueError, match="no such clip"), written_beside(path, b"new"):
        raise ValueError("no such clip")
    with written_beside(path, b"new") as fresh:
        assert fresh.read_bytes() == b"new"
    assert path.read_bytes() == b"old"
    assert names(path) == {"state.json"}


@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_without_a_mode_the_umask_decides(path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        replace_file(path, b"new")
    finally:
        os.umask(before)
    assert mode(path) == 0o666 & ~umask


@pytest.mark.parametrize("wanted", [0o600, 0o640, 0o664])
def test_a_mode_is_set_whatever_the_umask(path: Path, wanted: int) -> None:
    before = os.umask(0o077)
    try:
        with written_beside(path, b"new", mode=wanted) as fresh:
            assert mode(fresh) == wanted
    finally:
        os.umask(before)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_an_owner_is_set(path: Path) -> None:
    with written_beside(path, b"new", owner=(1234, 2345)) as fresh:
        assert (fresh.stat().st_uid, fresh.stat().st_gid) == (1234, 2345)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else for a moment")
def test_who_may_not_give_files_away_keeps_them(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, 1234, 1234)
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from bridge.system.atomic_file import written_beside\n"
        "os.setgroups([]); os.chdir(sys.argv[1]); os.setegid(1234); os.seteuid(1234)\n"
        "with written_beside(Path('state.json'), b'new', mode=0o640, owner=(0, 0)) as fresh:\n"
        "    status = fresh.stat()\n"
        "    assert (status.st_uid, status.st_gid) == (1234, 1234), status\n"
    )
    subprocess.run([sys.executable, "-c", script, str(folder)], check=True)


def test_a_link_is_replaced_itself(path: Path) -> None:
    link = path.with_name("link.json")
    link.symlink_to(path.name)
    replace_file(link, b"new")
    assert not link.is_symlink()
    assert link.read_bytes() == b"new"
    assert path.read_bytes() == b"old"


def test_a_link_in_the_place_of_the_new_file_is_not_followed(path: Path) -> None:
    victim = path.with_name("victim")
    victim.write_bytes(b"precious")
    beside(path).symlink_to(victim.name)
    replace_file(path, b"new")
    assert victim.read_bytes() == b"precious"
    assert path.read_bytes() == b"new"
    assert not path.is_symlink()
    assert names(path) == {"state.json", "victim"}


def test_what_a_run_that_was_killed_left_behind_is_in_no_ones_way(path: Path) -> None:
    beside(path).write_bytes(b"half")
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert names(path) == {"state.json"}


def test_a_full_disk_leaves_the_old_file_and_no_litter(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "256k") as disk:
        path = disk / "state.json"
        path.write_bytes(b"old")
        fill(disk / "ballast")
        with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
            replace_file(path, b"x" * 100_000)
        assert path.read_bytes() == b"old"
        assert names(path) == {"state.json", "ballast"}


def test_a_folder_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        replace_file(tmp_path / "missing" / "state.json", b"new")
    with pytest.raises(FileNotFoundError):
        sync_folder(tmp_path / "missing")


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux")
def test_a_file_system_that_cannot_sync_folders_is_no_error() -> None:
    descriptor = os.open("/proc/self/task", os.O_RDONLY | os.O_DIRECTORY)
    with pytest.raises(OSError, match=os.strerror(errno.EINVAL)):
        os.fsync(descriptor)
    os.close(descriptor)
    sync_folder(Path("/proc/self/task"))


@pytest.mark.timeout(120)
def test_killed_at_any_instant_it_is_the_old_file_or_the_new_one(path: Path) -> None:
    how = {
        "prepare": "from bridge.system.atomic_file import replace_file",
        "replace": "replace_file(path, content)",
    }
    for _ in writers_killed(path, **how, kills=12):
        pass
    replace_file(path, b"new")
    assert names(path) == {"state.json"}
