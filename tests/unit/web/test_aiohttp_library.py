"""aiohttp is imported without the authorities that only its client would use; nobody else loses his."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import threading

from bridge.system.tls import without_authorities

PROBE = """\
import ssl, sys
from bridge.web.aiohttp_library import import_aiohttp
complete = ssl.create_default_context
import_aiohttp()
import frozenlist
print(ssl.create_default_context is complete, "urllib.request" in sys.modules, "frozenlist._frozenlist" in sys.modules)
"""


def authorities(context: ssl.SSLContext) -> int:
    return context.cert_store_stats()["x509_ca"]


def test_a_mail_that_is_sent_meanwhile_trusts_the_systems_authorities():
    made: list[ssl.SSLContext] = []
    before = authorities(ssl.create_default_context())
    with without_authorities():
        own = ssl.create_default_context()
        other = threading.Thread(target=lambda: made.append(ssl.create_default_context()))
        other.start()
        other.join()
    assert authorities(own) == 0
    assert own.verify_mode is ssl.CERT_REQUIRED
    assert authorities(made[0]) == before
    assert authorities(ssl.create_default_context()) == before


def test_what_is_left_out_comes_neither_with_aiohttp_nor_is_missing_after_it():
    said = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, env={**os.environ}
    ).stdout
    assert said.split() == ["True", "False", "False"]
