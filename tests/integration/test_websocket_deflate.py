"""permessage-deflate (RFC 7692): negotiated, bounded, and not used for short messages."""

import os
import zlib

import pytest
import websockets
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from harness.wire import BINARY, CONTINUATION, TEXT, Frame, Wire, frame

MAX_MESSAGE = 200_000
RSV1 = 4


@pytest.fixture(scope="module")
def echo(house):
    return house.chatd(redis=house.redis(), workers=1, options=[
        "--echo", "on", "--max-message-size", str(MAX_MESSAGE)])


def offer(parameters=""):
    return [f"Sec-WebSocket-Extensions: permessage-deflate{parameters}"]


def deflated(data):
    compressor = zlib.compressobj(wbits=-15)
    return (compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4]


def inflated(data, wbits=-15):
    return zlib.decompressobj(wbits=wbits).decompress(data + b"\0\0\xff\xff")


@pytest.fixture
def wire(echo):
    with Wire(echo) as wire:
        yield wire.open(headers=offer())


@pytest.mark.parametrize("offered, accepted", [
    ("", True), ("; client_max_window_bits", True), ("; client_max_window_bits=10", True),
    ("; server_max_window_bits=10", True), ("; server_no_context_takeover", True),
    ("; client_no_context_takeover; server_no_context_takeover", True),
    ("; server_max_window_bits=16", False), ("; server_max_window_bits=08", False),
    ("; server_max_window_bits", False), ("; nonsense", False),
    ("; server_no_context_takeover=1", False),
    ("; server_no_context_takeover; server_no_context_takeover", False),
    ("; nonsense, permessage-deflate", True)])
def test_negotiation(echo, offered, accepted):
    with Wire(echo) as wire:
        response = wire.upgrade(headers=offer(offered))
        assert response.status == 101
        chosen = response.headers.get("sec-websocket-extensions", "")
        assert chosen.startswith("permessage-deflate") == accepted


def test_not_offered_is_not_chosen(echo):
    with Wire(echo) as wire:
        assert "sec-websocket-extensions" not in wire.upgrade().headers


def test_long_message_comes_compressed_and_a_short_one_does_not(wire):
    long = b"compress me " * 500
    wire.send(frame(TEXT, deflated(long), rsv=RSV1))
    got = wire.frame()
    assert got.rsv == RSV1 and len(got.payload) < len(long) / 10
    assert inflated(got.payload) == long
    wire.send(frame(TEXT, deflated(b"short"), rsv=RSV1))
    assert wire.frame() == Frame(TEXT, b"short")


def test_what_does_not_shrink_comes_as_it_is(wire):
    noise = os.urandom(5000)
    wire.send(frame(BINARY, noise))
    assert wire.frame() == Frame(BINARY, noise)


def test_small_window_is_kept_to(echo):
    with Wire(echo) as wire:
        response = wire.upgrade(headers=offer("; server_max_window_bits=9"))
        assert "server_max_window_bits=9" in response.headers["sec-websocket-extensions"]
        text = b"".join(b"%d " % number for number in range(3000))
        wire.send(frame(TEXT, text))
        got = wire.frame()
        assert inflated(got.payload, wbits=-9) == text


def test_compressed_message_in_fragments(wire):
    text = os.urandom(3000).hex().encode()
    data = deflated(text)
    wire.send(frame(TEXT, data[:10], fin=False, rsv=RSV1))
    for place in range(10, len(data), 700):
        wire.send(frame(CONTINUATION, data[place:place + 700], fin=place + 700 >= len(data)))
    got = wire.frame()
    assert (inflated(got.payload) if got.rsv else got.payload) == text


BROKEN = {
    "rsv1 on a continuation": (frame(TEXT, deflated(b"a"), fin=False, rsv=RSV1)
                               + frame(CONTINUATION, b"b", rsv=RSV1), 1002),
    "rsv1 on a ping": (frame(9, b"a", rsv=RSV1), 1002),
    "no deflate data": (frame(TEXT, b"\xff\xff\xff\xff", rsv=RSV1), 1007),
    "cut deflate data": (frame(TEXT, deflated(b"a" * 5000)[:6], rsv=RSV1), 1007),
    "not utf-8 inside": (frame(TEXT, deflated(b"\xff\xfe"), rsv=RSV1), 1007),
    "bomb": (frame(BINARY, deflated(b"\0" * 50_000_000), rsv=RSV1), 1009),
    "bomb in fragments": (b"".join(
        [frame(BINARY, deflated(b"\0" * 50_000_000)[:100], fin=False, rsv=RSV1)]
        + [frame(CONTINUATION, deflated(b"\0" * 50_000_000)[100:])]), 1009),
}


@pytest.mark.parametrize("data, code", BROKEN.values(), ids=BROKEN.keys())
def test_broken_compression_closes_with(wire, data, code):
    wire.send(data)
    assert wire.closed_with() == code


@pytest.mark.parametrize("settings", [
    {}, {"server_no_context_takeover": True}, {"client_no_context_takeover": True},
    {"server_max_window_bits": 10, "client_max_window_bits": 10}])
async def test_python_websockets_agrees(echo, settings):
    async with websockets.connect(
            echo.url(), max_size=None, extensions=[ClientPerMessageDeflateFactory(**settings)],
            compression=None) as socket:
        assert [type(extension).__name__ for extension in socket.extensions] == [
            "PerMessageDeflate"]
        for message in ("x" * 100_000, "short", os.urandom(50_000), "ünï" * 20_000, "", "end"):
            await socket.send(message)
            assert await socket.recv() == message


def test_compression_can_be_switched_off(house):
    plain = house.chatd(redis=house.redis(), workers=1, options=[
        "--echo", "on", "--compression", "off"])
    with Wire(plain) as wire:
        assert "sec-websocket-extensions" not in wire.upgrade(headers=offer()).headers
