"""Frames that break RFC 6455 or RFC 7692 or a limit, and the close code each of them earns.

The server is given --max-message-size 100000 and --max-fragments 50; the connection is one of the
legacy wire, nobody logged in, with permessage-deflate where the case says so.
"""

import struct
import zlib

from harness.wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, frame

MAX_MESSAGE, MAX_FRAGMENTS = 100_000, 50
UNASSIGNED = [3, 4, 5, 6, 7, 11, 12, 13, 14, 15]
NOT_UTF8 = {
    "lone continuation": b"\x80", "last continuation": b"\xbf", "two continuations": b"\x80\xbf",
    "overlong slash in 2": b"\xc0\xaf", "overlong NUL": b"\xc0\x80", "overlong 7f": b"\xc1\xbf",
    "overlong slash in 3": b"\xe0\x80\xaf", "overlong 7ff": b"\xe0\x9f\xbf",
    "overlong slash in 4": b"\xf0\x80\x80\xaf", "overlong ffff": b"\xf0\x8f\xbf\xbf",
    "first surrogate": b"\xed\xa0\x80", "last surrogate": b"\xed\xbf\xbf",
    "surrogate pair": b"\xed\xa0\x80\xed\xb0\x80", "above U+10FFFF": b"\xf4\x90\x80\x80",
    "f5": b"\xf5\x80\x80\x80", "five bytes": b"\xf8\x88\x80\x80\x80",
    "six bytes": b"\xfc\x84\x80\x80\x80\x80", "fe": b"\xfe", "ff": b"\xff", "BOM of UTF-16": b"\xff\xfe",
    "cut after 1 of 2": b"\xc3", "cut after 1 of 3": b"\xe2", "cut after 2 of 3": b"\xe2\x82",
    "cut after 1 of 4": b"\xf0", "cut after 3 of 4": b"\xf0\x9f\x98", "latin-1": b"caf\xe9",
    "broken in the middle": b"a\xe2\x28\xa1b", "ASCII inside 4": b"\xf0\x28\x8c\xbc",
    "UTF-16": "text".encode("utf-16"), "Shift JIS": "日本".encode("shift_jis"),
}


def deflated(data, level=9):
    compressor = zlib.compressobj(level, wbits=-15)
    return compressor.compress(data) + compressor.flush(zlib.Z_SYNC_FLUSH)[:-4]


def headers():
    for opcode in UNASSIGNED:
        for rsv in (0, 4):
            yield f"opcode {opcode}, rsv {rsv}", frame(opcode, "x", rsv=rsv), 1002
        yield f"opcode {opcode} in a message", (
            frame(TEXT, "a", fin=False) + frame(opcode, "x")), 1002
    for rsv in range(1, 8):
        for name, opcode in (("text", TEXT), ("binary", BINARY), ("ping", PING), ("pong", PONG),
                             ("close", CLOSE)):
            payload = struct.pack("!H", 1000) if opcode == CLOSE else "x"
            yield f"rsv {rsv} on {name}", frame(opcode, payload, rsv=rsv), 1002
        yield f"rsv {rsv} on a continuation", (
            frame(TEXT, "a", fin=False) + frame(CONTINUATION, "b", rsv=rsv)), 1002
    for name, opcode in (("text", TEXT), ("binary", BINARY), ("ping", PING), ("close", CLOSE)):
        yield f"unmasked {name}", frame(opcode, b"\x03\xe8", mask=False), 1002
    for name, opcode in (("ping", PING), ("pong", PONG), ("close", CLOSE)):
        yield f"fragment of a {name}", frame(opcode, b"\x03\xe8", fin=False), 1002
        for size in (126, 127, 1000, 65535, 65536):
            yield f"{name} of {size}", frame(opcode, b"\x03\xe8" + bytes(size - 2)), 1002
        for wide in (16, 64):
            yield f"{name} with a length of {wide} bits", frame(opcode, b"\x03\xe8", wide=wide), 1002


def lengths():
    for size in (0, 1, 125):
        yield f"16 bits for {size}", frame(TEXT, b"x" * size, wide=16), 1002
    for size in (0, 1, 125, 126, 65535):
        yield f"64 bits for {size}", frame(TEXT, b"x" * size, wide=64), 1002
    for bit in (63,):
        for low in (0, 1, 125, 2**62, 2**63 - 1):
            yield f"64 bits with the top bit and {low}", (
                frame(TEXT, b"", length=(1 << bit) | low, wide=64)), 1002
    for bit in range(17, 63):
        yield f"text announced with 2^{bit}", frame(TEXT, b"x", length=1 << bit, wide=64), 1009
    for length in (MAX_MESSAGE + 1, 2**31 - 1, 2**31, 2**32 - 1, 2**32 + 5, 2**63 - 1):
        yield f"text announced with {length}", frame(TEXT, b"x", length=length, wide=64), 1009
        yield f"fragment announced with {length}", (
            frame(TEXT, b"x", fin=False) + frame(CONTINUATION, b"x", length=length, wide=64)), 1009
    yield "one byte too many", frame(TEXT, b"x" * (MAX_MESSAGE + 1)), 1009
    yield "one byte too many in two", (
        frame(TEXT, b"x" * MAX_MESSAGE, fin=False) + frame(CONTINUATION, b"x")), 1009


def fragments():
    for name, opcode in (("final", True), ("more", False)):
        yield f"{name} continuation of nothing", frame(CONTINUATION, "x", fin=opcode), 1002
    for first in (TEXT,):
        for second in (TEXT, BINARY):
            for fin in (True, False):
                yield f"message {second} in message {first}, fin {fin}", (
                    frame(first, "a", fin=False) + frame(second, "b", fin=fin)), 1002
    yield "continuation behind a whole message's ping", (
        frame(PING, "x") + frame(CONTINUATION, "x")), 1002
    for payload in (b"", b"x"):
        flood = frame(CONTINUATION, payload, fin=False) * MAX_FRAGMENTS
        yield f"flood of fragments of {len(payload)}", frame(TEXT, payload, fin=False) + flood, 1008
        pinged = (frame(CONTINUATION, payload, fin=False) + frame(PING, "")) * MAX_FRAGMENTS
        yield f"flood with pings between, of {len(payload)}", (
            frame(TEXT, payload, fin=False) + pinged), 1008


def texts():
    for name, text in NOT_UTF8.items():
        yield name, frame(TEXT, text), 1007
        yield f"{name}, in two frames", (
            frame(TEXT, text[:1], fin=False) + frame(CONTINUATION, text[1:])), 1007
        yield f"{name}, behind good text", frame(TEXT, "gut, 好, 👍".encode() + text), 1007
    for name in ("lone continuation", "overlong NUL", "first surrogate", "f5", "cut after 1 of 2"):
        yield f"close reason: {name}", (
            frame(CLOSE, struct.pack("!H", 1000) + NOT_UTF8[name])), 1007


def closes():
    yield "one byte", frame(CLOSE, b"\x03"), 1002
    codes = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 9999, 65535]
    for code in codes:
        yield f"code {code}", frame(CLOSE, struct.pack("!H", code)), 1002
        yield f"code {code} with a reason", frame(CLOSE, struct.pack("!H", code) + b"why"), 1002


def compressed():
    """With permessage-deflate agreed."""
    noise = bytes(range(7, 256, 11))
    for name, data in {
            "reserved block type": b"\x07", "block type 3 behind a good block": deflated(b"x") + b"\xff",
            "stored with a wrong complement": b"\x00\x05\x00\x00\x00hello",
            "distance too far": b"\x4b\x04\x62\x00\x00\xff", "noise": noise, "0xff": b"\xff" * 50,
            "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "zlib": b"\xff\x9c\xcbH",
            "huffman table that is none": b"\x05\xe0\x81\x91\x24\xcb\xb2\x2c\x49\xe2\x0f\x2e",
            "cut in a block": deflated(b"abcdefgh" * 20)[:-6], "cut in a table": b"\x04\xc0"}.items():
        yield f"broken: {name}", frame(TEXT, data, rsv=4), 1007
    for size in (MAX_MESSAGE + 1, 1_000_000, 30_000_000):
        yield f"bomb of {size}", frame(TEXT, deflated(b"a" * size), rsv=4), 1009
        body = deflated(b"a" * size)
        yield f"bomb of {size} in two", (
            frame(TEXT, body[:20], fin=False, rsv=4) + frame(CONTINUATION, body[20:])), 1009
    yield "bomb of bombs", frame(TEXT, deflated(deflated(bytes(40_000_000)) * 3), rsv=4), (1007, 1009)
    for size in (MAX_MESSAGE * 2, 1 << 40):
        yield f"{size} compressed bytes announced", (
            frame(TEXT, b"x", rsv=4, length=size, wide=64)), 1009
    yield "empty blocks for ever", (
        frame(TEXT, b"\x00\x00\x00\xff\xff" * 40_000, rsv=4)), 1009
    for rsv in (1, 2, 3, 5, 6, 7):
        yield f"rsv {rsv}", frame(TEXT, deflated(b"x"), rsv=rsv), 1002
    yield "rsv 4 on a continuation", (
        frame(TEXT, b"", fin=False, rsv=4) + frame(CONTINUATION, deflated(b"x"), rsv=4)), 1002
    yield "rsv 4 on a ping", frame(PING, deflated(b"x"), rsv=4), 1002
    for name in ("lone continuation", "first surrogate", "cut after 2 of 3", "f5", "overlong NUL"):
        yield f"compressed {name}", frame(TEXT, deflated(NOT_UTF8[name]), rsv=4), 1007


def plain_table():
    return {f"{part.__name__}: {name}": (data, code)
            for part in (headers, lengths, fragments, texts, closes)
            for name, data, code in part()}


def compressed_table():
    return {f"compressed: {name}": (data, code) for name, data, code in compressed()}


def cut_short():
    """Good frames, cut behind each byte: no answer, and no connection left."""
    whole = frame(PONG, b"x" * 120) + frame(TEXT, b"y" * 130)
    return {f"frames of {size} bytes": whole[:size] for size in (*range(1, 12), 100, 125, 127, 130, 133, 134, 200, 263)}
