from bridge.store.sqlite.sequence import BLOCK, CLOCK_NOT_SET_BEFORE, JITTER, fallback_base, reservation, runs


def test_a_block_is_reserved_before_the_one_in_use_runs_out():
    assert reservation(1, 1 + BLOCK) is None
    assert reservation(BLOCK // 2 + 2, 1 + BLOCK) == BLOCK // 2 + 2 + BLOCK


def test_a_number_beyond_all_that_is_reserved_gets_a_block_above_it():
    assert reservation(5_000_000, 1 + BLOCK) == 5_000_000 + BLOCK


def test_two_starts_a_second_apart_without_a_store_never_share_a_number():
    now = CLOCK_NOT_SET_BEFORE + 1000.5
    assert fallback_base(now + 1, 0) - fallback_base(now, 0) == 1000


def test_a_clock_that_is_set_gives_more_than_any_that_is_not():
    unset = fallback_base(30.0, JITTER - 1)
    assert unset < fallback_base(CLOCK_NOT_SET_BEFORE + JITTER / 1000, 0)


def test_with_no_clock_chance_keeps_two_boots_apart():
    assert fallback_base(30.0, 1) != fallback_base(30.0, 2)


def test_every_number_is_exact_in_javascript():
    assert fallback_base(4_102_444_800.0, 0) < 2**53


def test_numbers_without_a_gap_are_one_run():
    assert runs({5, 1, 2, 3, 9, 8}) == [(1, 3), (5, 5), (8, 9)]
    assert runs(()) == []
