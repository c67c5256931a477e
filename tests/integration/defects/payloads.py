"""Messages that no request is: broken encodings, and wrong types for every field of every request.

The requests and their fields are read from the declarations in src/protocol, so a request that is
added there is tried here. Each case says with which code it is refused.
"""

import itertools
import json
import os
import re
import struct

import msgpack

from harness.server import ROOT

BAD_FORMAT, BAD_FIELD, UNKNOWN = "bad_format", "bad_field", "unknown_type"
GOOD = {"type": 213, "trace_id": "t"}


def declarations(name):
    with open(os.path.join(ROOT, "src/protocol", name), encoding="utf-8") as file:
        return file.read()


TYPES = {name: int(number) for number, name in
         re.findall(r"^TYPE\((\d+), (\w+),", declarations("types.def"), re.M)}
FIELD = re.compile(r"^  (LENIENT_|V1_)?FIELD\(((?:[^<,]|<[^>]*(?:<[^>]*>)?>)+), (\w+),", re.M)


def fields(body):
    """{field: (kind, whether it may be absent)}"""
    return {name: (kind, bool(prefix)) for prefix, kind, name in FIELD.findall(body)}


RECORDS = {name: fields(body) for name, body in
           re.findall(r"^RECORD\((\w+),.*?\n(.*?)^END", declarations("records.def"), re.M | re.S)}
REQUESTS = {name: ([TYPES[kind] for kind in re.findall(r"type::(\w+)", head)], fields(body))
            for name, head, body in re.findall(
                r"^REQUEST\((\w+),(.*?)\)\n(?=  |END)(.*?)^END", declarations("requests.def"),
                re.M | re.S)}
SAMPLES = {"text": "x", "number": 7, "real": 1.5, "true": True, "list": [], "list of one": ["x"],
           "map": {}, "other map": {"x": 1}, "null": None, "empty": ""}
TAKES = {"std::string": {"text", "empty"}, "std::int64_t": {"number"}, "bool": {"true"},
         "LooseText": {"text", "number", "real", "empty", "null"},
         "Value": set(SAMPLES), "HistoryCursor": {"number", "real", "map", "other map", "empty",
                                                  "null", "list"}}


def inner(kind):
    """The kind inside std::optional<…> and Verbatim<…>, and whether null will do."""
    while match := re.fullmatch(r"(std::optional|Verbatim)<(.*)>", kind):
        kind = match[2]
    return kind


def wrong_values(kind, lenient):
    """Values that a field of this kind cannot take, each with a name."""
    core = inner(kind)
    may_be_null = lenient or kind.startswith("std::optional")
    if core in RECORDS:
        yield from ((name, value) for name, value in SAMPLES.items()
                    if name not in ("map", "other map") and not (name == "null" and may_be_null))
        for field, (of, optional) in RECORDS[core].items():
            for name, value in wrong_values(of, optional):
                yield f"{field}: {name}", {**whole_record(core), field: value}
            if not optional and not of.startswith("std::optional"):
                yield f"without {field}", {key: value for key, value in whole_record(core).items()
                                           if key != field}
        return
    if match := re.fullmatch(r"std::vector<(.*)>", core):
        yield from ((name, value) for name, value in SAMPLES.items()
                    if not name.startswith("list") and not (name == "null" and may_be_null))
        for name, value in wrong_values(match[1], False):
            yield f"list of {name}", [value]
        return
    takes = TAKES[core]
    yield from ((name, value) for name, value in SAMPLES.items()
                if name not in takes and not (name == "null" and may_be_null))


def whole_value(kind):
    core = inner(kind)
    if core in RECORDS:
        return whole_record(core)
    return {"std::string": "x", "std::int64_t": 1, "bool": True, "LooseText": "x"}.get(core, [])


def whole_record(name):
    return {field: whole_value(kind) for field, (kind, _) in RECORDS[name].items()}


def wrong_fields(skip=()):
    for request, (types, declared) in REQUESTS.items():
        for kind, (field, (of, lenient)) in itertools.product(types, declared.items()):
            if request in skip:
                continue
            for name, value in wrong_values(of, lenient):
                yield f"{request} {kind}, {field}: {name}", {"type": kind, field: value}
            if not lenient and not of.startswith("std::optional") and inner(of) != "Value":
                yield f"{request} {kind} without {field}", {"type": kind}


def wrong_envelopes():
    for field in ("session_id", "sender_id", "receiver_id", "trace_id", "id"):
        for name in ("true", "list", "list of one", "map", "other map"):
            yield f"{field}: {name}", {**GOOD, field: SAMPLES[name]}, BAD_FIELD
    for field in ("trace_id", "id"):
        for size in (129, 1000, 60_000):
            yield f"{field} of {size}", {**GOOD, field: "x" * size}, BAD_FIELD
    for name in ("text", "real", "true", "list", "list of one", "map", "other map", "null", "empty"):
        yield f"type: {name}", {"type": SAMPLES[name]}, BAD_FORMAT
    for number in (-1, 65536, 2**31, 2**32 + 213, 2**63 - 1, -2**63, 2**64 - 1, 213.5, "213"):
        yield f"type: {number!r}", {"type": number}, BAD_FORMAT
    yield "no type", {"mess": 1}, BAD_FORMAT
    yield "empty map", {}, BAD_FORMAT
    for name, value in SAMPLES.items():
        if not isinstance(value, dict):
            yield f"no map but {name}", value, BAD_FORMAT
    asked_for = {number for types, _ in REQUESTS.values() for number in types}
    for number in sorted({*TYPES.values(), 0, 2, 99, 199, 999, 1109, 9999, 65535} - asked_for):
        yield f"type {number}, which is no request", {"type": number}, UNKNOWN


def nested(depth, opening, closing, core):
    return opening * depth + core + closing * depth


def msgpack_bytes():
    """Bytes that are no message, whatever they announce."""
    good = msgpack.packb({**GOOD, "mess": {"a": [1, "x", 2.5, True, None]}, "id": "i" * 40})
    for size in range(len(good)):
        yield f"cut behind {size} bytes", good[:size]
    for tail in (b"\x00", b"\xc0", b"\xc1", good, b"\x80", b"\xff"):
        yield f"{tail[:1].hex()} behind the message", good + tail
    for head in range(256):
        if head not in (0x80,):
            yield f"the single byte {head:#04x}", bytes([head])
    huge = (0x0fffffff, 0x7fffffff, 0xffffffff, 0x10000, 10_001)
    for name, code in (("array", 0xdd), ("map", 0xdf), ("text", 0xdb), ("binary", 0xc6),
                       ("extension", 0xc9)):
        for count in huge:
            announced = bytes([code]) + struct.pack("!I", count)
            yield f"{name} of {count} announced", announced
            yield f"{name} of {count} announced in a map", b"\x81\xa4mess" + announced
            yield f"{name} of {count} announced as a key", b"\x81" + announced
    for name, code in (("array", 0xdc), ("map", 0xde), ("text", 0xda), ("binary", 0xc5),
                       ("extension", 0xc8)):
        for count in (0x100, 0xffff):
            yield f"{name} of {count} announced", bytes([code]) + struct.pack("!H", count)
    for count in (1, 2, 100, 5000):
        yield f"{count} arrays of 2^28 in each other", b"\xdd\x0f\xff\xff\xff" * count
        yield f"{count} maps of 2^28 in each other", b"\xdf\x0f\xff\xff\xff\xa1k" * count
    for name, code in {"fixext 1": b"\xd4", "fixext 2": b"\xd5", "fixext 4": b"\xd6",
                       "fixext 8": b"\xd7", "fixext 16": b"\xd8"}.items():
        size = 1 << (code[0] - 0xd4)
        for kind in (0, 1, 127, 0xff):
            yield f"{name} of type {kind}", b"\x82\xa4type\xcc\xd5\xa4mess" + code + bytes(
                [kind]) + bytes(size)
    for name, packed in {"ext 8": b"\xc7\x03\x05abc", "ext 16": b"\xc8\x00\x03\x05abc",
                         "ext 32": b"\xc9\x00\x00\x00\x03\x05abc", "timestamp": b"\xd6\xff" + bytes(4),
                         "bin 8": b"\xc4\x01x", "bin 16": b"\xc5\x00\x01x",
                         "bin 32": b"\xc6\x00\x00\x00\x01x", "empty bin": b"\xc4\x00",
                         "never used": b"\xc1", "NaN": b"\xcb\x7f\xf8" + bytes(6),
                         "infinity": b"\xcb\x7f\xf0" + bytes(6), "-infinity": b"\xca\xff\x80\0\0",
                         "NaN in 32 bits": b"\xca\x7f\xc0\0\0"}.items():
        yield f"{name} for a value", b"\x82\xa4type\xcc\xd5\xa4mess" + packed
        yield f"{name} in a list", b"\x82\xa4type\xcc\xd5\xa4mess\x91" + packed
        yield f"{name} for the whole", packed
    for name, key in {"number": b"\x01", "negative": b"\xff", "nil": b"\xc0", "true": b"\xc3",
                      "false": b"\xc2", "list": b"\x90", "map": b"\x80", "binary": b"\xc4\x01k",
                      "real": b"\xcb" + bytes(8), "extension": b"\xd4\x01k", "uint 64": b"\xcf" + bytes(8),
                      "text not UTF-8": b"\xa1\xff", "surrogate": b"\xa3\xed\xa0\x80",
                      "cut text": b"\xa2\xe2\x82"}.items():
        yield f"key: {name}", b"\x82\xa4type\xcc\xd5" + key + b"\x01"
        yield f"inner key: {name}", b"\x82\xa4type\xcc\xd5\xa4mess\x81" + key + b"\x01"
    from .frames import NOT_UTF8
    for name, text in NOT_UTF8.items():
        yield f"text: {name}", b"\x82\xa4type\xcc\xd5\xa4mess" + msgpack.packb(text, use_bin_type=False)
    for keys in (["type", "type"], ["mess", "mess"], ["x"] * 3, [*map(str, range(40)), "7"]):
        body = b"".join(msgpack.packb(key) + b"\x01" for key in keys)
        yield f"a key twice among {len(keys)} {keys[0]}", (
            b"\xde" + struct.pack("!H", len(keys) + 1) + b"\xa1t\x01" + body)
    for depth in (16, 17, 64, 1000, 30_000):
        yield f"{depth} lists deep", b"\x82\xa4type\xcc\xd5\xa4mess" + b"\x91" * depth + b"\x01"
        yield f"{depth} maps deep", b"\x82\xa4type\xcc\xd5\xa4mess" + b"\x81\xa1k" * depth + b"\x01"
    for count in (10_001, 60_000):
        yield f"{count} values", b"\x82\xa4type\xcc\xd5\xa4mess\xdd" + struct.pack(
            "!I", count) + b"\x01" * count
        yield f"{count} empty lists", b"\x82\xa4type\xcc\xd5\xa4mess\xdd" + struct.pack(
            "!I", count) + b"\x90" * count


def json_texts():
    good = '{"type":213,"trace_id":"t","mess":{"a":[1,"\\u00e9x",-2.5e3,true,false,null]}}'
    for size in range(1, len(good)):
        yield f"cut behind {size} characters", good[:size]
    for tail in ("}", "]", ",", "{}", "x", good, "null", '""', "\0"):
        yield f"{tail[:1]!r} behind the message", good + tail
    yield "NUL before it", "\0" + good
    values = ["+1", "01", "-01", "1.", ".5", "-.5", "1e", "1e+", "1.e5", "0x10", "1_0", "١", "NaN",
              "Infinity", "-Infinity", "-", "--1", "1e999", "-1e999", "1e400", "9" * 400, "nul",
              "True", "NULL", "undefined", "tru", "truee", "'x'", "`x`", "x", '"', '"a', '"\\"',
              '"\\x41"', '"\\u"', '"\\u12"', '"\\u12g4"', '"\\U0041"', '"\\ud800"', '"\\udc00"',
              '"\\ud800x"', '"\\ud800\\ud800"', '"\\ud83d\\u0041"', '"\\udc00\\ud800"', '"\\ud83d"',
              '"\\ud83d\\n"', '"\n"', '"\t"', '"\x01"', '"\x1f"', '"\0"', '"\\0"', '"\\\'"', '"\\a"',
              "[1,]", "[,1]", "[,]", "[1 2]", "[1;2]", "[", "]", "[1", "{", "}", '{"a"}', '{"a":}',
              '{"a":1,}', '{,"a":1}', '{a:1}', "{'a':1}", '{1:1}', '{null:1}', '{"a"=1}',
              '{"a":1 "b":2}', '{"a":1;"b":2}', '{"a"::1}', "(1)", "<x>", "/*x*/1", "//x", "#x",
              "1//x", "\\u0031", "\ufeff1", "\xa01", "\u20281", "\x0b1", "\x0c1", "", " "]
    for value in values:
        yield f"value {value[:20]!r}", '{"type":213,"mess":%s}' % value
        yield f"value {value[:20]!r} in a list", '{"type":213,"mess":[0,%s]}' % value
    yield "BOM", "\ufeff" + good[:-1]
    for depth in (16, 17, 64, 1000, 30_000):
        yield f"{depth} lists deep", '{"type":213,"mess":%s}' % nested(depth, "[", "]", "1")
    for depth in (16, 17, 64, 1000, 10_000):
        yield f"{depth} maps deep", '{"type":213,"mess":%s}' % nested(depth, '{"k":', "}", "1")
    for depth in (17, 90_000):
        yield f"{depth} lists never closed", '{"type":213,"mess":' + "[" * depth
    for count in (10_001, 45_000):
        yield f"{count} values", '{"type":213,"mess":[%s]}' % ",".join("1" * count)
    yield "empty lists", '{"type":213,"mess":[%s]}' % ",".join(["[]"] * 20_000)
    for text in ('{"type":213,"type":213}', '{"type":213,"mess":1,"mess":2}', '{"":1,"":2}',
                 '{"type":213,"a":{"k":1,"k":2}}', '{"type":213,"\\u0061":1,"a":2}',
                 '{"type":213,"a":[{"k":1,"j":2,"k":3}]}',
                 "{%s}" % ",".join(f'"{n % 60}":1' for n in range(61))):
        yield f"a key twice: {text[:30]}", text
    for text in ("", " ", "\n", "[]", "null", "1", '"x"', "true", "[{}]", "{}", "[213]"):
        yield f"no request but {text!r}", text


def msgpack_table():
    cases = {f"bytes: {name}": (data, BAD_FORMAT) for name, data in msgpack_bytes()}
    cases |= {f"envelope: {name}": (msgpack.packb(value), code)
              for name, value, code in wrong_envelopes()}
    cases |= {f"field: {name}": (msgpack.packb(value), BAD_FIELD) for name, value in wrong_fields()}
    return cases


def json_table():
    cases = {f"text: {name}": (text.encode("utf-8", "surrogatepass"), BAD_FORMAT)
             for name, text in json_texts()}
    # Such a message names no session: whether its type is known is not for strangers.
    cases |= {f"envelope: {name}": (json.dumps(value).encode(), 204 if code == UNKNOWN else code)
              for name, value, code in wrong_envelopes()}
    return cases
