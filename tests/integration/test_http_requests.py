"""HTTP/1.1 on the wire: every malformed, oversized, slow or ambiguous request gets its status.

Whatever two programs could understand differently (request smuggling) is refused, and the
connection is closed behind it.
"""

import time

import pytest

from harness.wire import KEY, Wire

MAX_HEAD = 4096


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=1, options=[
        "--max-header-size", str(MAX_HEAD), "--max-header-count", "20",
        "--handshake-timeout", "2s", "--keep-alive-timeout", "2s"])


HOST = "Host: localhost"
MALFORMED = {
    "no method": (" / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "no version": ("GET /\r\nHost: a\r\n\r\n", 400),
    "two spaces": ("GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "space in the target": ("GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "tab for space": ("GET\t/\tHTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "lower case version": ("GET / http/1.1\r\nHost: a\r\n\r\n", 400),
    "http/2 preface": ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 505)),
    "version 3": ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505),
    "bare LF": ("GET / HTTP/1.1\nHost: a\n\n", 400),
    "bare CR": ("GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", 400),
    "NUL in a header": ("GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n", 400),
    "control in a header": ("GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n", 400),
    "folded header": ("GET / HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\n\r\n", 400),
    "space before the colon": ("GET / HTTP/1.1\r\nHost : a\r\n\r\n", 400),
    "no colon": ("GET / HTTP/1.1\r\nHost: a\r\nX\r\n\r\n", 400),
    "empty header name": ("GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n", 400),
    "no host": ("GET / HTTP/1.1\r\n\r\n", 400),
    "two hosts": ("GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n", 400),
    "host with a space": ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
    "encoded NUL": ("GET /%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "broken escape": ("GET /%zz HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "relative target": ("GET index.html HTTP/1.1\r\nHost: a\r\n\r\n", 400),
    "TLS to the plain port": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
}
SMUGGLING = {
    "length and chunks": ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
                          "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
    "two lengths": ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n"
                    "Content-Length: 5\r\n\r\n", 400),
    "list of lengths": ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5, 6\r\n\r\n", 400),
    "signed length": ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +5\r\n\r\n", 400),
    "hexadecimal length": ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0x5\r\n\r\n", 400),
    "negative length": ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n", 400),
    "length beyond 64 bits": ("POST / HTTP/1.1\r\nHost: a\r\n"
                              "Content-Length: 99999999999999999999\r\n\r\n", (400, 413)),
    "unknown coding": ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: xchunked\r\n\r\n",
                       (400, 501)),
    "chunked not last": ("POST / HTTP/1.1\r\nHost: a\r\n"
                         "Transfer-Encoding: chunked, identity\r\n\r\n", (400, 501)),
    "chunks in HTTP/1.0": ("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                           400),
    "space in the coding's name": ("POST / HTTP/1.1\r\nHost: a\r\n"
                                   "Transfer-Encoding : chunked\r\n\r\n", 400),
    "vertical tab in the coding": ("POST / HTTP/1.1\r\nHost: a\r\n"
                                   "Transfer-Encoding: \x0bchunked\r\n\r\n", 400),
}
OVERSIZED = {
    "long header": (f"GET / HTTP/1.1\r\nHost: a\r\nX: {'x' * MAX_HEAD}\r\n\r\n", 431),
    "many headers": ("GET / HTTP/1.1\r\nHost: a\r\n" + "X: 1\r\n" * 20 + "\r\n", 431),
    "long target": (f"GET /{'x' * MAX_HEAD} HTTP/1.1\r\nHost: a\r\n\r\n", 414),
    "body nobody takes": ("POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n",
                          (404, 405, 413)),
}


@pytest.mark.parametrize(
    "data, status", [*MALFORMED.values(), *SMUGGLING.values(), *OVERSIZED.values()],
    ids=[*MALFORMED, *SMUGGLING, *OVERSIZED])
def test_refused_with(server, data, status):
    with Wire(server) as wire:
        wire.send(data)
        response = wire.response()
        assert response.status in (status if isinstance(status, tuple) else (status,))
        assert response.headers["connection"] == "close"
        assert wire.ended()


def test_nothing_behind_a_refused_request_is_answered(server):
    with Wire(server) as wire:
        wire.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\nTransfer-Encoding: chunked"
                  "\r\n\r\n" + "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert wire.response().status == 400
        assert b"HTTP/1.1" not in wire.rest()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "TRACE", "CONNECT", "get", "BREW"])
def test_other_methods_are_refused(server, method):
    target = "localhost:1" if method == "CONNECT" else "/"
    with Wire(server) as wire:
        assert wire.request(f"{method} {target} HTTP/1.1").status in (400, 404, 405, 501)


@pytest.mark.parametrize("sent", ["", "GET / HTT", "GET / HTTP/1.1\r\nHost: a\r\nX: "],
                         ids=["nothing", "half a line", "half a header"])
def test_slow_head_is_ended_in_time(server, sent):
    begun = time.monotonic()
    with Wire(server) as wire:
        wire.send(sent)
        if sent:
            assert wire.response().status == 408
        assert wire.ended()
    assert 1 < time.monotonic() - begun < 5


def test_drip_fed_head_is_ended_in_time(server):
    begun = time.monotonic()
    with Wire(server, patience=0.2) as wire:
        wire.send("GET / HTTP/1.1\r\nHost: a\r\nX: ")
        answer = b""
        while not answer and time.monotonic() - begun < 10:
            wire.send("x")
            try:
                answer = wire.take(12)
            except TimeoutError:
                pass
    assert answer == b"HTTP/1.1 408"
    assert time.monotonic() - begun < 5


def test_idle_keep_alive_connection_is_closed(server):
    with Wire(server) as wire:
        wire.request()
        begun = time.monotonic()
        assert wire.ended()
        assert time.monotonic() - begun < 6


def test_requests_in_one_packet_are_answered_in_order(server):
    with Wire(server) as wire:
        wire.send("GET /a HTTP/1.1\r\nHost: a\r\n\r\nHEAD /b HTTP/1.1\r\nHost: a\r\n\r\n"
                  "GET /c HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        assert wire.response().status == 404
        assert wire.response(head_only=True).status == 404
        assert wire.response().status == 404
        assert wire.rest() == b""


def upgrade_headers(**changes):
    """The headers of a right upgrade, with some changed or (None) left out."""
    headers = {"Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade",
               "Sec-WebSocket-Key": KEY, "Sec-WebSocket-Version": "13"}
    headers.update({name.replace("_", "-"): value for name, value in changes.items()})
    return [f"{name}: {value}" for name, value in headers.items() if value is not None]


BAD_UPGRADES = {
    "version 12": (upgrade_headers(Sec_WebSocket_Version="12"), 426),
    "no version": (upgrade_headers(Sec_WebSocket_Version=None), (400, 426)),
    "no key": (upgrade_headers(Sec_WebSocket_Key=None), 400),
    "short key": (upgrade_headers(Sec_WebSocket_Key="AAAA"), 400),
    "key not base64": (upgrade_headers(Sec_WebSocket_Key="!" * 24), 400),
    "no connection": (upgrade_headers(Connection=None), 400),
    "connection close": (upgrade_headers(Connection="close"), 400),
    "two keys": (upgrade_headers() + [f"Sec-WebSocket-Key: {KEY}"], 400),
    "with a body": (upgrade_headers(Content_Length="3"), 400),
    "broken extensions": (upgrade_headers(Sec_WebSocket_Extensions="permessage-deflate; ="), 400),
    "broken subprotocols": (upgrade_headers(Sec_WebSocket_Protocol="a b"), 400),
}


@pytest.mark.parametrize("headers, status", BAD_UPGRADES.values(), ids=BAD_UPGRADES.keys())
def test_bad_upgrade_is_refused(server, headers, status):
    with Wire(server) as wire:
        response = wire.request("GET /ws HTTP/1.1", headers)
        assert response.status in (status if isinstance(status, tuple) else (status,))
        if response.status == 426:
            assert response.headers["sec-websocket-version"] == "13"


def test_post_is_no_upgrade(server):
    with Wire(server) as wire:
        assert wire.request("POST /ws HTTP/1.1", upgrade_headers()).status == 405


def test_http_1_0_is_no_upgrade(server):
    with Wire(server) as wire:
        assert wire.request("GET /ws HTTP/1.0", upgrade_headers()).status in (400, 426)


def test_plain_request_for_the_websocket_path(server):
    with Wire(server) as wire:
        response = wire.request("GET /ws HTTP/1.1", ["Host: localhost"])
        assert response.status == 426
        assert response.headers["upgrade"] == "websocket"


@pytest.mark.parametrize("offer, chosen", [
    (None, None), ("chat.msgpack.v1", "chat.msgpack.v1"), ("soap", None),
    ("soap, chat.msgpack.v1", "chat.msgpack.v1"), ("CHAT.MSGPACK.V1", None)])
def test_subprotocol(server, offer, chosen):
    with Wire(server) as wire:
        offers = [f"Sec-WebSocket-Protocol: {offer}"] if offer else []
        response = wire.upgrade("/any/path?at=all", offers)
        assert response.status == 101
        assert response.headers.get("sec-websocket-protocol") == chosen
