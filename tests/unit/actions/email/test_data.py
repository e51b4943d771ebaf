import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.actions.email.data import address_literal, stuffed

LINES = st.lists(st.text("ab.", max_size=6).map(str.encode), max_size=10)


def unstuffed(content):
    """What a server makes of it (RFC 5321, 4.5.2): it ends at the first line that is one dot."""
    message, ending, rest = (b"\r\n" + content).partition(b"\r\n.\r\n")
    assert ending
    assert rest == b""
    return re.sub(rb"\r\n\.", b"\r\n", message + b"\r\n")[2:]


@given(LINES)
@example([b".", b"..", b".a"])
@example([])
def test_a_server_reads_what_was_meant(lines):
    message = b"".join(line + b"\r\n" for line in lines)
    assert unstuffed(stuffed(message)) == (message or b"\r\n")


def test_a_message_without_an_end_of_line_gets_one():
    assert stuffed(b"a\r\n.b") == b"a\r\n..b\r\n.\r\n"


@pytest.mark.parametrize(
    ("address", "literal"),
    [("192.0.2.7", "[192.0.2.7]"), ("2001:db8::7", "[IPv6:2001:db8::7]"), ("fe80::1%eth0", "[IPv6:fe80::1]")],
)
def test_a_host_without_a_name_says_its_address(address, literal):
    assert address_literal(address) == literal
