"""`tests/unit/` has the code's folders: whoever changes a folder finds its tests."""

from __future__ import annotations

from pathlib import Path

import pytest

UNIT = Path(__file__).parent
TOP = UNIT.parents[1]
FOLDERS = sorted({file.parent.relative_to(UNIT) for file in UNIT.rglob("test_*.py")} - {Path()})


@pytest.mark.parametrize("folder", FOLDERS, ids=str)
def test_a_folder_of_tests_is_named_after_a_folder_of_the_code(folder: Path) -> None:
    code = TOP / folder if folder.parts[0] == "ha_discovery" else TOP / "bridge" / folder
    assert (code / "__init__.py").exists()
