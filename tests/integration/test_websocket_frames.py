"""RFC 6455 on the wire, rule by rule, against the echo mode with hand-made frames."""

import os
import struct

import pytest

from harness.wire import (BINARY, CLOSE, CONTINUATION, KEY, PING, PONG, TEXT, Frame, Wire,
                          close_frame, frame)

MAX_MESSAGE = 100_000
MAX_FRAGMENTS = 50


@pytest.fixture(scope="module")
def echo(house):
    return house.chatd(redis=house.redis(), workers=1, options=[
        "--echo", "on", "--close-timeout", "1s"])


@pytest.fixture(scope="module")
def chat(house):
    return house.chatd(redis=house.redis(), workers=1, options=[
        "--max-message-size", str(MAX_MESSAGE), "--max-fragments", str(MAX_FRAGMENTS)])


@pytest.fixture
def wire(echo):
    with Wire(echo) as wire:
        yield wire.open()


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 128, 65535, 65536, 1_000_000])
@pytest.mark.parametrize("opcode", [TEXT, BINARY])
def test_message_of_every_length_form_is_echoed(wire, opcode, size):
    payload = b"x" * size if opcode == TEXT else os.urandom(size)
    wire.send(frame(opcode, payload))
    assert wire.frame() == Frame(opcode, payload)


def test_bytes_may_come_one_by_one(wire):
    for byte in frame(TEXT, "chopped"):
        wire.send(bytes([byte]))
    assert wire.frame() == Frame(TEXT, b"chopped")


def test_many_messages_in_one_segment_keep_their_order(wire):
    wire.send(b"".join(frame(TEXT, str(number)) for number in range(500)))
    assert [int(wire.frame().payload) for _ in range(500)] == list(range(500))


def test_fragments_make_one_message(wire):
    wire.send(frame(TEXT, "one ", fin=False))
    wire.send(frame(CONTINUATION, "two ", fin=False))
    wire.send(frame(CONTINUATION, "", fin=False))
    wire.send(frame(CONTINUATION, "three"))
    assert wire.frame() == Frame(TEXT, b"one two three")


def test_ping_between_fragments_is_answered_at_once(wire):
    wire.send(frame(TEXT, "half", fin=False) + frame(PING, "now"))
    assert wire.frame() == Frame(PONG, b"now")
    wire.send(frame(CONTINUATION, "whole"))
    assert wire.frame() == Frame(TEXT, b"halfwhole")


@pytest.mark.parametrize("payload", [b"", b"x", b"x" * 125])
def test_pong_repeats_the_ping(wire, payload):
    wire.send(frame(PING, payload))
    assert wire.frame() == Frame(PONG, payload)


def test_unsolicited_pong_is_ignored(wire):
    wire.send(frame(PONG, "hello?") + frame(TEXT, "still here"))
    assert wire.frame() == Frame(TEXT, b"still here")


BROKEN = {
    "unmasked": (frame(TEXT, "x", mask=False), 1002),
    "rsv1 without deflate": (frame(TEXT, "x", rsv=4), 1002),
    "rsv2": (frame(TEXT, "x", rsv=2), 1002),
    "rsv3": (frame(TEXT, "x", rsv=1), 1002),
    "rsv on ping": (frame(PING, "x", rsv=4), 1002),
    **{f"reserved opcode {code}": (frame(code, "x"), 1002)
       for code in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15)},
    "fragmented ping": (frame(PING, "x", fin=False), 1002),
    "fragmented close": (frame(CLOSE, b"\x03\xe8", fin=False), 1002),
    "ping of 126 bytes": (frame(PING, b"x" * 126), 1002),
    "continuation of nothing": (frame(CONTINUATION, "x"), 1002),
    "text within text": (frame(TEXT, "a", fin=False) + frame(TEXT, "b"), 1002),
    "binary within text": (frame(TEXT, "a", fin=False) + frame(BINARY, "b"), 1002),
    "16 bit length of 125": (frame(TEXT, b"x" * 125, wide=16), 1002),
    "64 bit length of 65535": (frame(TEXT, b"x" * 65535, wide=64), 1002),
    "64 bit length with the top bit": (frame(TEXT, b"", length=1 << 63, wide=64), 1002),
    "close of one byte": (frame(CLOSE, b"\x03"), 1002),
    "close reason not utf-8": (frame(CLOSE, b"\x03\xe8\xff"), 1007),
    "lone continuation byte": (frame(TEXT, b"\x80"), 1007),
    "overlong slash": (frame(TEXT, b"\xc0\xaf"), 1007),
    "surrogate": (frame(TEXT, b"\xed\xa0\x80"), 1007),
    "above U+10FFFF": (frame(TEXT, b"\xf4\x90\x80\x80"), 1007),
    "cut code point": (frame(TEXT, b"\xe2\x82"), 1007),
    "cut code point at the last fragment":
        (frame(TEXT, b"\xe2\x82", fin=False) + frame(CONTINUATION, b""), 1007),
    "bad byte in the first fragment": (frame(TEXT, b"\xff", fin=False), 1007),
    "huge declared length": (frame(BINARY, b"x", length=1 << 40, wide=64), 1009),
}


@pytest.mark.parametrize("data, code", BROKEN.values(), ids=BROKEN.keys())
def test_broken_frame_closes_with(wire, data, code):
    wire.send(data)
    assert wire.closed_with() == code


TOO_MUCH = {
    "one byte too long": (frame(TEXT, b"x" * (MAX_MESSAGE + 1)), 1009),
    "too long in fragments":
        (frame(TEXT, b"x" * 60_000, fin=False) + frame(CONTINUATION, b"x" * 60_000), 1009),
    "flood of fragments":
        (frame(TEXT, "", fin=False) + frame(CONTINUATION, "", fin=False) * MAX_FRAGMENTS, 1008),
}


@pytest.mark.parametrize("data, code", TOO_MUCH.values(), ids=TOO_MUCH.keys())
def test_too_much_closes_with(chat, data, code):
    with Wire(chat) as wire:
        wire.open().send(data)
        assert wire.closed_with() == code


def test_code_point_may_span_fragments(wire):
    text = "€ und 𐍈".encode()
    for place, byte in enumerate(text):
        wire.send(frame(TEXT if place == 0 else CONTINUATION, bytes([byte]),
                        fin=place == len(text) - 1))
    assert wire.frame() == Frame(TEXT, text)


@pytest.mark.parametrize("code", [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013,
                                  1014, 3000, 3999, 4000, 4999])
def test_close_is_answered_with_its_code(wire, code):
    wire.send(close_frame(code, b"bye"))
    assert wire.frame().close_code == code
    assert wire.ended()


@pytest.mark.parametrize("code", [0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000,
                                  65535])
def test_code_that_may_not_be_sent_is_an_error(wire, code):
    wire.send(close_frame(code))
    assert wire.frame().close_code == 1002
    assert wire.ended()


def test_empty_close_gets_an_empty_close(wire):
    wire.send(close_frame())
    got = wire.frame()
    assert (got.opcode, got.payload) in [(CLOSE, b""), (CLOSE, struct.pack("!H", 1000))]
    assert wire.ended()


def test_nothing_is_read_behind_a_close(wire):
    wire.send(close_frame(1000) + frame(TEXT, "too late") + frame(PING, "too late"))
    assert wire.frame().opcode == CLOSE
    assert wire.rest() == b""


def test_peer_that_never_answers_the_close_is_dropped(wire):
    wire.send(frame(TEXT, b"\xff"))
    assert wire.frame().close_code == 1007
    assert wire.ended()


def test_frames_right_behind_the_handshake_are_read(echo):
    with Wire(echo) as wire:
        wire.send("GET /any/path?x=1 HTTP/1.1\r\nHost: localhost\r\nUpgrade: WebSocket\r\n"
                  f"Connection: keep-alive, Upgrade\r\nSec-WebSocket-Key: {KEY}\r\n"
                  "Sec-WebSocket-Version: 13\r\n\r\n".encode() + frame(TEXT, "eager"))
        assert wire.response().status == 101
        assert wire.frame() == Frame(TEXT, b"eager")
