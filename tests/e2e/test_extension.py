"""A new channel and a new kind of line, as CONTRIBUTING.md describes them: at most five product files each.

Both are made up, in a copy of the product's tree. A pager takes one line of text on a TCP port; a line
in a file is high or low as the file says.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from programs.bridge import Bridge
from servers.process import free_port, wait_until

ROOT = Path(__file__).parents[2]
MOST_FILES = 5

PAGER: Mapping[str, str | tuple[tuple[str, str], ...]] = {
    "bridge/core/definitions/services.py": (
        (
            "@dataclass(frozen=True, slots=True, kw_only=True)\nclass FtpSettings:",
            (
                '@dataclass(frozen=True, slots=True, kw_only=True)\nclass PagerSettings:\n    """The pager."""\n\n'
                '    host: Text\n    """Name or address of the pager."""\n'
                '    port: Port = 7\n    """The pager\'s port."""\n\n\n'
                "@dataclass(frozen=True, slots=True, kw_only=True)\nclass FtpSettings:"
            ),
        ),
    ),
    "bridge/core/definitions/settings.py": (
        ("    FtpSettings,\n", "    FtpSettings,\n    PagerSettings,\n"),
        (
            "    ftp: FtpSettings | None = None\n",
            (
                '    pager: PagerSettings | None = None\n    """The pager; off when absent."""\n'
                "    ftp: FtpSettings | None = None\n"
            ),
        ),
    ),
    "bridge/core/definitions/inputs.py": (
        (
            "    ftp: bool = False\n",
            '    pager: bool = False\n    """Whether the pager is called."""\n    ftp: bool = False\n',
        ),
    ),
    "bridge/core/definitions/channels.py": (
        (
            ")\nKEYS = ",
            (
                "    Channel(\n"
                '        key="pager",\n'
                "        words=ChannelWords(\n"
                '            label="Pager call", noun="page", service="Pager", switch="Pager",\n'
                '            does="calls the pager", one="call", many="calls", test="call the pager",\n'
                "        ),\n"
                "    ),\n"
                ")\nKEYS = "
            ),
        ),
    ),
    "bridge/linkage/delivery/pager_sender.py": '''"""Sends an alarm to the pager."""

import asyncio

from bridge.errors import ActionFailed
from bridge.linkage.delivery.job_bodies import mail_job
from bridge.linkage.delivery.sender import ChannelSender, Delivery, JobSummary


class PagerSender(ChannelSender):
    """Sender of pages."""

    kind, done = "pager", "called"

    async def attempt(self, job, delivered):
        pager, message = self._configured(self._settings().pager), mail_job(job.body)
        try:
            _, writer = await asyncio.open_connection(pager.host, pager.port)
        except OSError as error:
            raise ActionFailed(str(error)) from error
        writer.write(f"{message.cause} {message.input}\\n".encode())
        await writer.drain()
        writer.close()
        delivered(Delivery())

    def summary(self, job):
        message = mail_job(job.body)
        return JobSummary(input=message.input, by=message.by)
''',
}

FILE_LINE: Mapping[str, str | tuple[tuple[str, str], ...]] = {
    "bridge/core/definitions/lines.py": (
        (
            "_Source = (\n    GpioLine\n",
            (
                "@dataclass(frozen=True, slots=True, kw_only=True)\nclass FileLine(Local):\n"
                '    """A line in a file."""\n\n'
                '    kind: Literal["file"] = "file"\n    """Kind of the line."""\n'
                '    path: Text\n    """The file that holds the level: high or low."""\n\n\n'
                "_Source = (\n    GpioLine\n    | FileLine\n"
            ),
        ),
        ("_Sink = GpioLine | ", "_Sink = GpioLine | FileLine | "),
    ),
    "bridge/lines/drivers.py": (
        (
            "DRIVERS: Mapping[str, Driver] = {\n",
            (
                "def _open_files(settings, surroundings):\n"
                "    from bridge.lines.file.driver import FileLines\n\n"
                "    return FileLines()\n\n\n"
                "def _make_files_safe(settings, outputs, reach):\n"
                "    from bridge.lines.file.driver import make_safe\n\n"
                "    return make_safe(outputs)\n\n\n"
                "DRIVERS: Mapping[str, Driver] = {\n"
                '    "file": Driver(open=_open_files, make_safe=_make_files_safe),\n'
            ),
        ),
    ),
    "bridge/lines/file/__init__.py": '"""Lines in files."""\n',
    "bridge/lines/file/driver.py": '''"""Line driver whose lines are files that hold `high` or `low`."""

import asyncio
import time
from pathlib import Path

from bridge.core.contact import Level, level_of
from bridge.core.facts import LineChanged, LineFound
from bridge.lines.fact_buffer import FactBuffer
from bridge.lines.made_safe import idle_contact, made_safe


class FileLines:
    """The `LineDriver` port on files."""

    def __init__(self):
        self._facts = FactBuffer()
        self._paths, self._levels, self._timer = {}, {}, None

    def request_input(self, settings):
        self._paths[settings.id] = Path(settings.line.path)
        self._levels[settings.id] = None
        self._facts.put(LineFound(terminal=settings.id))
        self._look(settings.id)

    def request_output(self, settings, level):
        self._paths[settings.id] = Path(settings.line.path)
        self.drive(settings.id, level)
        self._facts.put(LineFound(terminal=settings.id))

    def drive(self, terminal, level, *, until=None):
        self._paths[terminal].write_text(level)

    def release(self, terminal):
        self._paths.pop(terminal, None)
        self._levels.pop(terminal, None)

    def start(self, report):
        self._facts.open(report)
        self._again()

    def close(self):
        if self._timer is not None:
            self._timer.cancel()

    def _again(self):
        for terminal in self._levels:
            self._look(terminal)
        self._timer = asyncio.get_running_loop().call_later(0.02, self._again)

    def _look(self, terminal):
        level = Level(self._paths[terminal].read_text().strip())
        if level is not self._levels[terminal]:
            self._levels[terminal] = level
            self._facts.put(LineChanged(terminal=terminal, level=level, at=time.monotonic()))


def make_safe(outputs):
    for output in outputs:
        Path(output.line.path).write_text(level_of(idle_contact(output), output.connected_level))
    return [made_safe(output) for output in outputs]
''',
}


class Tree:
    """A copy of the product, with an extension."""

    def __init__(self, folder: Path, *extensions: Mapping[str, str | tuple[tuple[str, str], ...]]) -> None:
        self.folder = folder / "tree"
        for package in ("bridge", "ha_discovery"):
            shutil.copytree(ROOT / package, self.folder / package, ignore=shutil.ignore_patterns("__pycache__"))
        for extension in extensions:
            for name, change in extension.items():
                self._apply(self.folder / name, change)

    def _apply(self, file: Path, change: str | tuple[tuple[str, str], ...]) -> None:
        if isinstance(change, str):
            assert not file.exists(), file
            file.parent.mkdir(exist_ok=True)
            file.write_text(change)
            return
        text = file.read_text()
        for old, new in change:
            assert text.count(old) == 1, (file, old)
            text = text.replace(old, new)
        file.write_text(text)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=60, check=False
        )

    def changed(self) -> list[str]:
        """The files that differ from the product's, or are new."""
        files = [file.relative_to(self.folder) for file in self.folder.rglob("*.py")]
        return [
            str(file)
            for file in files
            if not (ROOT / file).exists() or (ROOT / file).read_bytes() != (self.folder / file).read_bytes()
        ]


class Extended(Bridge):
    """The daemon of a tree; it is up when its socket is."""

    def __init__(self, tree: Tree, folder: Path, **parts: Any) -> None:
        super().__init__(folder, free_port(), **parts)
        self.before = ("env", "-C", str(tree.folder))


class Pager:
    """A TCP port that takes lines of text."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.heard: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:
                return
            with client, client.makefile() as lines:
                self.heard += [line.strip() for line in lines]

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def pager() -> Iterator[Pager]:
    with closing(Pager()) as made:
        yield made


def entries(tree: Tree, bridge: Bridge, kind: str) -> list[dict[str, Any]]:
    """The journal's entries of a kind."""
    told = tree.run("-m", "bridge", "log", "--json", str(bridge.file))
    return [entry for entry in map(json.loads, told.stdout.splitlines()) if entry["kind"] == kind]


def test_a_channel_is_five_files_and_an_alarm_is_delivered_by_it(tmp_path: Path, pager: Pager) -> None:
    tree = Tree(tmp_path, PAGER)
    assert sorted(tree.changed()) == sorted(PAGER)
    assert len(PAGER) <= MOST_FILES
    door = {"id": "door", "debounce_ms": 0, "linkage": {"pager": True}}
    bridge = Extended(tree, tmp_path, inputs=[door], pager={"host": "127.0.0.1", "port": pager.port})
    checked = tree.run("-m", "bridge", "check", str(bridge.file))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    with bridge:
        bridge.board("connect door")
        wait_until(lambda: pager.heard == ["input door"], what=f"the page; log:\n{bridge.said()}")
        wait_until(lambda: entries(tree, bridge, "pager"), what="the entry of the page")
    assert [(entry["reason"], entry["input"]) for entry in entries(tree, bridge, "pager")] == [("called", "door")]
    sent = tree.run("-m", "bridge", "send-test", "pager", str(bridge.file))
    assert (sent.returncode, sent.stdout) == (0, "127.0.0.1 took it\n"), sent.stderr
    assert pager.heard[1:] == ["test None"]


def test_check_names_the_channels_section_when_an_input_uses_it_and_it_is_missing(tmp_path: Path) -> None:
    tree = Tree(tmp_path, PAGER)
    bridge = Extended(tree, tmp_path, inputs=[{"id": "door", "linkage": {"pager": True}}])
    checked = tree.run("-m", "bridge", "check", str(bridge.file))
    assert checked.returncode != 0
    assert "inputs[0].linkage.pager: needs the section pager, which is missing" in checked.stdout + checked.stderr


def test_a_channel_has_its_entities_its_action_its_status_and_its_words(tmp_path: Path) -> None:
    tree = Tree(tmp_path, PAGER)
    told = tree.run("-c", KNOWN)
    assert told.returncode == 0, told.stderr
    known = json.loads(told.stdout)
    assert {"pager_queue", "pager_error", "test_pager", "door_pager"} <= set(known["entities"])
    assert known["services"] == ["broker", "email", "ftp", "pager", "card", "store", "audio"]
    assert (known["word"], known["log"], known["action"]) == ("Pager call", "page", "pager")
    assert set(known["schema"]) == {"host", "port"}


KNOWN = """
import json
from datetime import UTC, datetime
from bridge.core.definitions.settings import Settings
from bridge.core.facts import Origin
from bridge.core.status import BridgeStatus, BrokerStatus
from bridge.mqtt.commands.action_payload import action_requested
from bridge.mqtt.discovery.description import describe, parts
from bridge.settings.checks.validator import validated
from bridge.settings.json_schema import schema
from bridge.text.journal_words import words_of
from bridge.web.services import services

settings = validated(Settings, {
    "device": {"id": "gate"}, "lines": {"driver": "simulated"}, "pager": {"host": "a.example.org"},
    "inputs": [{"id": "door"}],
})
status = BridgeStatus(
    version="1", started=datetime.now(UTC), broker=BrokerStatus(address="a", problem=None), rejected_commands=0,
    journal_unsent=0,
)
components = [key for part in parts(settings) for key in describe(part).components]
print(json.dumps({
    "entities": components,
    "services": list(services(status)),
    "word": words_of("pager").title,
    "log": words_of("pager").line,
    "action": action_requested("pager", {}, Origin(by="mqtt")).kind,
    "schema": list(schema()["$defs"]["PagerSettings"]["properties"]),
}))
"""


def test_a_kind_of_line_is_five_files_and_an_input_follows_it_beside_the_board(tmp_path: Path) -> None:
    tree = Tree(tmp_path, FILE_LINE)
    assert sorted(tree.changed()) == sorted(FILE_LINE)
    assert len(FILE_LINE) <= MOST_FILES
    door, siren = tmp_path / "door", tmp_path / "siren"
    door.write_text("high")
    line = {"kind": "file", "path": str(door)}
    bridge = Extended(
        tree,
        tmp_path,
        inputs=[{"id": "door", "line": line, "debounce_ms": 0, "linkage": {"outputs": ["siren", "lamp"]}}],
        outputs=[{"id": "siren", "line": {"kind": "file", "path": str(siren)}}, {"id": "lamp"}],
    )
    checked = tree.run("-m", "bridge", "check", str(bridge.file))
    assert checked.returncode == 0, checked.stdout + checked.stderr
    with bridge:
        wait_until(lambda: siren.read_text() == "low", what="the siren idle")
        wait_until(lambda: "lamp" in bridge.board("contacts")["outputs"], what="the board's lamp")
        wait_until(lambda: entries(tree, bridge, "start"), what="the start")
        door.write_text("low")
        wait_until(lambda: siren.read_text() == "high", what=f"the siren on; log:\n{bridge.said()}")
        wait_until(lambda: bridge.contact("lamp") == "connected", what="the lamp on")
        bridge.kill()
    assert siren.read_text() == "high"
    made = tree.run("-m", "bridge", "safe", str(bridge.file))
    assert made.returncode == 0, made.stdout + made.stderr
    assert siren.read_text() == "low"


def test_check_names_the_kinds_that_there_are(tmp_path: Path) -> None:
    tree = Tree(tmp_path, FILE_LINE)
    bridge = Extended(tree, tmp_path, inputs=[{"id": "door", "line": {"kind": "paper"}}])
    checked = tree.run("-m", "bridge", "check", str(bridge.file))
    assert checked.returncode != 0
    assert "inputs[0].line.kind" in checked.stdout + checked.stderr
    assert "gpio, file" in checked.stdout + checked.stderr
