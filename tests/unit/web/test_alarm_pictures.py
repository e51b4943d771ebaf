"""The pictures of the last alarms are kept within bounds."""

from bridge.web.alarm_pictures import MOST, MOST_BYTES, AlarmPictures


def test_the_newest_pictures_are_kept_up_to_their_number():
    kept = AlarmPictures()
    for number in range(MOST + 3):
        kept.add(f"boot-{number}", b"jpeg")
    assert "boot-2" not in kept
    assert kept.get("boot-3") == b"jpeg"
    assert None not in kept


def test_large_pictures_push_out_older_ones_and_the_newest_stays_whatever_its_size():
    kept = AlarmPictures()
    kept.add("first", bytes(MOST_BYTES // 2))
    kept.add("second", bytes(MOST_BYTES // 2))
    assert kept.get("first") is not None
    kept.add("third", b"x")
    assert kept.get("first") is None
    kept.add("huge", bytes(2 * MOST_BYTES))
    assert (kept.get("second"), kept.get("third"), len(kept.get("huge"))) == (None, None, 2 * MOST_BYTES)
