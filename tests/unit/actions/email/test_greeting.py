import pytest

from bridge.actions.email.greeting import address_literal


@pytest.mark.parametrize(
    ("address", "literal"),
    [("192.0.2.7", "[192.0.2.7]"), ("2001:db8::7", "[IPv6:2001:db8::7]"), ("fe80::1%eth0", "[IPv6:fe80::1]")],
)
def test_a_host_without_a_name_says_its_address(address, literal):
    assert address_literal(address) == literal
