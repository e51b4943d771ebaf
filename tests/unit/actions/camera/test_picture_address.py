import pytest

from bridge.errors import ActionRefused
from bridge.text.device_url import device_url


@pytest.mark.parametrize(
    "address",
    [
        "rtsp://admin:s3cret@10.0.0.9:554/main",
        "http://10.0.0.9:554/cgi?usr=admin&pwd=s3cret",
        "rtsp://10.0.0.9:554/user=admin&password=s3cret&channel=1",
    ],
)
def test_what_is_shown_holds_no_credential(address):
    url = device_url(address)
    assert url.shown.endswith("://10.0.0.9:554")
    assert "s3cret" not in f"{url.shown} {url!r} {url}"
    assert "s3cret" not in url.hide(f"failed: {address} and {url.full}")


def test_credentials_of_the_settings_win_over_those_in_the_address():
    url = device_url("rtsp://admin:old@cam/main", username="viewer", password="new")
    assert (url.username, url.password, url.bare) == ("viewer", "new", "rtsp://cam/main")


def test_credentials_with_special_characters_survive_the_round_trip():
    url = device_url("rtsp://cam/main", username="a@b", password="p:/?#w")
    assert url.full == "rtsp://a%40b:p%3A%2F%3F%23w@cam/main"
    assert device_url(url.full) == url


def test_an_address_of_six_keeps_its_brackets():
    assert device_url("RTSPS://[::1]:322/x").bare == "rtsps://[::1]:322/x"


def test_a_video_device_is_an_address_too():
    assert device_url("v4l2:/dev/video0").scheme == "v4l2"


@pytest.mark.parametrize("address", ["", "http://", "http://cam:notaport/", "nonsense"])
def test_what_is_no_address_is_refused_without_being_repeated(address):
    with pytest.raises(ActionRefused, match="not one"):
        device_url(address)
