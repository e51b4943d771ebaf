"""`make run`: what it does when it runs already."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from bridge.cli.demo import demo
from bridge.errors import StartFailed
from bridge.lines.simulated.board_lock import BoardLock, board_socket


def test_a_second_one_in_the_same_folder_starts_nothing_and_says_who_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ALARM2MQTT_BOARD", raising=False)
    with (
        closing(BoardLock(board_socket(tmp_path))),
        pytest.raises(StartFailed, match=r"process \d+\): end that one first"),
    ):
        demo(tmp_path)
    assert capsys.readouterr().out == ""
    assert not (tmp_path / "broker.log").exists()


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartFailed, match=r"file/demo cannot be used: Not a directory; name another one"):
        demo(tmp_path / "file" / "demo")
