"""The folder of sound clips as the page keeps it."""

import pytest
from servers.small_disk import fill, small_disk
from servers.sound_card import write_tone

from bridge.actions.sound.library import MOST_CLIPS, SoundLibrary
from bridge.errors import ActionFailed, ActionRefused


@pytest.fixture
def tone(tmp_path):
    write_tone(tmp_path / "tone.wav", seconds=0.05)
    return (tmp_path / "tone.wav").read_bytes()


def test_a_clip_is_kept_replaced_and_deleted(tmp_path, tone):
    shelf = SoundLibrary(tmp_path / "sounds")
    assert shelf.names() == ()
    shelf.add("dog.wav", tone)
    shelf.add("dog.wav", tone)
    assert shelf.names() == ("dog.wav",)
    assert (tmp_path / "sounds" / "dog.wav").read_bytes() == tone
    shelf.delete("dog.wav")
    assert list((tmp_path / "sounds").iterdir()) == []


def test_what_cannot_be_played_leaves_nothing_behind_and_the_old_one_as_it_was(tmp_path, tone):
    shelf = SoundLibrary(tmp_path / "sounds")
    shelf.add("dog.wav", tone)
    with pytest.raises(ActionRefused, match=r"^sound clip dog\.wav is not a WAV file$"):
        shelf.add("dog.wav", b"meow")
    assert [path.name for path in (tmp_path / "sounds").iterdir()] == ["dog.wav"]
    assert (tmp_path / "sounds" / "dog.wav").read_bytes() == tone


@pytest.mark.parametrize(
    "name",
    [
        "../dog.wav",
        "a/b.wav",
        ".dog.wav",
        "dog.mp3",
        "dog.wav\0",
        "dog.wav\n",
        "",
        ".wav",
        "x" * 70 + ".wav",
        "dög.wav",
    ],
)
def test_a_name_that_is_no_plain_file_name_is_refused(tmp_path, tone, name):
    with pytest.raises(ActionRefused):
        SoundLibrary(tmp_path / "sounds").add(name, tone)
    assert not (tmp_path / "sounds").exists()


@pytest.mark.parametrize("name", ["../tone.wav", "nothing.wav", "."])
def test_only_a_clip_of_the_folder_is_deleted(tmp_path, tone, name):
    shelf = SoundLibrary(tmp_path / "sounds")
    shelf.add("dog.wav", tone)
    with pytest.raises(ActionRefused):
        shelf.delete(name)
    assert (tmp_path / "tone.wav").exists()


def test_there_is_room_for_so_many(tmp_path, tone):
    shelf = SoundLibrary(tmp_path / "sounds")
    for number in range(MOST_CLIPS):
        shelf.add(f"{number}.wav", tone)
    with pytest.raises(ActionRefused, match="room"):
        shelf.add("more.wav", tone)
    shelf.add("0.wav", tone)


def test_a_folder_that_cannot_be_made_is_told(tmp_path, tone):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ActionFailed, match="cannot be kept"):
        SoundLibrary(tmp_path / "file" / "sounds").add("dog.wav", tone)


def test_a_full_disk_leaves_the_old_clip_and_no_litter(tmp_path, tone):
    with small_disk(tmp_path / "disk", "256k") as disk:
        library = SoundLibrary(disk)
        library.add("dog.wav", tone)
        fill(disk / "ballast")
        with pytest.raises(ActionFailed, match=r"^dog\.wav cannot be kept \(No space left on device\)$"):
            library.add("dog.wav", tone + bytes(100_000))
        assert (disk / "dog.wav").read_bytes() == tone
        assert {path.name for path in disk.iterdir()} == {"dog.wav", "ballast"}


def test_a_clip_that_is_not_there_cannot_be_deleted_and_a_folder_in_its_place_says_why(tmp_path):
    shelf = SoundLibrary(tmp_path)
    with pytest.raises((ActionRefused, ActionFailed), match=r"dog\.wav"):
        shelf.delete("dog.wav")
    (tmp_path / "cat.wav").mkdir()
    with pytest.raises((ActionRefused, ActionFailed), match=r"cat\.wav"):
        shelf.delete("cat.wav")
