import base64
import os

import pytest

from bridge.actions.email.base64_lines import base64_lines


@pytest.mark.parametrize("size", [1, 56, 57, 58, 114, 57 * 600, 57 * 600 + 1, 100_000])
def test_lines_are_those_of_the_library_with_crlf_between(size):
    content = os.urandom(size)
    assert base64_lines(content) == base64.encodebytes(content).replace(b"\n", b"\r\n").removesuffix(b"\r\n")
