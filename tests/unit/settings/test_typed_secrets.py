"""A password that an edit brings: in a file of its own, named by the settings, and nowhere else."""

from __future__ import annotations

import errno
import json
import os
import stat
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from servers.small_disk import fill, small_disk

from bridge.errors import SettingsError
from bridge.settings.edits import edits
from bridge.settings.edits.edits import Edit
from bridge.settings.file.file_sync import FileSync
from bridge.settings.file.secret_writer import remove_unused
from bridge.settings.file.versioned_file import SettingsFile
from bridge.settings.load import load

TEXT = """\
# The gate.
mqtt:
  host: broker.example   # in the cellar
  username: gate
inputs: []
"""


def opened(folder: Path, text: str = TEXT, *, file: Any = None, **variables: str) -> FileSync:
    path = folder / "alarm2mqtt.yaml"
    if not path.exists():
        path.write_text(text)
        path.chmod(0o640)
    nowhere = folder / "no-secrets"
    if not nowhere.exists():
        nowhere.mkdir()
    environ = {"ALARM2MQTT_SECRETS_DIR": str(nowhere), **variables}
    return FileSync(
        load(path, environ=environ, options={}),
        file=file,
        read=lambda path: load(path, environ=environ, options={}),
        settle_s=0,
    )


def patch(sync: FileSync, **sections: Any) -> bool | None:
    return sync.apply_edit(edits.patch_rest(sections))


def faults(sync: FileSync, edit: Edit) -> dict[str, str]:
    with pytest.raises(SettingsError) as refused:
        sync.apply_edit(edit)
    return {fault.path: fault.message for fault in refused.value.faults}


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "secrets").glob("*")) if (folder / "secrets").exists() else []


def test_a_typed_password_is_in_a_file_for_its_owner_alone_and_in_force(tmp_path):
    sync = opened(tmp_path)
    assert patch(sync, mqtt={"password": "s3cret"}) is True
    (file,) = kept(tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert file.read_text() == "s3cret\n"
    text = sync.loaded.path.read_text()
    assert f'password_file: "{file}"' in text
    assert "s3cret" not in text
    assert "# in the cellar" in text
    assert sync.loaded.settings.mqtt.password.reveal() == "s3cret"
    assert opened(tmp_path).loaded.settings == sync.loaded.settings


def test_the_next_one_takes_its_place_and_a_former_version_keeps_its_own(tmp_path):
    sync = opened(tmp_path)
    for word in ("one", "two"):
        assert patch(sync, mqtt={"password": word}) is True
    assert {file.read_text() for file in kept(tmp_path)} == {"one\n", "two\n"}
    assert sync.loaded.settings.mqtt.password.reveal() == "two"
    for name in "abcde":
        assert patch(sync, device={"name": name}) is True
    assert [file.read_text() for file in kept(tmp_path)] == ["two\n"], "no version names the first any more"


def test_null_removes_a_password_from_the_settings_however_it_is_written(tmp_path):
    sync = opened(tmp_path)
    patch(sync, mqtt={"password": "s3cret"})
    assert patch(sync, mqtt={"password": None}) is True
    assert sync.loaded.settings.mqtt.password is None
    assert "password" not in sync.loaded.path.read_text()


def test_a_password_in_the_file_itself_moves_out_of_it_when_another_is_typed(tmp_path):
    sync = opened(tmp_path, TEXT.replace("username: gate", "username: gate\n  password: plain"))
    assert patch(sync, mqtt={"password": "typed"}) is True
    text = sync.loaded.path.read_text()
    assert "plain" not in text
    assert "typed" not in text
    assert [file.read_text() for file in kept(tmp_path)] == ["typed\n"]


def test_a_token_of_an_added_input_is_kept_under_its_name(tmp_path):
    sync = opened(tmp_path)
    bell = {"id": "bell", "line": {"kind": "http", "token": "open-sesame", "hold_s": 5}}
    assert sync.apply_edit(edits.add("inputs", bell)) is True
    (file,) = kept(tmp_path)
    assert file.name.startswith("inputs-bell-token.")
    assert "open-sesame" not in sync.loaded.path.read_text()


@pytest.mark.parametrize(
    ("sections", "path"),
    [
        ({"mqtt": {"password": "s3cret", "port": "many"}}, "mqtt.port"),
        ({"mqtt": {"password": "two\nlines"}}, "mqtt.password"),
        ({"mqtt": {"password": "x" * 1025}}, "mqtt.password"),
        ({"mqtt": {"password": ["s3cret"]}}, "mqtt.password"),
        ({"email": {"password": "s3cret"}}, "email.host"),
    ],
)
def test_a_refused_edit_leaves_no_file(tmp_path, sections, path):
    sync = opened(tmp_path)
    found = faults(sync, edits.patch_rest(sections))
    assert path in found
    assert "s3cret" not in str(found)
    assert kept(tmp_path) == []
    assert sync.loaded.path.read_text() == TEXT


class FullDisk(SettingsFile):
    """The settings file on a disk that has no room for it."""

    def replace(self, content: bytes, *, expected: bytes, secret: bool) -> bool:
        del content, expected, secret
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_when_the_settings_cannot_be_written_the_password_is_gone_again(tmp_path):
    sync = opened(tmp_path, file=FullDisk(tmp_path / "alarm2mqtt.yaml"))
    found = faults(sync, edits.patch_rest({"mqtt": {"password": "s3cret"}}))
    assert found == {"": "the settings file cannot be written: No space left on device"}
    assert kept(tmp_path) == []


def test_when_its_folder_cannot_be_made_the_fault_says_so_and_nothing_changed(tmp_path):
    (tmp_path / "secrets").write_text("a file in the way")
    sync = opened(tmp_path)
    found = faults(sync, edits.patch_rest({"mqtt": {"password": "s3cret"}}))
    assert list(found) == ["mqtt.password"]
    assert f"cannot be kept in {tmp_path / 'secrets'}" in found["mqtt.password"]
    assert sync.loaded.path.read_text() == TEXT


def test_what_a_killed_edit_left_behind_is_removed_by_the_next_and_a_persons_own_file_stays(tmp_path):
    sync = opened(tmp_path)
    (tmp_path / "secrets").mkdir()
    orphan = tmp_path / "secrets" / "ftp-password.0123456789abcdef"
    mine = [tmp_path / "secrets" / name for name in ("camera", "camera.20261130")]
    for file in (orphan, *mine):
        file.write_text("x\n")
    assert patch(sync, device={"name": "Gate"}) is True
    assert kept(tmp_path) == mine


def test_a_password_that_comes_from_the_environment_is_changed_there(tmp_path):
    sync = opened(tmp_path, ALARM2MQTT_MQTT__PASSWORD="theirs")
    found = faults(sync, edits.patch_rest({"mqtt": {"password": "mine"}}))
    assert "ALARM2MQTT_MQTT__PASSWORD" in found["mqtt.password"]
    assert sync.origins() == {"mqtt.password": "ALARM2MQTT_MQTT__PASSWORD"}
    assert kept(tmp_path) == []


@pytest.mark.parametrize("change", [{"host": "evil.example"}, {"port": 1884}, {"tls": {}}, {"host": None}])
def test_a_password_never_follows_the_settings_to_another_server_by_itself(tmp_path, change):
    sync = opened(tmp_path)
    patch(sync, mqtt={"password": "s3cret"})
    found = faults(sync, edits.patch_rest({"mqtt": change}))
    assert found == {"mqtt.password": "must be typed again, since it would go to another server"}
    assert patch(sync, mqtt={**change, "password": "another"}) is True


def test_nor_does_one_of_the_environment(tmp_path):
    sync = opened(tmp_path, ALARM2MQTT_MQTT__PASSWORD="theirs")
    found = faults(sync, edits.patch_rest({"mqtt": {"host": "evil.example"}}))
    assert "ALARM2MQTT_MQTT__PASSWORD" in found["mqtt.password"]


HTTP = {"kind": "http", "connected": {"url": "http://evil.example"}, "disconnected": {"url": "http://evil.example/0"}}


@pytest.mark.parametrize(
    "edit",
    [
        edits.patch_rest({"mqtt": {"password_file": "/etc/shadow"}}),
        edits.patch_rest({"cameras": {"gate": {"snapshot": "http://evil.example", "password_file": "/etc/shadow"}}}),
        edits.take_over({"cameras": {"gate": {"snapshot": "http://evil.example", "password_file": "/etc/shadow"}}}),
        edits.add("outputs", {"id": "light", "line": {**HTTP, "username": "me", "password_file": "/etc/shadow"}}),
    ],
    ids=["mqtt", "camera", "taken over", "output"],
)
def test_no_edit_names_a_file_of_this_device_as_a_password(tmp_path, edit):
    sync = opened(tmp_path)
    shadow = tmp_path / "shadow"
    shadow.write_text("root:x\n")
    edit = replace(edit, content=json.loads(json.dumps(dict(edit.content)).replace("/etc/shadow", str(shadow))))
    found = faults(sync, edit)
    assert list(found.values()) == ["is written by the device: give the password itself"]


def test_a_camera_keeps_its_password_in_a_file_and_at_its_address(tmp_path):
    sync = opened(tmp_path)
    camera = {"snapshot": "http://cam.example/x", "username": "me", "password": "s3cret"}
    assert patch(sync, cameras={"gate": camera}) is True
    (file,) = kept(tmp_path)
    assert file.name.startswith("cameras-gate-password.")
    found = faults(sync, edits.patch_rest({"cameras": {"gate": {"snapshot": "http://evil.example/x"}}}))
    assert list(found) == ["cameras.gate.password"]


def test_on_a_full_disk_and_on_one_that_is_read_only_nothing_changes(tmp_path):
    with small_disk(tmp_path / "disk", "64k") as disk:
        sync = opened(disk)
        assert patch(sync, mqtt={"password": "first"}) is True
        before = sync.loaded.path.read_text(), kept(disk)
        fill(disk / "ballast")
        assert "No space left" in str(faults(sync, edits.patch_rest({"mqtt": {"password": "second"}})))
        subprocess.run(["mount", "-o", "remount,ro", disk], check=True)
        assert "Read-only" in str(faults(sync, edits.patch_rest({"mqtt": {"password": "third"}})))
        assert (sync.loaded.path.read_text(), kept(disk)) == before
        assert opened(disk).loaded.settings.mqtt.password.reveal() == "first"


def test_a_password_that_is_removed_with_the_server_needs_no_other(tmp_path):
    sync = opened(tmp_path)
    patch(sync, mqtt={"password": "s3cret"})
    assert patch(sync, mqtt={"host": "other.example", "password": None, "username": None}) is True


def test_the_pages_own_password_is_sent_nowhere_and_stays_with_another_port(tmp_path):
    sync = opened(tmp_path)
    patch(sync, web={"password": "sesame"})
    assert patch(sync, web={"port": 8100}) is True
    assert sync.loaded.settings.web.password.reveal() == "sesame"


def test_a_known_device_keeps_its_password_at_its_address(tmp_path):
    sync = opened(tmp_path)
    line = {"kind": "http", "preset": "reolink_siren", "address": "http://siren.example", "username": "me"}
    sync.apply_edit(edits.add("outputs", {"id": "siren", "line": {**line, "password": "s3cret"}}))
    found = faults(sync, edits.patch_output("siren", {"line": {"address": "http://evil.example"}}))
    assert found == {"line.password": "must be typed again, since it would go to another server"}


def test_headers_and_bodies_of_requests_keep_to_their_server(tmp_path):
    sync = opened(tmp_path)
    header = {"headers": {"Authorization": "s3cret"}}
    line = {
        "kind": "http",
        "connected": {"url": "http://plug.example/on", **header},
        "disconnected": {"url": "http://plug.example/off", "body": "s3cret"},
    }
    sync.apply_edit(edits.add("outputs", {"id": "light", "line": line}))
    evil = {"connected": {"url": "http://plug.example@evil.example/on"}, "disconnected": {"url": "http://evil.example"}}
    assert faults(sync, edits.patch_output("light", {"line": evil})) == dict.fromkeys(
        ("line.connected.headers.Authorization", "line.disconnected.body"),
        "must be given again, since it would go to another server",
    )
    there = {"connected": {"url": "http://PLUG.example/toggle"}}
    assert sync.apply_edit(edits.patch_output("light", {"line": there})) is True
    again = {"connected": {**evil["connected"], **header}, "disconnected": {**evil["disconnected"], "body": None}}
    assert sync.apply_edit(edits.patch_output("light", {"line": again})) is True


def test_while_an_editor_has_the_settings_file_away_no_secret_is_removed(tmp_path):
    sync = opened(tmp_path)
    patch(sync, mqtt={"password": "s3cret"})
    (file,) = kept(tmp_path)
    sync.loaded.path.rename(tmp_path / "editing")
    remove_unused(sync.loaded.path)
    assert kept(tmp_path) == [file]
