"""FTP servers for tests: one that misbehaves on command (pyftpdlib), and vsftpd as a strict real one."""

import logging
import pwd
import shutil
import socket
import struct
import threading
import warnings
from dataclasses import dataclass, field

import pytest
from servers.process import ServerProcess, free_port, let_daemons_in, program

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    pytest.importorskip("pyftpdlib", reason="FTP tests need pyftpdlib and pyopenssl")
    from OpenSSL import SSL
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler, ThrottledDTPHandler, TLS_DTPHandler, TLS_FTPHandler
    from pyftpdlib.ioloop import AsyncChat, IOLoop
    from pyftpdlib.servers import FTPServer

# With a handler of its own it does not set up the root logger.
logging.getLogger("pyftpdlib").addHandler(logging.NullHandler())
logging.getLogger("pyftpdlib").propagate = False


@dataclass
class FtpFaults:
    """What goes wrong; sizes are bytes."""

    silent_at: str | None = None
    """"banner", or a command that is swallowed."""
    answers: dict = field(default_factory=dict)
    """Command → the server's answer instead of doing it."""
    refuse_once: dict = field(default_factory=dict)
    """The same, but only the first time."""
    disk_full_at: int | None = None
    cut_at: int | None = None
    """Both connections are reset after so many bytes of an upload, once."""
    bytes_per_s: int = 0
    loses_the_end: bool = False
    """The last piece is said to be taken, and is not."""


class _Sink:
    """The file that is uploaded, failing on command."""

    def __init__(self, file, data, server):
        self._file, self._data, self._server, self._size = file, data, server, 0

    def __getattr__(self, name):
        return getattr(self._file, name)

    def write(self, piece):
        faults = self._server.faults
        self._server.look()
        self._size += len(piece)
        limits = [limit for limit in (faults.cut_at, faults.disk_full_at) if limit is not None]
        if not limits or self._size < limits[0]:
            self._file.write(piece[:-1] if faults.loses_the_end else piece)
            return
        self._file.write(piece[: max(0, limits[0] - (self._size - len(piece)))])
        if faults.cut_at is not None:
            faults.cut_at = None
            _reset(self._data.socket)
            _reset(self._data.cmd_channel.socket)
            self._data.close()
            self._data.cmd_channel.close()
        else:
            self._data._resp = ("552 Requested file action aborted: disk full.", logging.getLogger("x").debug)  # noqa: SLF001 - no other way
            self._data.close()


def _reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


class MisbehavingFtpServer:
    """In this process, in a thread of its own; everything lands below `root`.

    `seen` holds every file name that existed while an upload ran, `commands` what was asked.
    """

    def __init__(
        self,
        root,
        *,
        certificates=None,
        implicit_tls=False,
        tls_version=None,
        permissions="elradfmwMT",
        password="pw",  # noqa: S107 - made up
    ):
        self.password = password
        self.root, self.certificates, self.implicit_tls = root, certificates, implicit_tls
        self.tls_version, self.permissions = tls_version, permissions
        self.faults, self.commands, self.seen = FtpFaults(), [], set()
        root.mkdir(parents=True, exist_ok=True)

    def __enter__(self):
        loop = IOLoop()
        self._server = FTPServer(("127.0.0.1", 0), self._handler(), ioloop=loop)
        self.port = self._server.socket.getsockname()[1]
        self._ends = threading.Event()

        def serve():
            while not self._ends.is_set():
                loop.loop(timeout=0.02, blocking=False)
            self._server.close_all()

        self._thread = threading.Thread(target=serve, name="FTP server", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._ends.set()
        self._thread.join(5)
        assert not self._thread.is_alive()

    def look(self):
        self.seen.update(path.name for path in self.root.rglob("*") if path.is_file())

    def files(self):
        """Path below the root → size."""
        return {
            str(path.relative_to(self.root)): path.stat().st_size for path in self.root.rglob("*") if path.is_file()
        }

    def _handler(self):
        server = self
        data_kinds = (ThrottledDTPHandler,) if self.certificates is None else (ThrottledDTPHandler, TLS_DTPHandler)
        control_kind = FTPHandler if self.certificates is None else TLS_FTPHandler

        class Data(*data_kinds):
            def __init__(self, *arguments, **options):
                self.write_limit, self.read_limit = 0, server.faults.bytes_per_s
                super().__init__(*arguments, **options)

            def enable_receiving(self, kind, command):
                # The file is wrapped, for pyftpdlib has another name for handle_read inside.
                self.file_obj = _Sink(self.file_obj, self, server)
                super().enable_receiving(kind, command)

        class Control(control_kind):
            dtp_handler = Data
            banner = "ready"
            use_sendfile = False

            def handle(self):
                if server.implicit_tls:
                    self.secure_connection(self.ssl_context)
                if server.faults.silent_at != "banner":
                    super().handle()

            def pre_process_command(self, line, command, argument):
                server.commands.append((command, argument))
                answer = server.faults.refuse_once.pop(command, None) or server.faults.answers.get(command)
                if answer is not None:
                    AsyncChat.push(self, answer.encode("latin-1") + b"\r\n")
                elif command != server.faults.silent_at:
                    super().pre_process_command(line, command, argument)

        Control.authorizer = DummyAuthorizer()
        Control.authorizer.add_user("cam", self.password, str(self.root), perm=self.permissions)
        if self.certificates is not None:
            self._secure(Control)
        return Control

    def _secure(self, control):
        both = self.root.parent / f"{self.root.name}-server.pem"
        both.write_bytes(self.certificates.certificate.read_bytes() + self.certificates.key.read_bytes())
        control.certfile = str(both)
        control.tls_control_required = not self.implicit_tls
        control.tls_data_required = True
        if self.tls_version is not None:
            context = control.get_ssl_context()
            context.set_min_proto_version(getattr(SSL, f"{self.tls_version}_VERSION"))
            context.set_max_proto_version(getattr(SSL, f"{self.tls_version}_VERSION"))


_VSFTPD = """
listen=YES
listen_ipv6=NO
listen_address=127.0.0.1
listen_port={port}
background=NO
anonymous_enable=YES
local_enable=NO
anon_root={folder}/root
ftp_username=ftp
no_anon_password=NO
secure_email_list_enable=YES
email_password_file={folder}/passwords
write_enable=YES
anon_upload_enable=YES
anon_mkdir_write_enable=YES
anon_other_write_enable=YES
anon_world_readable_only=NO
anon_umask=022
pasv_enable=YES
secure_chroot_dir={folder}/empty
xferlog_enable=YES
vsftpd_log_file={folder}/vsftpd.log
log_ftp_protocol=YES
seccomp_sandbox=NO
{tls}
"""
_VSFTPD_TLS = """
ssl_enable=YES
implicit_ssl={implicit}
rsa_cert_file={certificates.certificate}
rsa_private_key_file={certificates.key}
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
require_ssl_reuse={reuse}
ssl_tlsv1=YES
ssl_ciphers=HIGH
strict_ssl_read_eof=YES
"""
_OPENSSL = """
openssl_conf = all
[all]
ssl_conf = ssl
[ssl]
system_default = versions
[versions]
MinProtocol = TLSv1.2
MaxProtocol = {version}
"""


class Vsftpd(ServerProcess):
    """Debian's vsftpd without PAM or system accounts: user `ftp`, password `pw`, only /up can be written.

    `anonymous` with a list of passwords is its one login that checks a password by itself.
    """

    def __init__(self, folder, *, certificates=None, reuse=True, implicit_tls=False, tls_version=None, denied=()):
        vsftpd = program("vsftpd")
        pwd.getpwnam("ftp")
        self.root, port = folder / "root", free_port()
        (self.root / "up").mkdir(parents=True)
        (folder / "empty").mkdir()
        shutil.chown(self.root / "up", "ftp")
        let_daemons_in(folder)
        (folder / "passwords").write_text("pw\n")
        (folder / "openssl.cnf").write_text(_OPENSSL.format(version=tls_version or "TLSv1.3"))
        yes = {True: "YES", False: "NO"}
        tls = ""
        if certificates is not None:
            tls = _VSFTPD_TLS.format(certificates=certificates, implicit=yes[implicit_tls], reuse=yes[reuse])
        settings = folder / "vsftpd.conf"
        rights = f"cmds_denied={','.join(denied)}\n" if denied else ""
        settings.write_text(_VSFTPD.format(folder=folder, port=port, tls=tls) + rights)
        super().__init__(
            [vsftpd, settings], port=port, folder=folder, environment={"OPENSSL_CONF": str(folder / "openssl.cnf")}
        )

    def files(self):
        """Path below the root → size."""
        return {
            str(path.relative_to(self.root)): path.stat().st_size for path in self.root.rglob("*") if path.is_file()
        }
