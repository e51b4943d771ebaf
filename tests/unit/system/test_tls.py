"""TLS that fails, in words: real handshakes, without a network."""

from __future__ import annotations

import ssl

import pytest

from bridge.system.tls import client_context, tls_problem


def failed(answer: bytes) -> ssl.SSLError:
    """The error of a handshake with a server that answers so."""
    incoming = ssl.MemoryBIO()
    incoming.write(answer)
    connection = client_context(None).wrap_bio(incoming, ssl.MemoryBIO(), server_hostname="mail.example")
    with pytest.raises(ssl.SSLError) as error:
        connection.do_handshake()
    return error.value


@pytest.mark.parametrize("greeting", [b"220 mail.example ESMTP ready\r\n", b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_a_server_without_tls_on_this_port_is_a_lasting_problem_with_its_advice(greeting):
    problem = tls_problem(failed(greeting), server="mail.example:465")
    assert problem.permanent
    assert problem.message.startswith("TLS with mail.example:465 failed: ")
    assert problem.message.endswith("; check the port, and whether the server has TLS there")


def test_a_server_that_refuses_in_an_alert_may_be_well_again():
    problem = tls_problem(failed(b"\x15\x03\x03\x00\x02\x02\x50"), server="mail.example:465")  # internal error
    assert not problem.permanent
    assert "INTERNAL_ERROR" in problem.message
