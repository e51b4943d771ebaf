from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from bridge.actions.media.timeline import Timeline

VIDEO, SOUND = Fraction(1, 90_000), Fraction(1, 8_000)
FRAME = 6_000


def placed(stamps, *, begin=0, duration=FRAME):
    line = Timeline(begin_s=begin * VIDEO)
    return [line.place(0, pts=dts, dts=dts, duration=duration, base=VIDEO) for dts in stamps]


def test_a_clip_begins_at_zero():
    assert placed([900_000, 906_000], begin=900_000) == [(0, 0), (6_000, 6_000)]


def test_equal_stamps_are_moved_behind_each_other():
    assert [dts for _, dts in placed([0, 6_000, 6_000, 12_000])] == [0, 6_000, 6_001, 12_000]


def test_a_camera_whose_clock_is_set_back_goes_on_without_a_step():
    assert [dts for _, dts in placed([900_000, 906_000, 6_000, 12_000], begin=900_000)] == [0, 6_000, 12_000, 18_000]


def test_a_camera_whose_clock_jumps_ahead_goes_on_without_a_gap():
    hour = 3_600 * 90_000
    assert [dts for _, dts in placed([0, 6_000, hour, hour + 6_000])] == [0, 6_000, 12_000, 18_000]


def test_a_short_gap_stays_a_gap():
    assert [dts for _, dts in placed([0, 6_000, 500_000])] == [0, 6_000, 500_000]


def test_pictures_that_are_shown_later_than_they_are_decoded_keep_their_distance():
    line = Timeline(begin_s=Fraction(0))
    assert line.place(0, pts=12_000, dts=0, duration=FRAME, base=VIDEO) == (12_000, 0)
    assert line.place(0, pts=6_000, dts=6_000, duration=FRAME, base=VIDEO) == (6_000, 6_000)


def test_sound_of_before_the_first_picture_is_left_out_and_later_sound_fits_it():
    line = Timeline(begin_s=Fraction(10))
    assert line.place(1, pts=79_840, dts=79_840, duration=160, base=SOUND) is None
    assert line.place(1, pts=80_160, dts=80_160, duration=160, base=SOUND) == (160, 160)


@given(st.lists(st.tuples(st.integers(-(10**7), 10**7), st.integers(-(10**5), 10**5), st.integers(-5, 10**4))))
def test_decoding_stamps_always_grow_and_nothing_is_shown_before_it_is_decoded(stamps):
    line = Timeline(begin_s=Fraction(0))
    last = -1
    for dts, offset, duration in stamps:
        place = line.place(0, pts=dts + offset, dts=dts, duration=duration, base=VIDEO)
        if place is not None:
            assert place[1] > last
            assert place[0] >= place[1]
            last = place[1]
