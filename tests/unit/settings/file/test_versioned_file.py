"""The settings file on the disk: replaced as a whole, its versions kept, its owner's alone when it must be."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from words.endless_writer import writers_killed

from bridge.settings.file import versioned_file as settings_file
from bridge.settings.file.versioned_file import SettingsFile


@pytest.fixture
def path(tmp_path: Path) -> Path:
    file = tmp_path / "alarm2mqtt.yaml"
    file.write_bytes(b"old")
    file.chmod(0o644)
    return file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names(path: Path) -> set[str]:
    return {one.name for one in path.parent.iterdir()}


def test_the_new_content_stands_there_and_the_old_is_the_first_version(path: Path) -> None:
    assert SettingsFile(path).replace(b"new", expected=b"old", secret=False)
    assert path.read_bytes() == b"new"
    assert (path.parent / "alarm2mqtt.yaml.1").read_bytes() == b"old"
    assert names(path) == {"alarm2mqtt.yaml", "alarm2mqtt.yaml.1"}


def test_five_versions_are_kept_and_the_newest_is_the_first(path: Path) -> None:
    file = SettingsFile(path)
    for number in range(8):
        assert file.replace(b"%d" % number, expected=path.read_bytes(), secret=False)
    kept = {name: (path.parent / name).read_bytes() for name in names(path)}
    assert kept == {"alarm2mqtt.yaml": b"7"} | {f"alarm2mqtt.yaml.{n}": b"%d" % (7 - n) for n in range(1, 6)}


def test_what_somebody_else_wrote_meanwhile_is_not_replaced(path: Path) -> None:
    path.write_bytes(b"by hand")
    assert not SettingsFile(path).replace(b"new", expected=b"old", secret=False)
    assert path.read_bytes() == b"by hand"
    assert names(path) == {"alarm2mqtt.yaml"}


def test_permissions_stay(path: Path) -> None:
    path.chmod(0o640)
    SettingsFile(path).replace(b"new", expected=b"old", secret=False)
    assert mode(path) == 0o640


def test_a_file_with_a_secret_is_its_owners_alone_and_so_is_the_version_before(path: Path) -> None:
    SettingsFile(path).replace(b"new", expected=b"old", secret=True)
    assert mode(path) == 0o600
    assert mode(path.parent / "alarm2mqtt.yaml.1") == 0o600


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_the_owner_stays(path: Path) -> None:
    os.chown(path, 1234, 2345)
    SettingsFile(path).replace(b"new", expected=b"old", secret=False)
    assert (path.stat().st_uid, path.stat().st_gid) == (1234, 2345)


def test_a_link_stays_a_link_and_what_it_leads_to_is_replaced(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "etc"
    elsewhere.mkdir()
    link = elsewhere / "alarm2mqtt.yaml"
    link.symlink_to(path)
    assert SettingsFile(link).replace(b"new", expected=b"old", secret=False)
    assert link.is_symlink()
    assert path.read_bytes() == b"new"
    assert (path.parent / "alarm2mqtt.yaml.1").read_bytes() == b"old"


def test_a_disk_that_cannot_be_written_leaves_everything_as_it_was(path: Path) -> None:
    (path.parent / ".alarm2mqtt.yaml.new").mkdir()
    with pytest.raises(OSError, match="directory"):
        SettingsFile(path).replace(b"new", expected=b"old", secret=False)
    assert path.read_bytes() == b"old"
    assert not (path.parent / "alarm2mqtt.yaml.1").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
def test_a_full_disk_leaves_everything_as_it_was(path: Path) -> None:
    """A file size limit refuses the bytes the way a full disk does: with an error in the middle of writing."""
    script = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from bridge.settings.file.versioned_file import SettingsFile\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n"
        "    SettingsFile(Path(sys.argv[1])).replace(b'x' * 5000, expected=b'old', secret=False)\n"
        "except OSError as error:\n"
        "    sys.exit(error.errno)\n"
    )
    ended = subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    assert ended.returncode == errno.EFBIG
    assert path.read_bytes() == b"old"
    assert names(path) == {"alarm2mqtt.yaml"}


def test_what_a_run_that_was_killed_left_behind_is_in_nobodys_way(path: Path) -> None:
    (path.parent / ".alarm2mqtt.yaml.new").write_bytes(b"half")
    assert SettingsFile(path).replace(b"new", expected=b"old", secret=False)
    assert names(path) == {"alarm2mqtt.yaml", "alarm2mqtt.yaml.1"}


def test_what_a_person_overwrote_can_be_kept(path: Path) -> None:
    SettingsFile(path).keep(b"before", secret=False)
    assert path.read_bytes() == b"old"
    assert (path.parent / "alarm2mqtt.yaml.1").read_bytes() == b"before"


def test_what_the_file_still_holds_is_no_version_before(path: Path) -> None:
    SettingsFile(path).keep(b"older", secret=False)
    SettingsFile(path).keep(b"old", secret=False)
    assert (path.parent / "alarm2mqtt.yaml.1").read_bytes() == b"older"
    assert names(path) == {"alarm2mqtt.yaml", "alarm2mqtt.yaml.1"}


def test_without_hard_links_the_version_is_a_copy(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    assert SettingsFile(path).replace(b"new", expected=b"old", secret=False)
    assert path.read_bytes() == b"new"
    assert (path.parent / "alarm2mqtt.yaml.1").read_bytes() == b"old"
    assert names(path) == {"alarm2mqtt.yaml", "alarm2mqtt.yaml.1"}


@pytest.mark.parametrize("links", [True, False], ids=["hard links", "no hard links"])
def test_a_first_file_is_made_whole_and_replaces_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, "no links here")

    if not links:
        monkeypatch.setattr(os, "link", refuse)
    path = tmp_path / "first.yaml"
    (tmp_path / ".first.yaml.new").write_bytes(b"half")
    SettingsFile(path).create(b"first")
    assert path.read_bytes() == b"first"
    assert mode(path) == 0o640
    with pytest.raises(FileExistsError):
        SettingsFile(path).create(b"second")
    assert path.read_bytes() == b"first"
    assert names(path) == {"first.yaml"}


def test_a_link_that_leads_nowhere_is_no_place_for_a_first_file(tmp_path: Path) -> None:
    path = tmp_path / "first.yaml"
    path.symlink_to("nowhere")
    with pytest.raises(FileExistsError):
        SettingsFile(path).create(b"first")
    assert names(path) == {"first.yaml"}


@pytest.mark.timeout(120)
def test_killed_at_any_instant_the_file_and_all_its_versions_are_whole(path: Path) -> None:
    how = {
        "prepare": "from bridge.settings.file.versioned_file import SettingsFile\nfile = SettingsFile(path)",
        "replace": "assert file.replace(content, expected=path.read_bytes(), secret=False)",
    }
    for _ in writers_killed(path, **how, kills=4):
        for number in range(1, settings_file.VERSIONS + 1):
            version = path.parent / f"alarm2mqtt.yaml.{number}"
            assert not version.exists() or version.read_bytes().endswith(b":end")
    assert SettingsFile(path).replace(b"new", expected=path.read_bytes(), secret=False)
    assert ".alarm2mqtt.yaml.new" not in names(path)
