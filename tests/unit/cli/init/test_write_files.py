"""The first file and its passwords on the disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from bridge.cli.init.write_files import free_name, make_folder, write
from bridge.errors import StartFailed

ONLY_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


def test_file_and_password_are_written_for_their_owner(tmp_path: Path) -> None:
    file, secret = tmp_path / "a.yaml", tmp_path / "mqtt-password"
    write(file, b"device: {id: a}\n", {secret: "s3cret"}, over=None)
    assert file.read_bytes() == b"device: {id: a}\n"
    assert secret.read_text() == "s3cret\n"
    assert (file.stat().st_mode & 0o777, secret.stat().st_mode & 0o777) == (0o640, 0o600)


@ONLY_ROOT
def test_what_root_writes_belongs_to_the_folders_owner(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    write(tmp_path / "a.yaml", b"", {tmp_path / "p": "x"}, over=None)
    assert {(tmp_path / name).stat().st_uid for name in ("a.yaml", "p")} == {65534}


def test_a_file_that_came_meanwhile_stays_and_no_password_is_left(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("somebody's")
    with pytest.raises(StartFailed, match=r"a\.yaml cannot be written: File exists"):
        write(file, b"ours", {tmp_path / "p": "x"}, over=None)
    assert file.read_text() == "somebody's"
    assert [one.name for one in tmp_path.iterdir()] == ["a.yaml"]


def test_a_file_that_was_changed_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("newer")
    with pytest.raises(StartFailed, match="was changed by somebody else"):
        write(file, b"ours", {tmp_path / "p": "x"}, over=b"older")
    assert file.read_text() == "newer"
    assert [one.name for one in tmp_path.iterdir()] == ["a.yaml"]


@pytest.mark.parametrize(
    ("before", "mode"),
    [(b"mqtt: {password: x}\n", 0o600), (b"device: {id: a}\n", 0o644), (b"\xff", 0o600), (b"{", 0o600), (b"5", 0o600)],
)
def test_the_version_before_is_kept_for_its_owner_alone_if_it_may_hold_a_secret(tmp_path: Path, before, mode) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(before)
    file.chmod(0o644)
    write(file, b"ours", {}, over=before)
    assert file.read_bytes() == b"ours"
    version = tmp_path / "a.yaml.1"
    assert version.read_bytes() == before
    assert version.stat().st_mode & 0o777 == mode


def test_a_password_file_of_another_is_never_taken(tmp_path: Path) -> None:
    assert free_name(tmp_path, "p") == tmp_path / "p"
    (tmp_path / "p").touch()
    (tmp_path / "p-2").symlink_to("nowhere")
    assert free_name(tmp_path, "p") == tmp_path / "p-3"


def test_a_folder_is_made_and_one_that_is_there_is_left_alone(tmp_path: Path) -> None:
    make_folder(tmp_path / "x" / "y")
    assert (tmp_path / "x" / "y").stat().st_mode & 0o777 == 0o750
    tmp_path.chmod(0o701)
    make_folder(tmp_path)
    assert tmp_path.stat().st_mode & 0o777 == 0o701
    (tmp_path / "file").touch()
    with pytest.raises(StartFailed, match="cannot be made: Not a directory"):
        make_folder(tmp_path / "file" / "x")
