"""The TLS that mail and FTP use as clients: certificate and host name are always checked."""

from __future__ import annotations

import ssl
from pathlib import Path

from bridge.errors import ActionRefused


def client_context(ca_file: Path | None) -> ssl.SSLContext:
    """A context that trusts `ca_file` alone, or the system's authorities when it is None.

    Reads files: to be called off the loop. Raises `ActionRefused` when the file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=None if ca_file is None else str(ca_file))
    except OSError as error:  # ssl.SSLError is one, for a file that holds no certificate
        message = f"ca_file {ca_file} cannot be used: {error.strerror or error}"
        raise ActionRefused(message) from error
    # Python 3.13 made this the default: authorities made at home often lack the extensions it asks
    # for, and what worked must not stop working with an update of Python.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    if ca_file is not None:
        # The server's own certificate may be given instead of an authority's.
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context
