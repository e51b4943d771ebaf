import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.actions.ftp.passive import DataPort, data_port


@pytest.mark.parametrize(
    ("lines", "port", "host"),
    [
        ([" Entering Extended Passive Mode (|||51234|)"], 51234, None),
        ([" Entering (!!!51234!)"], 51234, None),
        ([" Entering |||51234|"], 51234, None),
        ([" Entering Passive Mode (127,0,0,1,154,21)"], 39445, "127.0.0.1"),
        ([" 10,0,0,1,4,1."], 1025, "10.0.0.1"),
        ([" =10,0,0,1,4,1"], 1025, "10.0.0.1"),
        ([" (10, 0, 0, 1, 4, 1)"], 1025, "10.0.0.1"),
        (["-listen socket created", " (127,0,0,1,154,21)"], 39445, "127.0.0.1"),
    ],
)
def test_a_port_is_found_in_every_dialect(lines, port, host):
    assert data_port(lines) == DataPort(port=port, host=host)


@pytest.mark.parametrize(
    "text",
    [" superfluous", " (|||0|)", " (|||65536|)", " (||||)", " (300,1,1,1,70,1)", " (1,1,1,1,0,0)", " (1,2,3,4,5)", ""],
)
def test_what_is_no_port_is_none(text):
    assert data_port([text]) is None


@given(st.lists(st.text()))
def test_any_text_gives_a_possible_port_or_none(lines):
    found = data_port(lines)
    assert found is None or 0 < found.port < 65_536
