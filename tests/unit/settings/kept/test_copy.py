"""The copy of checked settings: used when everything is as it was, without any secret in it, and never otherwise."""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from bridge.core.definitions.settings import Settings
from bridge.settings.checker.messages import in_force_of, load_request
from bridge.settings.checker.work import Checker
from bridge.settings.in_force import InForce
from bridge.settings.kept import copy
from bridge.settings.kept.validity import Around, program
from bridge.settings.plain_values import plain

SECRETS = {
    "file": "of-a-password-file",
    "folder": "of-the-secrets-folder",
    "variable": "of-a-variable",
    "plain": "in the settings: #1",
    "address": "in-an-address",
    "nested": "within-json",
}
TEXT = """\
# The gate.
device: {{id: front-gate}}
lines: {{driver: simulated}}
store:
  # kept there
  folder: {store}
web: {{password: '{plain}'}}
mqtt: {{username: u, password_file: {file}}}
cameras:
  gate: {{snapshot: "http://u:{address}@camera/picture.jpg"}}
outputs: [{{id: siren, alarm_time_ms: 1000}}]
"""


@dataclass(kw_only=True)
class Place:
    """A settings file with all that lies around it, and the copy of its settings."""

    folder: Path
    environ: dict[str, str]
    options: Path
    overrides: Mapping[str, Any]
    version: str = field(default_factory=program)
    host: str = field(default_factory=lambda: os.uname().nodename)

    @property
    def file(self) -> Path:
        return self.folder / "gate.yaml"

    @property
    def store(self) -> Path:
        return self.folder / "state"

    @property
    def copy(self) -> Path:
        return self.store / copy.NAME

    def around(self) -> Around:
        return Around(
            path=self.file,
            content=self.file.read_bytes(),
            overrides=self.overrides,
            environ=self.environ,
            options=self.options,
            version=self.version,
            host=self.host,
        )

    def check(self) -> InForce:
        """Checks the file as the checker does, and keeps the copy as the daemon does."""
        checked = in_force_of(Checker().answer(load_request(self.file, self.overrides, None)))
        assert checked.kept is not None
        copy.write(checked.kept, self.store)
        return checked

    def found(self) -> InForce | None:
        found = copy.found(self.around())
        return None if found is None else copy.in_force(found, self.around())

    def found_for_safe(self) -> Settings | None:
        found = copy.found(self.around())
        return None if found is None else copy.without_secrets(found)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    (tmp_path / "state").mkdir()
    (tmp_path / "secrets").mkdir()
    (tmp_path / "password").write_text(f"{SECRETS['file']}\n")
    (tmp_path / "secrets" / "email__password").write_text(SECRETS["folder"])
    text = TEXT.format(
        store=tmp_path / "state", file=tmp_path / "password", **{key: SECRETS[key] for key in ("plain", "address")}
    )
    (tmp_path / "gate.yaml").write_text(text)
    given = {
        "ALARM2MQTT_SECRETS_DIR": str(tmp_path / "secrets"),
        "ALARM2MQTT_CAMERAS__GATE__PASSWORD": SECRETS["variable"],
        "ALARM2MQTT_FTP": json.dumps({"host": "nas", "username": "u", "password": SECRETS["nested"]}),
        "ALARM2MQTT_EMAIL": json.dumps({"host": "m", "sender": "a@b.c", "recipients": ["a@b.c"], "username": "u"}),
    }
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    options = tmp_path / "options.json"
    return Place(folder=tmp_path, environ=dict(os.environ), options=options, overrides={"mqtt.port": 5})


def test_what_was_checked_is_found_again_with_every_secret(place: Place) -> None:
    checked = place.check()
    found = place.found()
    assert found is not None
    assert found.settings == checked.settings
    assert replace(found, kept=checked.kept) == checked
    settings = found.settings
    assert settings.mqtt.password is not None
    assert settings.web.password is not None
    assert settings.ftp is not None
    assert settings.ftp.password is not None
    assert settings.mqtt.password.reveal() == SECRETS["file"]
    assert settings.web.password.reveal() == SECRETS["plain"]
    assert settings.ftp.password.reveal() == SECRETS["nested"]
    assert settings.cameras["gate"].snapshot == f"http://u:{SECRETS['address']}@camera/picture.jpg"


@pytest.mark.parametrize("where", SECRETS)
def test_no_secret_is_in_the_copy(place: Place, where: str) -> None:
    checked = place.check()
    assert SECRETS[where] in repr(_revealed(checked.settings))
    raw = place.copy.read_text()
    assert SECRETS[where] not in raw
    assert SECRETS[where].encode().hex() not in raw
    assert SECRETS[where] not in repr(checked)


def _revealed(settings: Settings) -> list[str]:
    seen: list[str] = []
    plain(settings, secret=seen.append)
    return seen


def test_only_the_owner_may_read_it(place: Place) -> None:
    before = os.umask(0)
    try:
        place.check()
    finally:
        os.umask(before)
    assert stat.S_IMODE(place.copy.stat().st_mode) == 0o600


def test_another_start_has_another_sign_since_each_copy_has_a_salt_of_its_own(place: Place) -> None:
    signs = set()
    for _ in range(2):
        place.check()
        signs.add(json.loads(place.copy.read_text().splitlines()[1])["sign"])
    assert len(signs) == 2


# Odd things


def body_changed(change: Callable[[dict[str, Any]], object]) -> Callable[[Place], object]:
    """Changes the copy so that its sum is right all the same."""

    def spoil(place: Place) -> None:
        body = json.loads(place.copy.read_text().splitlines()[1])
        change(body)
        text = json.dumps(body, separators=(",", ":"))
        place.copy.write_text(f"{hashlib.blake2b(text.encode(), digest_size=32).hexdigest()}\n{text}")

    return spoil


def password_replaced(place: Place) -> None:
    """The same name and size, another file."""
    other = place.folder / "other"
    other.write_text("of-a-password-filX\n")
    other.replace(place.folder / "password")


def bit_flipped(place: Place) -> None:
    place.copy.write_bytes(place.copy.read_bytes().replace(b"front-gate", b"front-gatf"))


def with_body(body: bytes) -> Callable[[Place], object]:
    """Writes a copy of any body, with its sum."""
    summed = hashlib.blake2b(body, digest_size=32).hexdigest().encode()
    return lambda place: place.copy.write_bytes(summed + b"\n" + body)


def linked(place: Place) -> None:
    place.copy.rename(place.folder / "elsewhere")
    place.copy.symlink_to(place.folder / "elsewhere")


ODD: dict[str, Callable[[Place], object]] = {
    "a comment in the file": lambda place: place.file.write_text(place.file.read_text() + "# more\n"),
    "a byte of a password": lambda place: place.file.write_text(place.file.read_text().replace("#1", "#2")),
    "another variable": lambda place: place.environ.update(ALARM2MQTT_LOG__LEVEL="debug"),
    "a variable in small letters": lambda place: place.environ.update(alarm2mqtt_log__level="debug"),
    "a variable that is gone": lambda place: place.environ.pop("ALARM2MQTT_CAMERAS__GATE__PASSWORD"),
    "another secrets folder": lambda place: place.environ.update(ALARM2MQTT_SECRETS_DIR=str(place.folder)),
    "an add-on now": lambda place: place.environ.update(SUPERVISOR_TOKEN="t"),
    "other options on the command line": lambda place: setattr(place, "overrides", {"mqtt.port": 6}),
    "another version": lambda place: setattr(place, "version", place.version.replace("0.", "1.", 1)),
    "another host name": lambda place: setattr(place, "host", "other"),
    "half a copy": lambda place: place.copy.write_bytes(place.copy.read_bytes()[:-100]),
    "an empty copy": lambda place: place.copy.write_bytes(b""),
    "a flipped bit": bit_flipped,
    "no JSON": with_body(b"{"),
    "JSON that is nested without end": with_body(b"[" * 100_000),
    "no object": with_body(b"[]"),
    "no ASCII": lambda place: place.copy.write_bytes(b"\xff\n{}"),
    "a key missing": body_changed(lambda body: body.pop("files")),
    "a key too many": body_changed(lambda body: body.update(more=1)),
    "a value of another type": body_changed(lambda body: body.update(salt=5)),
    "a salt without end": body_changed(lambda body: body.update(salt="a" * 10_000)),
    "an empty salt": body_changed(lambda body: body.update(salt="")),
    "settings of another form": body_changed(lambda body: body["settings"].pop("web")),
    "a number out of its type": body_changed(lambda body: body["settings"]["web"].update(port="80")),
    "another folder of the state": body_changed(lambda body: body.update(store="/elsewhere")),
    "everybody may read it": lambda place: place.copy.chmod(0o644),
    "its group may write it": lambda place: place.copy.chmod(0o620),
    "a link": linked,
    "a folder": lambda place: (place.copy.unlink(), place.copy.mkdir()),
    "a pipe": lambda place: (place.copy.unlink(), os.mkfifo(place.copy, 0o600)),
    "gone": lambda place: place.copy.unlink(),
    "enormous": lambda place: place.copy.write_bytes(place.copy.read_bytes() + b" " * 9_000_000),
}
SECRET_FILES: dict[str, Callable[[Place], object]] = {
    "a password file that was written": lambda place: (place.folder / "password").write_text("another\n"),
    "a password file that was replaced": password_replaced,
    "a password file that others may read now": lambda place: (place.folder / "password").chmod(0o666),
    "a password file that is gone": lambda place: (place.folder / "password").unlink(),
    "a file in the secrets folder that was written": lambda place: (
        place.folder / "secrets" / "email__password"
    ).write_text("another"),
    "another file in the secrets folder": lambda place: (place.folder / "secrets" / "ftp__port").write_text("22"),
    "a file of the secrets folder that is gone": lambda place: (place.folder / "secrets" / "email__password").unlink(),
    "a reference to nowhere": body_changed(lambda body: body["settings"]["mqtt"].update(password=[])),
    "a reference to another place": body_changed(
        lambda body: body["settings"]["mqtt"].update(password=["settings", 10**6, 5])
    ),
    "a reference to no place at all": body_changed(lambda body: body["settings"]["mqtt"].update(password={"a": 1})),
    "a broker of the Supervisor": body_changed(lambda body: body.update(service=True)),
}


@pytest.mark.parametrize("what", ODD)
def test_a_copy_that_is_odd_is_not_used(place: Place, what: str) -> None:
    place.check()
    assert place.found() is not None
    ODD[what](place)
    assert place.found() is None
    assert place.found_for_safe() is None


@pytest.mark.parametrize("what", SECRET_FILES)
def test_a_copy_whose_secrets_lie_otherwise_is_for_the_stop_hook_alone(place: Place, what: str) -> None:
    """A siren is turned off without any secret."""
    place.check()
    SECRET_FILES[what](place)
    assert place.found() is None
    settings = place.found_for_safe()
    assert settings is not None
    assert [output.id for output in settings.outputs] == ["siren"]
    assert settings.mqtt.password is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_copy_of_another_user_is_not_used(place: Place) -> None:
    place.check()
    os.chown(place.copy, 65_534, 65_534)
    assert place.found() is None


def test_a_start_asks_for_the_supervisors_broker_whenever_nobody_else_names_one(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERVISOR_TOKEN", "t0ken")
    place.environ["SUPERVISOR_TOKEN"] = "t0ken"
    place.check()
    assert place.found() is None
    assert place.found_for_safe() is not None
    place.file.write_text(place.file.read_text().replace("mqtt: {", "mqtt: {host: broker.local, "))
    place.check()
    assert place.found() is not None


def test_other_options_of_the_add_on_have_another_sign(place: Place) -> None:
    place.environ["SUPERVISOR_TOKEN"] = "t0ken"
    signs = set()
    for options in ("{}", '{"device": {"name": "Gate"}}'):
        place.options.write_text(options)
        signs.add(place.around().sign(b"salt"))
    assert len(signs) == 2


def test_a_changed_program_is_another_version(tmp_path: Path) -> None:
    (tmp_path / "settings" / "checks").mkdir(parents=True)
    code = tmp_path / "settings" / "checks" / "code.py"
    code.write_text("one")
    before = program.__wrapped__(tmp_path)
    assert program.__wrapped__(tmp_path) == before
    code.write_text("three")
    assert program.__wrapped__(tmp_path) != before


WRITTEN = {
    "a block": "store:\n  folder: {}\n",
    "with comments": "store:   # the state\n\n  # here\n  folder: {}  # there\n",
    "one line": "store: {{folder: {}}}\n",
    "in quotes": "\"store\": {{'folder': '{}'}}\n",
    "spread": "store: {{\n  folder: {}\n  }}\n",
}


@pytest.mark.parametrize("how", WRITTEN)
def test_the_folder_of_the_state_is_found_however_it_is_written(place: Place, how: str) -> None:
    text = re.sub(r"store:\n.*\n.*\n", WRITTEN[how].format(place.store), place.file.read_text())
    place.file.write_text(text)
    assert place.check().settings.store.folder == place.store
    assert place.found() is not None


def test_the_folder_of_the_state_may_come_from_a_variable(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.file.write_text(place.file.read_text().replace(str(place.store), "/nowhere"))
    monkeypatch.setenv("ALARM2MQTT_STORE__FOLDER", str(place.store))
    place.environ["ALARM2MQTT_STORE__FOLDER"] = str(place.store)
    place.check()
    assert place.found() is not None


def test_a_secret_that_yaml_writes_in_another_way_has_no_copy_but_for_the_stop_hook(place: Place) -> None:
    place.file.write_text(place.file.read_text().replace(f"'{SECRETS['plain']}'", r'"a \"quoted\" one"'))
    checked = place.check()
    assert checked.settings.web.password is not None
    assert checked.settings.web.password.reveal() == 'a "quoted" one'
    assert place.found() is None
    assert place.found_for_safe() is not None
