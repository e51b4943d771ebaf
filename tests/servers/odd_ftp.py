"""An FTP server with habits: a minimal one, whose every answer a test can replace byte for byte."""

from __future__ import annotations

import contextlib
import socket
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from servers.answers import Answer, say
from servers.threads import ThreadedServer


@dataclass(frozen=True, kw_only=True)
class FtpHabits:
    """What the server does otherwise; a command that is not named is done as by any server."""

    greeting: Answer = b"220 ready\r\n"
    answers: Mapping[str, Any] = field(default_factory=dict)
    """Command, or command with its argument → what is answered instead of doing it."""
    once: Mapping[str, Any] = field(default_factory=dict)
    """The same, for the first time alone."""
    silent_at: frozenset[str] = frozenset()
    epsv: Callable[[int], bytes] = lambda port: b"229 Extended (|||%d|)\r\n" % port
    pasv: Callable[[int], bytes] = lambda port: b"227 Passive (127,0,0,1,%d,%d)\r\n" % divmod(port, 256)
    dead_after: frozenset[str] = frozenset()
    """EPSV or PASV whose port is never opened."""
    opening: Answer = b"150 go on\r\n"
    """Answer to STOR before the data."""
    ending: Answer = b"226 done\r\n"
    """Answer when the data has ended."""
    resets_data: bool = False
    """The data channel is reset behind the last byte instead of being closed."""
    ready_to_rename: bytes = b"350 to what\r\n"
    refuses: Callable[[str, dict[str, bytes]], bytes | None] = lambda _name, _files: None
    """Refusal of a name, with what is stored already; None accepts it."""


class OddFtpServer(ThreadedServer):
    """`files` is what is stored, under its whole path; `commands` what was asked; `connections` their number."""

    def __init__(self, habits: FtpHabits) -> None:
        super().__init__()
        self.habits = habits
        self.files: dict[str, bytes] = {}
        self.folders = {""}
        self.commands: list[str] = []
        self.connections = 0
        self._once = dict(habits.once)

    def serve(self, connection: socket.socket) -> None:
        self.connections += 1
        _Talk(self, connection).run()

    def answer(self, line: str) -> Any:
        """What is answered instead of doing it, or `...`."""
        word = line.partition(" ")[0]
        for table in (self._once, self.habits.answers):
            for key in (line, word):
                if key in table:
                    found = table[key]
                    if table is self._once:
                        del self._once[key]
                    return found
        return ...


class _Talk:
    def __init__(self, server: OddFtpServer, connection: socket.socket) -> None:
        self.server, self.habits, self.connection = server, server.habits, connection
        self.folder = ""
        self.renamed = ""
        self.data: socket.socket | None = None

    def run(self) -> None:
        if not say(self.connection, self.habits.greeting):
            return
        for raw in self.connection.makefile("rb"):
            line = raw.decode("utf-8", "replace").rstrip("\r\n")
            self.server.commands.append(line)
            word, _, argument = line.partition(" ")
            if word in self.habits.silent_at:
                self.server.ends.wait()
                return
            instead = self.server.answer(line)
            if instead is ...:
                instead = getattr(self, f"do_{word.lower()}", self.unknown)(argument)
            if not say(self.connection, instead) or word == "QUIT":
                return

    def path(self, name: str) -> str:
        return name.strip("/") if name.startswith("/") else "/".join(filter(None, (self.folder, name)))

    def unknown(self, _argument: str) -> bytes:
        return b"502 not known\r\n"

    def do_user(self, _argument: str) -> bytes:
        return b"331 password\r\n"

    def do_pass(self, argument: str) -> bytes:
        return b"230 in\r\n" if argument == "pw" else b"530 wrong\r\n"

    def do_type(self, _argument: str) -> bytes:
        return b"200 ok\r\n"

    def do_quit(self, _argument: str) -> bytes:
        return b"221 bye\r\n"

    def do_cwd(self, argument: str) -> bytes:
        if self.path(argument) not in self.server.folders:
            return b"550 no such folder\r\n"
        self.folder = self.path(argument)
        return b"250 ok\r\n"

    def do_mkd(self, argument: str) -> bytes:
        path = self.path(argument)
        if path in self.server.folders:
            return b"550 exists\r\n"
        if path.rpartition("/")[0] not in self.server.folders:
            return b"550 no such folder\r\n"
        self.server.folders.add(path)
        return b"257 made\r\n"

    def do_epsv(self, _argument: str) -> bytes:
        return self.habits.epsv(self.listen("EPSV"))

    def do_pasv(self, _argument: str) -> bytes:
        return self.habits.pasv(self.listen("PASV"))

    def listen(self, way: str) -> int:
        if self.data is not None:
            self.data.close()
        self.data = socket.create_server(("127.0.0.1", 0))
        self.data.settimeout(3)
        port = int(self.data.getsockname()[1])
        if way in self.habits.dead_after:
            self.data.close()
        return port

    def do_stor(self, argument: str) -> Answer:
        path, habits = self.path(argument), self.habits
        if refusal := habits.refuses(path, self.server.files):
            return refusal
        assert self.data is not None
        try:
            channel, _ = self.data.accept()
        except OSError:
            return b"425 no data connection\r\n"
        finally:
            self.data.close()
        say(self.connection, habits.opening)
        with channel, contextlib.closing(channel.makefile("rb")) as content:
            self.server.files[path] = content.read()
            if habits.resets_data:
                channel.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return habits.ending

    def do_size(self, argument: str) -> bytes:
        found = self.server.files.get(self.path(argument))
        return b"550 no such file\r\n" if found is None else b"213 %d\r\n" % len(found)

    def do_rnfr(self, argument: str) -> bytes:
        self.renamed = self.path(argument)
        return self.habits.ready_to_rename if self.renamed in self.server.files else b"550 no such file\r\n"

    def do_rnto(self, argument: str) -> bytes:
        self.server.files[self.path(argument)] = self.server.files.pop(self.renamed)
        return b"250 renamed\r\n"

    def do_dele(self, argument: str) -> bytes:
        return b"550 no such file\r\n" if self.server.files.pop(self.path(argument), None) is None else b"250 gone\r\n"
