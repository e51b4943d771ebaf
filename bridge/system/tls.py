"""TLS as a client: one context and one wording of its failures, for broker, mail, upload and camera.

A certificate or an authority that one of them accepts, all of them accept, on every Python.
Certificate and host name are always checked.
"""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bridge.errors import TlsFileError

_NOT_YET_VALID, _EXPIRED = 9, 10
"""X509_V_ERR_CERT_NOT_YET_VALID and _HAS_EXPIRED; these codes and the following are of `x509_vfy.h` of OpenSSL 3."""
_NO_ISSUER = {2, 18, 19, 20, 21}
"""The issuer is missing or self-signed, and no certificate of the trusted ones."""
_ANOTHER_NAME = {62, 64}

_ANOTHER_KIND_OF_SERVER = {"WRONG_VERSION_NUMBER", "UNSUPPORTED_PROTOCOL", "TLSV1_ALERT_PROTOCOL_VERSION"}
_NO_PEM = {"NO_CERTIFICATE_OR_CRL_FOUND", "NO_START_LINE", "PEM_LIB"}
"""Or no reason at all: Python reads it before OpenSSL has named one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsProblem:
    """A TLS connection that failed, in a message for a person.

    `permanent`: the same will come again until somebody changes the server, a setting or a file.
    """

    message: str
    permanent: bool


def client_context(
    ca_file: Path | None, *, cert_file: Path | None = None, key_file: Path | None = None
) -> ssl.SSLContext:
    """Returns a context that trusts the certificates of `ca_file`, or the system's authorities if that is None.

    `cert_file` and `key_file` are the client's own certificate and key, for a server that requests one. The call reads
    files, so the caller runs it off the event loop. Raises TlsFileError, naming the file, if one cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except OSError as error:  # ssl.SSLError is one
        message = f"ca_file {ca_file} cannot be used: {_file_problem(error)}"
        raise TlsFileError(message) from error
    # Python 3.13 made this flag the default: authorities made at home often lack the extensions that
    # it asks for, and what worked must not stop working with an update of Python.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    # Every certificate of `ca_file` is trusted as it is: an intermediate authority without its root, or
    # the server's own. Python 3.13 made this flag the default, 3.11 has not.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    if cert_file is not None:
        _load_own_certificate(context, cert_file, key_file)
    return context


def probe_context() -> ssl.SSLContext:
    """Returns a context that accepts any certificate, only to find out whether a server speaks TLS.

    Send nothing over it.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@contextmanager
def without_authorities() -> Iterator[None]:
    """Gives this thread's default TLS contexts no authorities, so that they accept no server; other threads' have them.

    For the import of a library that reads 2 MB of them for a client that is never used, while a mail may be on its way.
    """
    complete, importing = ssl.create_default_context, threading.get_ident()

    def context(*args: Any, **options: Any) -> ssl.SSLContext:
        if threading.get_ident() == importing:
            return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        return complete(*args, **options)

    ssl.create_default_context = context
    try:
        yield
    finally:
        ssl.create_default_context = complete


def is_no_tls(message: str) -> bool:
    """Returns whether the text of an `ssl.SSLError` or of a `TlsProblem` means that the server does not speak TLS."""
    return "WRONG_VERSION_NUMBER" in message or "RECORD_LAYER_FAILURE" in message


def tls_problem(error: ssl.SSLError, *, server: str) -> TlsProblem:
    """Returns a message for a person about a failed handshake: `server`, the reason, and a remedy where one is known.

    It has no text from the server, only OpenSSL's constants.
    """
    if isinstance(error, ssl.SSLCertVerificationError):
        reason = error.verify_message.rstrip(".")
        return TlsProblem(
            message=f"the certificate of {server} is refused: {reason}; {_advice(error.verify_code)}",
            # A device without a battery wakes up in the past; its clock will be set.
            permanent=error.verify_code != _NOT_YET_VALID,
        )
    code = getattr(error, "reason", None)  # missing when Python, and not OpenSSL, made the error
    if code in _ANOTHER_KIND_OF_SERVER:
        message = f"TLS with {server} failed: {code}; check the port, and whether the server has TLS there"
        return TlsProblem(message=message, permanent=True)
    return TlsProblem(message=f"TLS with {server} failed: {code or error.strerror or error}", permanent=False)


def _advice(code: int) -> str:
    """Returns the remedy for a certificate that was refused with OpenSSL's verify code `code`."""
    if code in _NO_ISSUER:
        return "give the certificate of its authority as ca_file"
    if code in _ANOTHER_NAME:
        return "use a host name that is in the certificate"
    if code == _NOT_YET_VALID:
        return "check the clock of this device"
    if code == _EXPIRED:
        return "renew it, or check the clock of this device"
    return "give the server another certificate"


def _load_own_certificate(context: ssl.SSLContext, cert_file: Path, key_file: Path | None) -> None:
    """Loads the client's certificate and key into `context`. Raises TlsFileError."""
    files = f"cert_file {cert_file} with key_file {key_file}"

    def pass_phrase() -> str:
        """Raises TlsFileError: the key is encrypted.

        Without this callback OpenSSL would prompt at the terminal, and wait.
        """
        message = f"{files} cannot be used: the key is encrypted; give it without a pass phrase"
        raise TlsFileError(message)

    try:
        context.load_cert_chain(cert_file, key_file, password=pass_phrase)
    except OSError as error:
        message = f"{files} cannot be used: {_file_problem(error)}"
        raise TlsFileError(message) from error


def _file_problem(error: OSError) -> str:
    """Returns why a certificate's or key's file cannot be used, in words."""
    code = getattr(error, "reason", None)
    if isinstance(error, ssl.SSLError) and (code is None or code in _NO_PEM):
        return "there is no certificate or key in PEM form in it"
    if code == "KEY_VALUES_MISMATCH":
        return "the key belongs to another certificate"
    return error.strerror or str(error)
