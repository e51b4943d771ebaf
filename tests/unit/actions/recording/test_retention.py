import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.actions.recording.retention import CLIP_NAME, Clip, Limits, to_delete

MB = 1_000_000
DAY = 86_400.0
NOW = 1_000 * DAY


def clip(number, *, size_mb=100, age_days=0.0):
    return Clip(name=f"2026-11-23/10{number:04}_door.mp4", size=size_mb * MB, modified=NOW - age_days * DAY)


def deleted(clips, *, free_mb=10**9, now=NOW, written=(), **limits):
    gone = to_delete(clips, limits=Limits(**limits), free_bytes=free_mb * MB, now=now, written=frozenset(written))
    return [int(clip.name[13:17]) for clip in gone]


def test_without_limits_nothing_is_deleted():
    assert deleted([clip(n, age_days=n) for n in range(9)]) == []


def test_clips_older_than_the_limit_go():
    assert deleted([clip(1, age_days=29.9), clip(2, age_days=30.1), clip(3, age_days=99)], keep_days=30) == [3, 2]


def test_a_clock_that_is_not_trusted_deletes_nothing_for_its_age():
    assert deleted([clip(1, age_days=99)], keep_days=30, now=None) == []


def test_the_oldest_go_until_the_quota_is_kept():
    assert deleted([clip(n, age_days=10 - n) for n in range(5)], quota_mb=250) == [0, 1, 2]


def test_the_oldest_go_until_the_reserve_is_free():
    assert deleted([clip(n, age_days=10 - n) for n in range(5)], reserve_mb=1_000, free_mb=750) == [0, 1, 2]


def test_a_clip_that_is_being_written_stays_and_counts():
    clips = [clip(1, age_days=2, size_mb=500), clip(2, age_days=1)]
    assert deleted(clips, quota_mb=550, written=[clips[0].name]) == [2]


@given(
    st.lists(
        st.builds(clip, st.integers(0, 9999), size_mb=st.integers(0, 500), age_days=st.floats(0, 60)),
        unique_by=lambda c: c.name,
    ),
    st.integers(0, 3_000),
    st.integers(0, 60),
    st.integers(0, 3_000),
    st.integers(0, 3_000),
)
def test_what_stays_keeps_every_limit_and_nothing_goes_that_could_have_stayed(clips, quota, days, reserve, free):
    limits = Limits(quota_mb=quota, keep_days=days, reserve_mb=reserve)
    quota, reserve, free = quota * MB, reserve * MB, free * MB
    gone = to_delete(clips, limits=limits, free_bytes=free, now=NOW, written=frozenset())
    left = [c for c in clips if c not in gone]
    total = sum(c.size for c in left)
    now_free = free + sum(c.size for c in gone)
    assert not left or not quota or total <= quota
    assert not left or now_free >= reserve
    assert all(not days or NOW - c.modified <= days * DAY for c in left)
    young = [c for c in gone if not days or NOW - c.modified <= days * DAY]
    if young:
        newest = max(young, key=lambda c: (c.modified, c.name))
        assert (quota and total + newest.size > quota) or now_free - newest.size < reserve


@pytest.mark.parametrize("name", ["2026-11-23/101500_door.mp4", "2026-11-23/101500_front-door-2.mp4"])
def test_a_clips_name_is_known(name):
    assert CLIP_NAME.fullmatch(name)


@pytest.mark.parametrize(
    "name", ["", "x", "../a.mp4", "2026-11-23/../x.mp4", "2026-11-23/101500_door.mp4\n", "2026-11-23/101500_DOOR.mp4"]
)
def test_anything_else_is_not_a_clip(name):
    assert CLIP_NAME.fullmatch(name) is None
