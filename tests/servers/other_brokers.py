"""Real brokers beside Mosquitto, on loopback: NATS, RabbitMQ and ejabberd, from Debian's packages."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from pathlib import Path
from typing import ClassVar, Self

import pytest
from servers.process import free_port
from words.waiting import wait_until

ASKED = "ALARM2MQTT_BROKERS"
"""Variable that has the brokers started that take their time for it."""


class OtherBroker:
    """One broker on one port, the same after every restart; what it retains survives one."""

    name: ClassVar[str]
    program: ClassVar[str]
    quick: ClassVar[bool] = True
    """Whether it is started without being asked for: within five seconds."""
    version: ClassVar[int] = 5
    """Version of MQTT that it speaks, by its number on the wire: 4 is 3.1.1."""
    username: ClassVar[str | None] = None
    begun: ClassVar[str]
    """A part of what it logs once clients can connect."""

    def __init__(self, folder: Path) -> None:
        path = shutil.which(self.program) or shutil.which(self.program, path="/usr/sbin:/usr/lib/rabbitmq/bin")
        if path is None:
            pytest.skip(f"{self.name} is not installed: this test needs Debian's package of it")
        if not self.quick and not os.environ.get(ASKED):
            pytest.skip(f"{self.name} takes a while to start: set {ASKED}=1 for this test")
        folder.mkdir(parents=True, exist_ok=True)
        self.port = free_port()
        self.folder = folder
        self._path = path
        self._log = folder / "broker.log"
        self._processes: list[subprocess.Popen[bytes]] = []
        self.configure()

    def configure(self) -> None:
        """Writes the configuration into `folder`."""
        raise NotImplementedError

    def commands(self) -> list[list[str]]:
        """Command lines of its processes; the last one is the broker."""
        raise NotImplementedError

    @property
    def environment(self) -> dict[str, str]:
        """Variables of its own."""
        return {}

    def start(self) -> Self:
        """Starts it, and returns when it takes clients."""
        self._log.write_text("")
        with self._log.open("ab") as log:
            for command in self.commands():
                self._processes.append(
                    subprocess.Popen(
                        command,
                        stdin=subprocess.DEVNULL,
                        stdout=log,
                        stderr=log,
                        cwd=self.folder,
                        env=os.environ | {"HOME": str(self.folder)} | self.environment,
                        start_new_session=True,
                    )
                )
        wait_until(self._runs, within_s=90, what=f"{self.name} taking clients")
        return self

    def stop(self) -> None:
        """Ends it in good order."""
        self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Ends it as a power cut does."""
        self._end(signal.SIGKILL)

    def log(self) -> str:
        """Returns what it has said since it was started."""
        return self._log.read_text(errors="replace")

    def _runs(self) -> bool:
        assert self._processes[-1].poll() is None, f"ended at once: {self.log()[-2000:]}"
        return self.begun in self.log()

    def _end(self, number: int) -> None:
        for process in reversed(self._processes):
            if process.poll() is None:
                os.killpg(process.pid, number)
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(5)
        self._processes.clear()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()


class Nats(OtherBroker):
    """NATS with its MQTT listener, which speaks 3.1.1 alone."""

    name, program, version, begun = "nats-server", "nats-server", 4, "Server is ready"

    def configure(self) -> None:
        self._config = self.folder / "nats.conf"
        self._config.write_text(
            f'server_name: test\nlisten: "127.0.0.1:{free_port()}"\n'
            f'jetstream {{ store_dir: "{self.folder}/store" }}\nmqtt {{ listen: "127.0.0.1:{self.port}" }}\n'
        )

    def commands(self) -> list[list[str]]:
        return [[self._path, "-c", str(self._config)]]


class RabbitMq(OtherBroker):
    """RabbitMQ before 3.13: 3.1.1 alone, and no retained message for a subscription with a wildcard."""

    name, program, version, begun = "rabbitmq-server", "rabbitmq-server", 4, "Server startup complete"
    quick = False

    def configure(self) -> None:
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{free_port()}\nmqtt.listeners.tcp.1 = 127.0.0.1:{self.port}\n"
            "mqtt.allow_anonymous = true\n"
        )
        (self.folder / "plugins").write_text("[rabbitmq_mqtt].\n")
        self._epmd_port, self._nodes_port = str(free_port()), str(free_port())

    def commands(self) -> list[list[str]]:
        # Not the program in sbin, which becomes another user. The register of names has to be a child of ours too:
        # the one that a node starts stays behind.
        register = ["epmd", "-port", self._epmd_port, "-address", "127.0.0.1"]
        return [register, ["/usr/lib/rabbitmq/bin/rabbitmq-server"]]

    @property
    def environment(self) -> dict[str, str]:
        return {
            "RABBITMQ_MNESIA_BASE": f"{self.folder}/mnesia",
            "RABBITMQ_LOG_BASE": f"{self.folder}/log",
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_PID_FILE": f"{self.folder}/pid",
            "RABBITMQ_NODENAME": "test@localhost",
            "RABBITMQ_ENABLED_PLUGINS_FILE": f"{self.folder}/plugins",
            "RABBITMQ_CONFIG_FILE": f"{self.folder}/rabbitmq.conf",
            "RABBITMQ_DIST_PORT": self._nodes_port,
            "ERL_EPMD_PORT": self._epmd_port,
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }


class Ejabberd(OtherBroker):
    """ejabberd with `mod_mqtt`: MQTT 5, and a user name is an address."""

    name, program, username, begun = "ejabberd", "ejabberdctl", "gate@localhost", "Start accepting TCP connections"
    quick = False

    def configure(self) -> None:
        (self.folder / "ejabberd.yml").write_text(
            "hosts: [localhost]\nloglevel: info\nauth_method: anonymous\nanonymous_protocol: login_anon\n"
            "allow_multiple_connections: true\n"
            f'listen:\n  - {{port: {self.port}, ip: "127.0.0.1", module: mod_mqtt}}\nmodules:\n  mod_mqtt: {{}}\n'
        )

    def commands(self) -> list[list[str]]:
        # Not `ejabberdctl`, which becomes another user.
        return [["erl", "-noinput", "-mnesia", "dir", f'"{self.folder}/spool"', "-s", "ejabberd"]]

    @property
    def environment(self) -> dict[str, str]:
        libraries = next(Path("/usr/lib").glob("*-linux-gnu/ejabberd-*")).parent
        return {
            "EJABBERD_CONFIG_PATH": f"{self.folder}/ejabberd.yml",
            "EJABBERD_LOG_PATH": f"{self.folder}/ejabberd.log",
            "ERL_LIBS": str(libraries),
        }
