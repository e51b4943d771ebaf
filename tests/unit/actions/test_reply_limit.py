import pytest

from bridge.actions.reply_limit import LONGEST_LINE_BYTES, LONGEST_REPLY_BYTES, SHORTEST_COUNTED_BYTES, ReplyLimit
from bridge.errors import ActionFailed

MOST_LINES = LONGEST_REPLY_BYTES // SHORTEST_COUNTED_BYTES


@pytest.mark.parametrize(
    ("line", "most"),
    [
        (b"\r\n", MOST_LINES),
        (b"x" * LONGEST_LINE_BYTES, LONGEST_REPLY_BYTES // LONGEST_LINE_BYTES),
    ],
)
def test_an_answer_is_too_long_by_its_bytes_or_by_its_lines(line, most):
    limit = ReplyLimit()
    for _ in range(most):
        limit.count(line)
    with pytest.raises(ActionFailed, match="makes no sense: it has no end"):
        limit.count(line)


def test_each_answer_has_the_whole_limit():
    limit = ReplyLimit()
    for _ in range(3):
        limit.count(b"x" * LONGEST_REPLY_BYTES)
        limit.restart()
