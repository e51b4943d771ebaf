from bridge.store.sqlite.quarantine import KEPT, has_quarantined, quarantine


def test_a_broken_database_goes_aside_with_its_log(tmp_path):
    path = tmp_path / "x.db"
    path.write_text("broken")
    (tmp_path / "x.db-wal").write_text("log")
    aside = quarantine(path)
    assert aside.name == "x.db.corrupt-1"
    assert aside.read_text() == "broken"
    assert (tmp_path / "x.db.corrupt-1-wal").read_text() == "log"
    assert not path.exists()
    assert has_quarantined(path)


def test_only_the_last_few_are_kept_and_numbers_go_on(tmp_path):
    path = tmp_path / "x.db"
    for number in range(1, 13):
        path.write_text(str(number))
        quarantine(path)
    left = sorted(found.read_text() for found in tmp_path.iterdir())
    assert left == ["10", "11", "12"]
    assert len(left) == KEPT


def test_other_files_are_nobody_s_business(tmp_path):
    (tmp_path / "y.db.corrupt-7").write_text("another")
    path = tmp_path / "x.db"
    assert not has_quarantined(path)
    path.write_text("broken")
    assert quarantine(path).name == "x.db.corrupt-1"
