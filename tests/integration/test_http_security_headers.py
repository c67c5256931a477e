"""The headers that tell browsers what to forbid: on every answer, whatever its status."""

import os

import pytest

from harness.wire import Wire

POLICY = {"default-src": "'self'", "object-src": "'none'", "base-uri": "'none'",
          "frame-ancestors": "'none'"}


@pytest.fixture(scope="module", params=["plain", "tls"])
def server(house, request):
    html = house.folder("html")
    os.makedirs(html)
    with open(os.path.join(html, "index.html"), "w", encoding="utf-8") as file:
        file.write("<!doctype html><title>t</title>" * 10)
    certificate = request.getfixturevalue("certificate") if request.param == "tls" else None
    return house.chatd(redis=house.redis(), certificate=certificate, workers=1, options=[
        "--html", html, "--server-name", "localhost", "--max-header-size", "2K",
        "--handshake-timeout", "1s"])


HOST = "Host: localhost\r\n"
REQUESTS = {
    200: f"GET / HTTP/1.1\r\n{HOST}\r\n",
    206: f"GET /index.html HTTP/1.1\r\n{HOST}Range: bytes=0-3\r\n\r\n",
    304: f"GET / HTTP/1.1\r\n{HOST}If-None-Match: *\r\n\r\n",
    400: "GET / HTTP/1.1\r\n\r\n",
    403: f"GET /ws HTTP/1.1\r\nHost: evil\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Key: AAECAwQFBgcICQoLDA0ODw==\r\nSec-WebSocket-Version: 13\r\n\r\n",
    404: f"GET /nothing HTTP/1.1\r\n{HOST}\r\n",
    405: f"DELETE / HTTP/1.1\r\n{HOST}\r\n",
    408: "GET / HTTP/1.1\r\nHost:",
    411: f"GET / HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n",
    413: f"GET / HTTP/1.1\r\n{HOST}Content-Length: 5\r\n\r\n",
    414: f"GET /{'x' * 4096} HTTP/1.1\r\n{HOST}\r\n",
    416: f"GET / HTTP/1.1\r\n{HOST}Range: bytes=9999-\r\n\r\n",
    417: f"GET / HTTP/1.1\r\n{HOST}Expect: wonders\r\n\r\n",
    426: f"GET /ws HTTP/1.1\r\n{HOST}\r\n",
    431: f"GET / HTTP/1.1\r\n{HOST}X: {'x' * 4096}\r\n\r\n",
    501: f"GET / HTTP/1.1\r\n{HOST}Transfer-Encoding: gzip\r\n\r\n",
    505: f"GET / HTTP/2.0\r\n{HOST}\r\n",
}


@pytest.mark.parametrize("status", REQUESTS)
def test_answer_carries_them(server, status):
    with Wire(server) as wire:
        wire.send(REQUESTS[status])
        response = wire.response()
    assert response.status == status
    check(response.headers, server)


def check(headers, server):
    policy = dict(part.strip().split(" ", 1)
                  for part in headers["content-security-policy"].split(";"))
    for name, value in POLICY.items():
        assert policy[name] == value
    assert not any("unsafe" in value for value in policy.values()), policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert "camera=(self)" in headers["permissions-policy"]
    assert headers["cross-origin-opener-policy"] == "same-origin"
    if server.certificate:
        assert int(headers["strict-transport-security"].split("max-age=")[1]) >= 31536000
    else:
        assert "strict-transport-security" not in headers


def test_header_sent_twice_reaches_no_answer(server):
    """What a client sends never becomes a header of the answer (response splitting)."""
    with Wire(server) as wire:
        response = wire.request("GET /%0d%0aSet-Cookie:%20a=b HTTP/1.1", ["Host: localhost"])
        assert response.status == 400 and "set-cookie" not in response.headers
