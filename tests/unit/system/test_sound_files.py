"""What a WAV file is taken for, and which names are clips of a folder."""

from __future__ import annotations

import os
import struct
import wave

import pytest
from servers.sound_card import write_tone

from bridge.errors import ActionRefused
from bridge.system.sound_files import clip_names, clip_path, read_wav


def riff(form, data, *, extra=b"", data_length=None):
    body = b"WAVEfmt " + struct.pack("<I", len(form)) + form + extra
    body += b"data" + struct.pack("<I", len(data) if data_length is None else data_length) + data
    return b"RIFF" + struct.pack("<I", len(body)) + body


def pcm_form(*, tag=1, channels=1, rate=8000, bits=16):
    return struct.pack("<HHIIHH", tag, channels, rate, rate * channels * bits // 8, channels * bits // 8, bits)


def write(tmp_path, content):
    (tmp_path / "clip.wav").write_bytes(content)
    return tmp_path / "clip.wav"


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("bits", [8, 16, 24, 32])
def test_what_the_standard_library_writes_is_read(tmp_path, bits, channels):
    with wave.open(str(tmp_path / "clip.wav"), "wb") as file:
        file.setparams((channels, bits // 8, 16000, 0, "NONE", ""))
        file.writeframes(bytes(channels * bits // 8 * 800))
    wav = read_wav(tmp_path / "clip.wav")
    assert (wav.bits, wav.channels, wav.rate_hz, wav.seconds) == (bits, channels, 16000, 0.05)


def test_an_extensible_header_and_other_chunks_are_understood(tmp_path):
    form = pcm_form(tag=0xFFFE) + struct.pack("<HHI", 22, 16, 4) + b"\x01\x00" + bytes(14)
    extra = b"LIST" + struct.pack("<I", 3) + b"abc\x00"
    wav = read_wav(write(tmp_path, riff(form, b"\x01\x02\x03\x04", extra=extra)))
    assert wav.path.read_bytes()[wav.begin : wav.begin + wav.length] == b"\x01\x02\x03\x04"


def test_a_length_that_a_pipe_left_too_large_means_the_rest_of_the_file(tmp_path):
    wav = read_wav(write(tmp_path, riff(pcm_form(), bytes(101), data_length=0xFFFFFFFF)))
    assert wav.length == 100


def unfinished(riff_length, *, data_length=0, samples=bytes(range(100)), tail=b""):
    content = bytearray(riff(pcm_form(), samples, data_length=data_length) + tail)
    content[4:8] = struct.pack("<I", riff_length)
    return bytes(content)


@pytest.mark.parametrize("riff_length", [0, 36, 0xFFFFFFFF])
def test_what_a_killed_recorder_left_with_a_length_of_nothing_is_played_to_its_end(tmp_path, riff_length):
    wav = read_wav(write(tmp_path, unfinished(riff_length)))
    assert wav.path.read_bytes()[wav.begin : wav.begin + wav.length] == bytes(range(100))


def test_a_clip_that_is_truly_empty_is_no_clip_whatever_follows(tmp_path):
    content = unfinished(36 + 8 + 4, samples=b"", tail=b"LIST" + struct.pack("<I", 4) + b"abcd")
    with pytest.raises(ActionRefused, match="no samples"):
        read_wav(write(tmp_path, content))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a WAV"),
        (b"ID3\x03 an mp3 file", "not a WAV"),
        (riff(pcm_form(tag=3, bits=32), bytes(8)), "not PCM"),
        (riff(pcm_form(bits=12), bytes(8)), "not PCM"),
        (riff(pcm_form(channels=6), bytes(24)), "not PCM"),
        (riff(pcm_form(rate=1), bytes(8)), "not PCM"),
        (riff(pcm_form(), b""), "no samples"),
        (riff(pcm_form(), b"")[:-8], "no samples"),
    ],
)
def test_what_cannot_be_played_is_refused_by_name(tmp_path, content, said):
    with pytest.raises(ActionRefused, match=rf"clip\.wav.*{said}"):
        read_wav(write(tmp_path, content))


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../clip.wav", "a/b.wav", "/etc/passwd", ".hidden.wav", "a\nb.wav", "no.wav"]
)
def test_a_name_that_is_not_a_clip_of_the_folder_is_refused(tmp_path, name):
    (tmp_path / "in").mkdir()
    write_tone(tmp_path / "clip.wav")
    write_tone(tmp_path / "in" / ".hidden.wav")
    with pytest.raises(ActionRefused):
        clip_path(tmp_path / "in", name)


def test_a_link_that_leads_out_of_the_folder_is_refused(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "link.wav").symlink_to(write_tone(tmp_path / "clip.wav"))
    with pytest.raises(ActionRefused, match="outside"):
        clip_path(tmp_path / "in", "link.wav")


def test_clips_that_can_be_asked_for_are_listed_by_name_and_a_missing_folder_has_none(tmp_path):
    for name in ("b.wav", "a.WAV", "notes.txt", ".c.wav", "d\n.wav", os.fsdecode(b"\xff.wav")):
        (tmp_path / name).touch()
    assert clip_names(tmp_path) == ("a.WAV", "b.wav")
    assert clip_names(tmp_path / "missing") == ()
