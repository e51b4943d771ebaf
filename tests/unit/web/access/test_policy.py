"""Who may come, decided from what a request says of itself."""

from pathlib import Path

import pytest
from ruamel.yaml import YAML

from bridge.web.access.policy import INGRESS, AccessPolicy, Refused, Standing, Visit

OPEN = AccessPolicy(guarded=False)
GUARDED = AccessPolicy(guarded=True, names={"front-gate"})
ADDON = AccessPolicy(guarded=False, ingress_peer=INGRESS.peer)


def visit(*, peer="127.0.0.1", host="127.0.0.1:8099", unsafe=False, **said):
    return Visit(peer=peer, host=host, unsafe=unsafe, **said)


@pytest.mark.parametrize("host", ["127.0.0.1:8099", "localhost", "LOCALHOST:1", "[::1]:8099", "[::1]"])
def test_without_a_password_this_machine_may_come_by_a_name_of_its_own(host):
    assert OPEN.judge(visit(host=host)) is Standing.OPEN


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:8099", "127.0.0.1.evil.example", "192.0.2.1", "front-gate", "localhost:x", "", None,
     "user@localhost", "localhost/x", "localhost evil"],
)  # fmt: skip
def test_without_a_password_every_other_name_is_refused(host):
    assert isinstance(OPEN.judge(visit(host=host)), Refused)


@pytest.mark.parametrize("peer", ["192.0.2.7", "2001:db8::1", INGRESS.peer, None, ""])
def test_without_a_password_other_machines_are_refused(peer):
    assert isinstance(OPEN.judge(visit(peer=peer)), Refused)


@pytest.mark.parametrize("peer", ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"])
def test_this_machine_has_many_addresses(peer):
    assert OPEN.judge(visit(peer=peer)) is Standing.OPEN


def test_without_a_password_a_proxy_would_let_in_others():
    assert isinstance(OPEN.judge(visit(forwarded=True)), Refused)
    assert GUARDED.judge(visit(forwarded=True)) is Standing.ASKED


@pytest.mark.parametrize(
    "host", ["192.0.2.1:8099", "front-gate.local", "Front-Gate.lan:8099", "[2001:db8::1]", "localhost"]
)
def test_with_a_password_everybody_is_asked_for_it(host):
    assert GUARDED.judge(visit(peer="192.0.2.7", host=host)) is Standing.ASKED


def test_with_a_password_a_name_of_somebody_else_is_refused_still():
    assert isinstance(GUARDED.judge(visit(host="evil.example")), Refused)


@pytest.mark.parametrize("origin", ["http://evil.example", "null", "http://127.0.0.1", "http://127.0.0.1:80990", "x"])
@pytest.mark.parametrize("door", [OPEN, GUARDED])
def test_a_page_of_another_origin_may_change_nothing(door, origin):
    assert isinstance(door.judge(visit(unsafe=True, origin=origin)), Refused)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("door", [OPEN, GUARDED, ADDON])
def test_who_comes_from_elsewhere_may_follow_a_link_and_a_foreign_page_may_do_nothing(door, site):
    peer = INGRESS.peer if door is ADDON else "127.0.0.1"
    assert isinstance(door.judge(visit(peer=peer, unsafe=True, fetch_site=site)), Refused)
    assert isinstance(door.judge(visit(peer=peer, fetch_site=site, fetch_mode="no-cors")), Refused)
    assert isinstance(door.judge(visit(peer=peer, unsafe=True, fetch_site=site, fetch_mode="navigate")), Refused)
    assert not isinstance(door.judge(visit(peer=peer, fetch_site=site, fetch_mode="navigate")), Refused)


def test_a_page_of_our_own_may_change_something():
    own = visit(unsafe=True, origin="http://127.0.0.1:8099", fetch_site="same-origin")
    assert OPEN.judge(own) is Standing.OPEN


def test_home_assistants_proxy_is_believed_by_its_address_alone():
    through = visit(
        peer=INGRESS.peer, host="homeassistant.example", forwarded=True, origin="https://homeassistant.example"
    )
    assert ADDON.judge(through) is Standing.OPEN
    assert isinstance(ADDON.judge(visit(peer="172.30.32.3", host="homeassistant.example")), Refused)
    assert isinstance(OPEN.judge(through), Refused)


CALLED = AccessPolicy(guarded=True, called={"gate.example.org"})


@pytest.mark.parametrize("host", ["gate.example.org", "Gate.Example.ORG:8443", "gate.example.org."])
def test_a_person_may_say_by_which_other_names_the_page_is_called(host):
    assert CALLED.judge(visit(host=host, forwarded=True)) is Standing.ASKED


@pytest.mark.parametrize("host", ["example.org", "evil.gate.example.org", "gate.example.org.evil.example", "gate", "."])
def test_names_like_them_are_others(host):
    assert isinstance(CALLED.judge(visit(host=host)), Refused)


def test_a_proxy_need_not_pass_the_name_on():
    own = {"host": "127.0.0.1:8099", "unsafe": True, "fetch_site": "same-origin"}
    for origin in ("https://gate.example.org", "https://gate.example.org:8443"):
        assert CALLED.judge(visit(origin=origin, **own)) is Standing.ASKED
    for origin in ("https://example.org", "https://gate.example.org.evil.example", "https://[", "null"):
        assert isinstance(CALLED.judge(visit(origin=origin, **own)), Refused)


def test_without_a_password_no_other_name_counts():
    door = AccessPolicy(guarded=False, called={"gate.example.org"})
    assert isinstance(door.judge(visit(host="gate.example.org")), Refused)
    assert isinstance(door.judge(visit(unsafe=True, origin="https://gate.example.org")), Refused)


@pytest.mark.parametrize(
    ("door", "others"),
    [
        (OPEN, False),
        (GUARDED, True),
        (ADDON, False),
        (AccessPolicy(guarded=True, near=True, ingress_peer=INGRESS.peer), False),
        (AccessPolicy(guarded=True, ingress_peer=INGRESS.peer), True),
        (AccessPolicy(guarded=False, near=False), False),
    ],
)
def test_who_may_not_come_is_turned_away_before_anything_is_read(door, others):
    for peer in ("192.0.2.7", "2001:db8::1", "172.30.32.1", "172.30.32.20", None, ""):
        assert door.may_connect(peer) is others, peer
    for peer in ("127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"):
        assert door.may_connect(peer)
    assert door.may_connect(INGRESS.peer) is (others or door.ingress_peer is not None)


def test_the_add_on_says_the_port_at_which_the_page_listens():
    config = Path(__file__).parents[4] / "addon/config.yaml"
    told = YAML(typ="safe", pure=True).load(config)
    assert (told["ingress"], told["ingress_port"]) == (True, INGRESS.port)
