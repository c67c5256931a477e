"""Who may connect: the Host and Origin lists of the original, compared byte for byte."""

import pytest

from harness.wire import Wire


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=1, options=[
        "--server-name", "chat.example,localhost", "--client-name",
        "chat.example,app.example:8443"])


def status(server, host="chat.example", origin="https://chat.example"):
    with Wire(server) as wire:
        headers = [] if origin is None else [f"Origin: {origin}"]
        return wire.upgrade(headers=headers, host=host).status


@pytest.mark.parametrize("host", ["chat.example", "localhost", "chat.example:9501"])
def test_listed_host_is_accepted(server, host):
    assert status(server, host=host) == 101


@pytest.mark.parametrize("host", [
    "other.example", "CHAT.example", "chat.example.", "xchat.example", "chat.example.evil.test",
    "evil.test:80", "127.0.0.1"])
def test_other_host_is_refused(server, host):
    assert status(server, host=host) == 403


@pytest.mark.parametrize("origin", [
    "https://chat.example", "http://chat.example", "https://app.example:8443"])
def test_listed_origin_is_accepted(server, origin):
    assert status(server, origin=origin) == 101


@pytest.mark.parametrize("origin", [
    None, "null", "", "https://evil.test", "https://chat.example.evil.test",
    "https://xchat.example", "https://chat.example:8443", "https://app.example",
    "https://app.example:84430", "https://CHAT.EXAMPLE", "https://chat.example/",
    "chat.example@evil",
    "https://chat.example@evil.test", "https://chat.example https://evil.test", "file://",
    "https://evil.test?chat.example", "https://chat.example.", "ftp://chat.example"])
def test_other_origin_is_refused(server, origin):
    assert status(server, origin=origin) == 403


def test_two_origins_are_refused(server):
    with Wire(server) as wire:
        response = wire.upgrade(host="chat.example", headers=[
            "Origin: https://chat.example", "Origin: https://evil.test"])
        assert response.status in (400, 403)
