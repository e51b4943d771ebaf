"""Mail servers for tests: one that misbehaves on command (aiosmtpd), and Exim as a strict real one."""

import asyncio
import email.policy
import logging
import shutil
import ssl
import threading
from dataclasses import dataclass, field
from email import message_from_bytes

import pytest
from servers.process import ServerProcess, free_port, let_daemons_in, program

aiosmtpd = pytest.importorskip("aiosmtpd.smtp", reason="mail tests need aiosmtpd")

# It prints a traceback for each handshake that is refused, which is what tests ask for.
logging.getLogger("mail.log").setLevel(logging.CRITICAL)


@dataclass
class MailFaults:
    """What goes wrong; times are seconds, sizes bytes."""

    greeting: str | None = None
    silent_at: str | None = None
    """"banner", a command, "handshake" after STARTTLS, or "verdict" after a message."""
    deaf_at_data: bool = False
    answers: dict = field(default_factory=dict)
    """Command (or recipient) → the server's answer instead of doing it."""
    verdict: str | None = None
    cut_after: int | None = None
    """Reset the connection when so many bytes came in."""
    cut_instead_of_verdict: int = 0
    cut_at: str | None = None
    """A command that is answered by cutting the connection."""
    early_verdict: str | None = None
    """Said when a part of the message is there; the rest is thrown away."""


@dataclass
class TakenMail:
    sender: str
    recipients: list
    raw: bytes
    tls: str | None
    user: str | None

    @property
    def message(self):
        return message_from_bytes(self.raw, policy=email.policy.default)


class _Handler:
    def __init__(self, server):
        self.server = server

    async def handle_RCPT(self, _server, _session, envelope, address, _options):  # noqa: N802 - aiosmtpd's names
        answer = self.server.faults.answers.get(address)
        if answer is None:
            envelope.rcpt_tos.append(address)
        return answer or "250 2.1.5 OK"

    async def handle_DATA(self, protocol, session, envelope):  # noqa: N802 - aiosmtpd's names
        faults = self.server.faults
        if faults.silent_at == "verdict":
            await asyncio.Event().wait()
        if faults.verdict:
            return faults.verdict
        user = session.auth_data.decode() if session.auth_data else None
        tls = protocol.transport.get_extra_info("ssl_object")
        self.server.inbox.append(
            TakenMail(
                envelope.mail_from, list(envelope.rcpt_tos), envelope.original_content, tls and tls.version(), user
            )
        )
        if faults.cut_instead_of_verdict:
            faults.cut_instead_of_verdict -= 1
            protocol.transport.abort()
            await asyncio.Event().wait()
        return "250 2.0.0 taken"


class _Protocol(aiosmtpd.SMTP):
    def __init__(self, server, **options):
        self.owner = server
        self.received = 0
        self.refused = False
        super().__init__(_Handler(server), **options)

    async def _handle_client(self):
        faults = self.owner.faults
        self.owner.connections += 1
        if faults.silent_at == "banner":
            await asyncio.Event().wait()
        if faults.greeting:
            await self.push(faults.greeting)
            self.transport.close()
            return
        await super()._handle_client()

    def data_received(self, data):
        self.received += len(data)
        limit = self.owner.faults.cut_after
        if limit is not None and self.received > limit:
            self.transport.abort()
            return
        early = self.owner.faults.early_verdict
        if early and not self.refused and self.received > 100_000:
            self.refused = True
            self.transport.write(early.encode() + b"\r\n")
        if not self.refused:
            super().data_received(data)

    async def push(self, status):
        faults = self.owner.faults
        if str(status).startswith("354") and faults.deaf_at_data:
            self.transport.pause_reading()
        await super().push(status)
        if str(status).startswith("220") and "TLS" in str(status) and faults.silent_at == "handshake":
            await asyncio.Event().wait()


def _with_faults(command):
    original = getattr(aiosmtpd.SMTP, f"smtp_{command}")

    async def answer(self, argument):
        faults = self.owner.faults
        self.owner.commands.append((command, argument))
        if faults.cut_at == command:
            self.transport.abort()
            await asyncio.Event().wait()
        if faults.silent_at == command:
            await asyncio.Event().wait()
        if command in faults.answers:
            await self.push(faults.answers[command])
        else:
            await original(self, argument)

    return answer


for _command in ("EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "QUIT"):
    setattr(_Protocol, f"smtp_{_command}", _with_faults(_command))


class MisbehavingMailServer:
    """In this process, on an event loop of its own."""

    def __init__(self, *, certificates=None, implicit_tls=False, users=None, tls_version=None, size_limit=33_554_432):
        self.certificates = certificates
        self.implicit_tls = implicit_tls
        self.users = users
        self.tls_version = tls_version
        self.size_limit = size_limit
        self.port = 0
        self.connections = 0
        self.faults, self.inbox, self.commands = MailFaults(), [], []

    def __enter__(self):
        ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve(ready)), name="mail server", daemon=True)
        self._thread.start()
        assert ready.wait(5)
        return self

    def __exit__(self, *_):
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)
        assert not self._thread.is_alive()

    async def _serve(self, ready):
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        # What a broken handshake leaves behind is the test's doing.
        self._loop.set_exception_handler(lambda _loop, _context: None)
        context = self._context()
        # Not aiosmtpd's own Controller: that one takes no port 0.
        server = await self._loop.create_server(
            lambda: self._protocol(context), "127.0.0.1", 0, ssl=context if self.implicit_tls else None
        )
        self.port = server.sockets[0].getsockname()[1]
        ready.set()
        await self._stop.wait()
        server.close()

    def _context(self):
        if self.certificates is None:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificates.certificate, self.certificates.key)
        if self.tls_version is not None:
            context.minimum_version = context.maximum_version = self.tls_version
        return context

    def _protocol(self, context):
        options = {}
        if context is not None and not self.implicit_tls:
            options["tls_context"] = context
        if self.users is not None:
            options |= {"authenticator": self._authenticate, "auth_required": True}
            options["auth_require_tls"] = context is not None and not self.implicit_tls
        else:
            options["auth_exclude_mechanism"] = ["LOGIN", "PLAIN"]
        return _Protocol(
            self,
            hostname="mx.test",
            data_size_limit=self.size_limit,
            enable_SMTPUTF8=True,
            timeout=60,
            loop=self._loop,
            **options,
        )

    def _authenticate(self, _server, _session, _envelope, _mechanism, data):
        right = self.users.get(data.login.decode()) == data.password.decode()
        return aiosmtpd.AuthResult(success=right, handled=False, auth_data=data.login if right else None)


_EXIM = """
primary_hostname = mx.test
local_interfaces = 127.0.0.1
daemon_smtp_ports = {port} : {tls_port}
exim_user = mail
exim_group = mail
deliver_drop_privilege = true
spool_directory = {folder}/spool
log_file_path = {folder}/spool/%slog
pid_file_path = {folder}/exim.pid
keep_environment =
host_lookup =
rfc1413_hosts =
message_size_limit = {size}
acl_smtp_mail = c_mail
acl_smtp_rcpt = c_rcpt
tls_advertise_hosts = *
tls_certificate = {folder}/server.pem
tls_privatekey = {folder}/server.key
tls_on_connect_ports = {tls_port}

begin acl
c_mail:
  deny !authenticated = *
       message = 5.7.0 Authentication required
  accept
c_rcpt:
  deny  local_parts = full
        message = 5.2.2 Mailbox full
  defer local_parts = later
        message = 4.7.1 Greylisted, try again later
  accept

begin routers
everything:
  driver = accept
  transport = box

begin transports
box:
  driver = appendfile
  directory = {folder}/mail
  maildir_format
  create_directory
  user = mail
  group = mail

begin authenticators
plain:
  driver = plaintext
  public_name = PLAIN
  server_prompts = :
  server_condition = ${{if eq{{$auth3}}{{${{lookup{{$auth2}}lsearch{{{folder}/passwd}}{{$value}}{{*}}}}}}}}
  server_set_id = $auth2
  server_advertise_condition = ${{if def:tls_in_cipher}}
"""


class Exim(ServerProcess):
    """Debian's exim4-daemon-light with a configuration of its own; everything lands in one Maildir.

    Login only under TLS, mail only after login. Recipients full@… get 550, later@… 451.
    """

    def __init__(self, folder, certificates, *, users, size="35M"):
        exim = program("exim4")
        for part in ("mail", "spool"):
            (folder / part).mkdir(parents=True)
            shutil.chown(folder / part, "mail", "mail")
        let_daemons_in(folder)
        for source, name in ((certificates.certificate, "server.pem"), (certificates.key, "server.key")):
            shutil.copy(source, folder / name)
            shutil.chown(folder / name, "mail")
        (folder / "passwd").write_text("".join(f"{user}: {password}\n" for user, password in users.items()))
        self.folder, self.tls_port, port = folder, free_port(), free_port()
        settings = folder / "exim.conf"
        settings.write_text(_EXIM.format(folder=folder, port=port, tls_port=self.tls_port, size=size))
        super().__init__([exim, "-C", settings, "-bdf"], port=port, folder=folder)

    def mails(self):
        """Every mail delivered so far."""
        return [
            message_from_bytes(file.read_bytes(), policy=email.policy.default)
            for file in sorted((self.folder / "mail" / "new").glob("*"))
        ]
