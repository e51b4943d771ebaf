"""A set-up that leaves the device and comes back: whole, and without a secret that was not asked for."""

from __future__ import annotations

import io
import json
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from bridge.errors import ActionRefused, SettingsError
from bridge.settings.archive.archive import LARGEST_BYTES, Archive, packed, read_sealed, sealed_text, unpacked
from bridge.settings.archive.sealed import seal, unseal
from bridge.settings.edits import edits
from bridge.settings.file.file_sync import FileSync
from bridge.settings.load import load
from bridge.web.pages.archive_page import archive_page
from bridge.web.pages.layout import Frame

PHRASE = "a long pass phrase"
SECRETS = ("s3cret-mqtt", "s3cret-cam", "s3cret-query", "s3cret-header", "s3cret-token", "s3cret-file", "s3cret-stream")
TEXT = """\
# The gate.
mqtt:
  host: broker.example   # in the cellar
  password: s3cret-mqtt
email:
  host: mail.example
  sender: a@b.example
  recipients: [c@d.example]
  password_file: "{file}"
cameras:
  gate:
    snapshot: http://me:s3cret-cam@cam.example/x?pw=s3cret-query
    stream: rtsp://me:s3cret-stream@cam.example/main
inputs:
  - id: bell
    line: {{kind: http, token: s3cret-token, hold_s: 5}}
outputs:
  - id: light
    line:
      kind: http
      connected: {{url: "http://plug.example/on", headers: {{Authorization: s3cret-header}}}}
      disconnected: {{url: "http://plug.example/off"}}
"""


def opened(folder: Path, text: str) -> FileSync:
    folder.mkdir(exist_ok=True)
    path = folder / "alarm2mqtt.yaml"
    path.write_text(text)
    (folder / "none").mkdir()
    environ = {"ALARM2MQTT_SECRETS_DIR": str(folder / "none")}
    return FileSync(load(path, environ=environ, options={}), settle_s=0)


@pytest.fixture
def sync(tmp_path: Path) -> FileSync:
    (tmp_path / "mail-password").write_text("s3cret-file\n")
    return opened(tmp_path / "here", TEXT.format(file=tmp_path / "mail-password"))


def archived(sync: FileSync, phrase: str | None = None) -> Archive:
    exported = sync.exported()
    sealed = None if phrase is None else seal(sealed_text(exported), phrase)
    made = Archive(settings=exported.open, withheld=exported.withheld, sealed=sealed, sounds={"dog.wav": b"RIFF"})
    content = packed(made, device="gate", version="1")
    for secret in SECRETS:
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            assert all(secret.encode() not in zipped.read(name) for name in zipped.namelist()), secret
    return unpacked(content)


def test_without_a_pass_phrase_no_secret_leaves_and_all_else_does(sync):
    archive = archived(sync)
    assert "# in the cellar" in archive.settings
    assert set(archive.withheld) == {
        "mqtt.password",
        "email.password",
        "cameras.gate.snapshot",
        "cameras.gate.stream",
        "inputs[0].line.token",
        "outputs[0].line.connected.headers",
    }
    assert archive.sounds == {"dog.wav": b"RIFF"}


def test_with_it_another_device_becomes_the_same_and_keeps_its_version_before(sync, tmp_path):
    archive = archived(sync, PHRASE)
    other = opened(tmp_path / "there", "inputs: []\n")
    text, secrets = read_sealed(unseal(archive.sealed, PHRASE))
    assert other.apply_edit(edits.replace_all(text, secrets)) is True
    before, after = sync.loaded.settings, other.loaded.settings
    assert after.mqtt.password == before.mqtt.password
    assert after.email.password == before.email.password
    assert after.cameras == before.cameras
    assert after.inputs[0].line.token == before.inputs[0].line.token
    written = other.loaded.path.read_text()
    assert "s3cret-mqtt" not in written, "it is in a file of its own now"
    assert "# in the cellar" in written
    assert other.loaded.path.with_name("alarm2mqtt.yaml.1").read_text() == "inputs: []\n"
    assert {path.read_text().strip() for path in (tmp_path / "there" / "secrets").iterdir()} == {
        "s3cret-mqtt",
        "s3cret-file",
        "s3cret-token",
    }


def test_an_archive_that_is_wrong_changes_nothing(sync):
    before = sync.loaded.path.read_text()
    for text in ("inputs: [{id: NO}]\n", "a: b: c\n", "- 1\n", "mqtt: {port: many}\n"):
        with pytest.raises(SettingsError):
            sync.apply_edit(edits.replace_all(text, [(("mqtt", "password"), "typed")]))
    assert sync.loaded.path.read_text() == before
    assert not list((sync.loaded.path.parent / "secrets").glob("*"))


def test_an_archive_cannot_have_a_file_of_this_device_sent_anywhere(sync, tmp_path):
    text = TEXT.format(file=tmp_path / "mail-password").replace("mail.example", "evil.example")
    assert sync.apply_edit(edits.replace_all(text, ())) is True
    assert sync.loaded.settings.email.host == "evil.example"
    assert sync.loaded.settings.email.password is None


def test_what_is_set_here_for_the_same_server_stays(sync, tmp_path):
    text = TEXT.format(file=tmp_path / "mail-password").replace("# The gate.", "# Another gate.")
    sync.apply_edit(edits.replace_all(text.replace("id: light", "id: lamp"), ()))
    assert sync.loaded.settings.email.password.reveal() == "s3cret-file"


@pytest.mark.parametrize("phrase", ["another phrase", ""])
def test_only_the_right_phrase_opens(phrase):
    sealed = seal("text", PHRASE)
    assert unseal(sealed, PHRASE) == "text"
    with pytest.raises(ActionRefused, match="not the pass phrase"):
        unseal(sealed, phrase)


def test_a_changed_seal_and_a_dearer_key_are_refused():
    written = json.loads(seal("text", PHRASE))
    for changed in ({"fernet": written["fernet"][:-4] + "AAAA"}, {"scrypt": [2**30, 8, 1]}, {"salt": "x"}):
        with pytest.raises(ActionRefused):
            unseal(json.dumps({**written, **changed}).encode(), PHRASE)
    with pytest.raises(ActionRefused, match="8 characters"):
        seal("text", "short")


def a_zip(**files: Any) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in files.items():
            zipped.writestr(name.replace("__", "."), content)
    return file.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK no zip",
        a_zip(settings__yaml="inputs: []"),
        a_zip(archive__json='{"format": 99, "withheld": []}', settings__yaml=""),
        a_zip(archive__json="[" * 10_000, settings__yaml=""),
        a_zip(archive__json='{"format": 1, "withheld": []}', settings__yaml=b"\xff"),
        a_zip(archive__json='{"format": 1, "withheld": []}', settings__yaml=b"0" * (LARGEST_BYTES + 1)),
    ],
    ids=["empty", "no zip", "no archive", "later format", "deep", "no text", "a bomb"],
)
def test_what_is_no_archive_is_refused_in_words(content):
    with pytest.raises(ActionRefused):
        unpacked(content)


def test_without_the_package_the_page_says_what_to_install_and_the_rest_works(sync, monkeypatch):
    monkeypatch.setitem(sys.modules, "cryptography", None)
    with pytest.raises(ActionRefused, match=r"alarm2mqtt\[archive\]"):
        seal("text", PHRASE)
    shown = archive_page(Frame(device="Gate", token="t", guarded=False, armed=True, connections={}))
    assert "install alarm2mqtt[archive]" in shown
    assert shown.count("disabled") == 2
    assert archived(sync).sealed is None


def zipped_as(method: int) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as zipped:
        zipped.writestr("archive.json", '{"format": 1, "withheld": []}')
        zipped.writestr("settings.yaml", "inputs: []\n" * 100)
    return file.getvalue()


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_method_that_unpacks_more_than_it_is_asked_for_is_refused(method):
    with pytest.raises(ActionRefused, match="no archive"):
        unpacked(zipped_as(method))


def test_an_archive_damaged_inside_a_file_is_refused():
    content = bytearray(zipped_as(zipfile.ZIP_DEFLATED))
    begin = content.index(b"settings.yaml") + len("settings.yaml")
    content[begin : begin + 8] = b"\xff" * 8
    with pytest.raises(ActionRefused, match="no archive"):
        unpacked(bytes(content))


@pytest.mark.parametrize("text", ["", "# all gone\n", "{}\n"])
def test_an_archive_without_settings_takes_nothing_away(sync, text):
    before = sync.loaded.path.read_text()
    with pytest.raises(SettingsError, match="no settings at all"):
        sync.apply_edit(edits.replace_all(text, ()))
    assert sync.loaded.path.read_text() == before


def test_an_archive_with_settings_larger_than_a_settings_file_is_not_even_parsed(sync):
    with pytest.raises(SettingsError, match="is too large"):
        sync.apply_edit(edits.replace_all("inputs: []\n" + "#" * 1_000_000, ()))


@pytest.mark.parametrize("web", ["", "web: {host: 0.0.0.0}\n"])
def test_an_import_without_a_password_of_the_page_leaves_the_present_one(tmp_path, web):
    sync = opened(tmp_path, "web: {host: 0.0.0.0, password: s3cret-page-of-ours}\ninputs: []\n")
    assert sync.apply_edit(edits.replace_all(f"device: {{id: other}}\ninputs: []\n{web}", ())) is True
    settings = sync.loaded.settings
    assert settings.device.id == "other"
    assert settings.web.password is not None
    assert settings.web.password.reveal() == "s3cret-page-of-ours"
