import pytest

from bridge.errors import StoreError
from bridge.store.outbox_pictures import Pictures


def test_a_picture_comes_back_and_no_part_of_it_stays(tmp_path):
    pictures = Pictures(tmp_path)
    name = pictures.write(b"jpeg")
    assert pictures.read(name) == b"jpeg"
    assert [found.name for found in (tmp_path / "outbox").iterdir()] == [name]
    assert pictures.size_bytes() == 4


def test_only_the_owner_may_look_at_pictures(tmp_path):
    Pictures(tmp_path).write(b"jpeg")
    assert (tmp_path / "outbox").stat().st_mode & 0o777 == 0o700


def test_a_picture_that_is_gone_is_none(tmp_path):
    assert Pictures(tmp_path).read("0123.jpg") is None


def test_a_disk_that_takes_no_picture_says_so(tmp_path):
    with pytest.raises(StoreError):
        Pictures(tmp_path / "missing").write(b"jpeg")


def test_a_sweep_takes_what_an_earlier_run_left_and_spares_what_is_needed_or_new(tmp_path):
    earlier = Pictures(tmp_path)
    orphan, needed = earlier.write(b"1"), earlier.write(b"2")
    (tmp_path / "outbox" / ".cut.jpg.new").write_bytes(b"3")
    pictures = Pictures(tmp_path)
    new = pictures.write(b"4")
    pictures.sweep({needed})
    assert {found.name for found in (tmp_path / "outbox").iterdir()} == {needed, new}
    assert pictures.read(orphan) is None
