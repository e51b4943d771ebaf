from __future__ import annotations

import sys

from words.builders import an_input, settings_of

from bridge.linkage.preload import modules_of, warm_up

MAIL = {"host": "mail", "sender": "gate@example.org", "recipients": ["me@example.org"]}


async def test_only_what_the_settings_need_is_imported():
    assert modules_of(settings_of(an_input("door"))) == ()
    everything = settings_of(an_input("door"), email=MAIL, ftp={"host": "nas"})
    assert modules_of(everything) == ("bridge.actions.email.session", "bridge.actions.ftp.session")
    await warm_up(everything)
    assert set(modules_of(everything)) <= sys.modules.keys()


async def test_a_package_that_is_missing_or_broken_is_said_and_keeps_nothing_from_being_imported(caplog):
    loaded = []

    def load(name):
        if "email" in name:
            raise ImportError("no aiosmtplib")
        loaded.append(name)

    await warm_up(settings_of(an_input("door"), email=MAIL, ftp={"host": "nas"}), load=load)
    assert "email.session cannot be imported: no aiosmtplib" in caplog.text
    assert loaded == ["bridge.actions.ftp.session"]
