import re

from hypothesis import example, given
from hypothesis import strategies as st

from bridge.actions.email.data import stuffed

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
