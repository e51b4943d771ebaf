"""What the operating system says of the network and of disks."""

from __future__ import annotations

from pathlib import Path

import pytest

from bridge.lines.health.probes import card_trouble, folder_trouble, network_trouble

HEAD = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
DEFAULT = "eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n"
LOCAL = "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
ANY, GATE = "0" * 32, "fe80" + "0" * 27 + "1"
DEFAULT_6 = f"{ANY} 00 {ANY} 00 {GATE} 00000400 00000003 00000000 00000003     eth0\n"
NONE_6 = f"{ANY} 00 {ANY} 00 {ANY} ffffffff 00000001 00000000 00200200       lo\n"


class Machine:
    """The files of a kernel."""

    def __init__(self, folder: Path) -> None:
        self.interfaces, self.routes = folder / "class", folder / "net"
        self.interfaces.mkdir()
        self.routes.mkdir()
        self.interface("lo", "1")

    def interface(self, name: str, carrier: str) -> None:
        (self.interfaces / name).mkdir(exist_ok=True)
        (self.interfaces / name / "carrier").write_text(f"{carrier}\n")

    def route(self, four: str = "", six: str = "") -> None:
        (self.routes / "route").write_text(HEAD + four)
        (self.routes / "ipv6_route").write_text(six)

    def trouble(self) -> str | None:
        return network_trouble(self.interfaces, self.routes)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


@pytest.mark.parametrize(("four", "six"), [(DEFAULT, ""), (LOCAL, DEFAULT_6), (LOCAL + DEFAULT, NONE_6)])
def test_a_carrier_and_a_default_route_of_either_protocol_are_a_network(machine, four, six):
    machine.interface("eth0", "1")
    machine.route(four, six)
    assert machine.trouble() is None


def test_loopback_alone_is_no_network(machine):
    machine.route(DEFAULT)
    machine.interface("eth0", "0")
    assert machine.trouble() == "no network interface has a carrier"


def test_an_interface_that_is_down_has_no_carrier(machine):
    machine.route(DEFAULT)
    (machine.interfaces / "eth0").mkdir()
    (machine.interfaces / "eth0" / "carrier").mkdir()  # reading it is an error, as of one that is down
    assert machine.trouble() == "no network interface has a carrier"


@pytest.mark.parametrize(
    ("four", "six"), [(LOCAL, ""), ("", NONE_6), (DEFAULT.replace("0003", "0200"), "")], ids=["local", "lo", "rejected"]
)
def test_without_a_default_route_that_leads_somewhere_there_is_a_trouble(machine, four, six):
    machine.interface("eth0", "1")
    machine.route(four, six)
    assert machine.trouble() == "there is no default route"


def test_a_kernel_without_these_files_has_no_network(tmp_path):
    assert network_trouble(tmp_path / "none", tmp_path / "none") == "no network interface has a carrier"


def test_a_folder_with_room_is_well_and_one_that_is_missing_is_named(tmp_path):
    assert folder_trouble(tmp_path) is None
    assert folder_trouble(tmp_path / "card") == f"{tmp_path}/card: No such file or directory"
    assert card_trouble(tmp_path / "card") is None, "the recorder makes it, or says why not"
