from itertools import islice

import pytest

from bridge.actions.ftp.path import PART
from bridge.actions.ftp.server_memory import FtpServerMemory, variants
from bridge.core.definitions.settings import FtpSettings


def test_no_upload_gets_the_path_of_another_one():
    memory = FtpServerMemory()
    assert [memory.reserve("gate/a.jpg", owner=owner) for owner in "123"] == [
        "gate/a.jpg",
        "gate/a-2.jpg",
        "gate/a-3.jpg",
    ]


def test_the_retry_of_an_upload_gets_its_own_path_again():
    memory = FtpServerMemory()
    first, second = memory.reserve("a.jpg", owner="1"), memory.reserve("a.jpg", owner="2")
    assert (memory.reserve("a.jpg", owner="1"), memory.reserve("a.jpg", owner="2")) == (first, second)


def test_an_upload_whose_path_was_changed_in_the_settings_goes_there():
    memory = FtpServerMemory()
    memory.reserve("a.jpg", owner="1")
    assert memory.reserve("b.jpg", owner="1") == "b.jpg"


def test_the_memory_of_paths_is_bounded():
    memory = FtpServerMemory()
    for number in range(1001):
        memory.reserve(f"{number}.jpg", owner=str(number))
    assert memory.reserve("0.jpg", owner="another") == "0.jpg"
    assert memory.reserve("1000.jpg", owner="another") == "1000-2.jpg"


def a_server(**changes):
    return FtpSettings(**({"host": "nas", "username": "cam"} | changes))


@pytest.mark.parametrize("changes", [{"host": "other"}, {"port": 2121}, {"username": "me"}, {"security": "none"}])
def test_another_server_is_another_memory(changes):
    memory = FtpServerMemory()
    memory.use(a_server())
    memory.pasv_first, memory.can_rename = True, False
    memory.reserve("a.jpg", owner="1")
    memory.use(a_server())
    assert (memory.pasv_first, memory.can_rename, memory.reserve("a.jpg", owner="2")) == (True, False, "a-2.jpg")
    memory.use(a_server(**changes))
    assert (memory.pasv_first, memory.can_rename, memory.reserve("a.jpg", owner="3")) == (False, True, "a.jpg")


@pytest.mark.parametrize(
    ("path", "other"),
    [("/up/a.jpg", "/up/a-2.jpg"), ("a.b.jpg", "a.b-2.jpg"), ("picture", "picture-2"), (".hidden", ".hidden-2")],
)
def test_another_name_keeps_folder_and_ending(path, other):
    assert list(islice(variants(path), 2)) == [path, other]


def test_another_name_of_the_longest_has_room_for_its_number_and_its_part():
    names = list(islice(variants("ü" * 120 + ".jpg"), 1, 1200, 100))
    assert all(len((name + PART).encode()) <= 255 for name in names)
    assert len(set(names)) == len(names)
