from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from servers.small_disk import fill, small_disk

from bridge.core.contact import Contact
from bridge.lines.simulated.board_file import BoardFile, BoardMemory, recall

CONNECTED, DISCONNECTED = Contact.CONNECTED, Contact.DISCONNECTED
IDS = st.from_regex(r"[a-z0-9-]{1,32}", fullmatch=True)
CONTACTS = st.dictionaries(IDS, st.sampled_from([CONNECTED, DISCONNECTED]), max_size=6)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "board.json"


def test_no_file_is_an_empty_memory(path: Path) -> None:
    assert recall(path) == BoardMemory()


@given(inputs=CONTACTS, outputs=CONTACTS, failed=st.frozensets(IDS, max_size=3))
def test_what_was_kept_is_recalled(
    tmp_path_factory: pytest.TempPathFactory,
    inputs: dict[str, Contact],
    outputs: dict[str, Contact],
    failed: frozenset[str],
) -> None:
    path = tmp_path_factory.mktemp("board") / "board.json"
    memory = BoardMemory(inputs=inputs, outputs=outputs, failed=failed)
    file = BoardFile(path)
    file.replace(memory)
    assert recall(path) == memory
    for kind, contacts in (("inputs", inputs), ("outputs", outputs)):
        for terminal, contact in contacts.items():
            other = DISCONNECTED if contact is CONNECTED else CONNECTED
            assert file.flip(kind, terminal, other)
            assert json.loads(path.read_bytes())[kind][terminal] == other
            assert file.flip(kind, terminal, contact)
    assert recall(path) == memory
    file.close()


def test_a_flip_writes_one_aligned_word_so_that_no_reader_sees_half_of_it(path: Path) -> None:
    file = BoardFile(path)
    file.replace(BoardMemory(inputs={"door": CONNECTED, "a": CONNECTED}, outputs={"siren": DISCONNECTED}))
    for kind, terminal, contact in (("inputs", "door", DISCONNECTED), ("outputs", "siren", CONNECTED)):
        before = path.read_bytes()
        file.flip(kind, terminal, contact)
        after = path.read_bytes()
        changed = [place for place in range(len(before)) if before[place] != after[place]]
        assert len(before) == len(after)
        assert len({place // 4 for place in changed}) == 1
    file.close()


def test_a_contact_without_a_place_is_not_flipped(path: Path) -> None:
    file = BoardFile(path)
    assert not file.flip("inputs", "door", CONNECTED)
    file.replace(BoardMemory(inputs={"door": CONNECTED}))
    assert not file.flip("outputs", "door", CONNECTED)
    file.close()


def test_a_file_written_by_hand_is_understood(path: Path) -> None:
    path.write_text('{"inputs": {"door": "connected"}}')
    assert recall(path) == BoardMemory(inputs={"door": CONNECTED})


@pytest.mark.parametrize(
    "text", ["", "{", "\x00" * 40, "[]", '{"inputs": []}', '{"inputs": {"door": "unknown"}}', '{"outputs": {"x": 1}}']
)
def test_a_corrupt_file_is_kept_aside_and_the_board_starts_afresh(
    path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_text(text)
    with caplog.at_level(logging.WARNING):
        assert recall(path) == BoardMemory()
    assert path.with_name("board.json.corrupt").read_text() == text
    assert not path.exists()
    assert "board.json.corrupt" in caplog.text


def test_a_full_disk_leaves_the_file_as_it_was_and_no_litter(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", "64k") as disk:
        file = BoardFile(disk / "board.json")
        file.replace(BoardMemory(inputs={"door": CONNECTED}))
        fill(disk / "ballast")
        with pytest.raises(OSError, match="No space left"):
            file.replace(BoardMemory(inputs={f"door-{number}": CONNECTED for number in range(1000)}))
        assert file.flip("inputs", "door", DISCONNECTED)
        assert recall(disk / "board.json") == BoardMemory(inputs={"door": DISCONNECTED})
        assert {found.name for found in disk.iterdir()} == {"board.json", "ballast"}
        file.close()
