from datetime import datetime, timedelta, timezone

import pytest

from bridge.cli.since import since

BERLIN = timezone(timedelta(hours=1))
NOW = datetime(2026, 12, 24, 18, 0, tzinfo=BERLIN)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90s", NOW - timedelta(seconds=90)),
        ("30m", NOW - timedelta(minutes=30)),
        ("2h", NOW - timedelta(hours=2)),
        (" 3 d ", NOW - timedelta(days=3)),
        ("2026-12-24", NOW.replace(hour=0)),
        ("2026-12-24 17:30", NOW - timedelta(minutes=30)),
        ("2026-12-24T17:00Z", NOW),
    ],
)
def test_a_person_may_say_how_long_ago_or_when(text, expected):
    assert since(text, NOW) == expected


@pytest.mark.parametrize("text", ["", "yesterday", "2w", "-1h", "2026-13-01", "999999999d", "1.5h"])
def test_what_says_no_time_is_refused_with_what_would(text):
    with pytest.raises(ValueError, match="such as 90s"):
        since(text, NOW)
