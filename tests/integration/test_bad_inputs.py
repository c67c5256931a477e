"""Over two thousand bad inputs, each with its right answer: a status, a close code, a refusal.

The tables are in defects/. None of the inputs may end a worker, and when all are through, memory is
where it was; what an input announces is never reserved.
"""

import json
import re
import socket

import msgpack
import pytest

from defects import frames, heads, payloads, upgrades
from harness import people, processes
from harness.server import SANITIZED, text_of
from harness.waiting import until
from harness.wire import BINARY, CLOSE, PING, PONG, TEXT, Wire, frame

MSGPACK = "Sec-WebSocket-Protocol: chat.msgpack.v1"
NEWS = (200, 201)
PATIENCE = 2
DEFLATE = "Sec-WebSocket-Extensions: permessage-deflate"
LEGACY_TEXTS = {payloads.BAD_FORMAT: "unexpected data format", payloads.BAD_FIELD: "消息字段有误",
                payloads.UNKNOWN: "未知的消息类型"}


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=1, options=[
        "--max-header-size", str(heads.MAX_HEAD), "--max-header-count", str(heads.MAX_FIELDS),
        "--max-message-size", str(frames.MAX_MESSAGE), "--max-fragments",
        str(frames.MAX_FRAGMENTS)])


def faults_of(cases, answer_of):
    """The cases whose answer is not the expected one, said in a line each."""
    faults = []
    for name, (data, expected) in cases.items():
        wanted = expected if isinstance(expected, tuple) else (expected,)
        try:
            answer = answer_of(data)
        except (OSError, AssertionError) as error:
            answer = repr(error)
        if answer not in wanted:
            faults.append(f"{name}: {answer} for {data[:80]!r}, not {wanted}")
    return faults


def status_of(server):
    def ask(data):
        with Wire(server, patience=PATIENCE) as wire:
            wire.send(data)
            response = wire.response(head_only=data.startswith(b"HEAD "))
            if response.status == 101:
                assert "sec-websocket-extensions" not in response.headers
            elif response.headers.get("connection") == "close":
                assert wire.ended()
            return response.status
    return ask


def close_code_of(server, *headers):
    def ask(data):
        with Wire(server, patience=PATIENCE) as wire:
            wire.open(headers=headers)
            wire.send(data)
            while (got := wire.frame()).opcode != CLOSE:
                pass
            return got.close_code
    return ask


class MsgpackPerson:
    """A user on the msgpack wire by hand; every bad payload is followed by a good request."""

    marker = "the next one"

    def __init__(self, server):
        self.wire = Wire(server, patience=PATIENCE).open(headers=[MSGPACK])
        self.answer()  # the welcome
        self.ask({"type": 204, "username": people.new_name("bad"), "password": people.PASSWORD})

    def ask(self, request):
        self.wire.send(frame(BINARY, msgpack.packb({**request, "trace_id": self.marker})))
        while self.answer().get("trace_id") != self.marker:
            pass

    def answer(self):
        while (got := self.wire.frame()).opcode == PING:
            self.wire.send(frame(PONG, got.payload))
        assert got.opcode == BINARY, got
        return msgpack.unpackb(got.payload)

    def refusal_of(self, data):
        self.wire.send(frame(BINARY, data) + frame(BINARY, msgpack.packb(
            {"type": 213, "trace_id": self.marker})))
        codes = []
        while (answer := self.answer())["type"] != 213 or answer["trace_id"] != self.marker:
            if answer["type"] not in NEWS:
                codes.append(answer.get("code", answer["type"]))
        assert len(codes) == 1, codes
        return codes[0]


class LegacyPerson:
    def __init__(self, server):
        self.wire = Wire(server, patience=PATIENCE).open()
        name = people.new_name("bad")
        self.send({"type": 204, "username": name, "password": people.PASSWORD})
        while (answer := self.answer())["type"] != 205:
            pass
        self.next = frame(TEXT, json.dumps({
            "type": 213, "session_id": answer["session_id"], "receiver_id": "0",
            "sender_id": answer["user"]["user_id"]}))

    def send(self, request):
        self.wire.send(frame(TEXT, json.dumps(request)))

    def answer(self):
        while (got := self.wire.frame()).opcode == PING:
            self.wire.send(frame(PONG, got.payload))
        assert got.opcode == TEXT, got
        return json.loads(got.payload)

    def refusal_of(self, data):
        self.wire.send(frame(TEXT, data) + self.next)
        texts = []
        while (answer := self.answer())["type"] != 213:
            if answer["type"] not in NEWS:
                texts.append(answer["mess"] if answer["type"] == 900 else answer["type"])
        assert len(texts) == 1, texts
        return {text: code for code, text in LEGACY_TEXTS.items()}.get(texts[0], texts[0])


def leaves_no_trace(server, data, *, upgraded):
    """Sends part of something and ends: the server ends too, with nothing more to say."""
    with Wire(server, patience=PATIENCE) as wire:
        if upgraded:
            wire.open()
        wire.send(data)
        wire.socket.shutdown(socket.SHUT_WR)
        assert wire.rest() == b""


def memory(pid, kind="RssAnon"):
    """Bytes of a process's own memory; VmHWM: the most that it ever had, code included."""
    return int(re.search(kind + r":\s*(\d+) kB", text_of(f"/proc/{pid}/status"))[1]) << 10


def run_all(server):
    """(number of cases, faults)"""
    legacy, v1 = LegacyPerson(server), MsgpackPerson(server)
    runs = [(heads.table(), status_of(server)), (upgrades.table(), status_of(server)),
            (frames.plain_table(), close_code_of(server)),
            (frames.compressed_table(), close_code_of(server, DEFLATE)),
            (payloads.msgpack_table(), v1.refusal_of), (payloads.json_table(), legacy.refusal_of)]
    faults = []
    for cases, answer_of in runs:
        faults += faults_of(cases, answer_of)
    legacy.wire.socket.close()
    v1.wire.socket.close()
    cut = heads.cut_short()
    for data in cut.values():
        leaves_no_trace(server, data, upgraded=False)
    cut_frames = frames.cut_short()
    for data in cut_frames.values():
        leaves_no_trace(server, data, upgraded=True)
    assert len({data for cases, _ in runs for data, _ in cases.values()}) > 1000
    return sum(len(cases) for cases, _ in runs) + len(cut) + len(cut_frames), faults


def test_every_bad_input_gets_its_answer_and_memory_comes_back(server):
    """Once to see the answers, and to have what the server keeps for later; then again."""
    worker, = server.workers()
    MsgpackPerson(server).wire.socket.close()
    LegacyPerson(server).wire.socket.close()
    at_first, peak_at_first = memory(worker), memory(worker, "VmHWM")
    count, faults = run_all(server)
    assert not faults, f"{len(faults)} of {count}:\n" + "\n".join(faults[:60])

    def without_connections():
        until(lambda: len(processes.sockets(worker)) < 20, "all connections are gone")
        return memory(worker)

    before = without_connections()
    run_all(server)
    after, peak = without_connections(), memory(worker, "VmHWM")
    print(f"{count} bad inputs, each with its answer; memory {at_first >> 10} kB at first, "
          f"{before >> 10} kB after them, {after >> 10} kB after all of them again; "
          f"the peak rose by {(peak - peak_at_first) >> 10} kB")
    assert count >= 1000
    if not SANITIZED:
        assert before - at_first < 1 << 20
        assert after < before * 1.05
        assert peak - peak_at_first < 4 << 20
    server.check()


def test_five_bytes_reserve_nothing(server):
    worker, = server.workers()
    person = MsgpackPerson(server)
    before = memory(worker, "VmHWM")
    for code in (0xdd, 0xdf, 0xdb, 0xc6, 0xc9):
        assert person.refusal_of(bytes([code, 0x0f, 0xff, 0xff, 0xff])) == "bad_format"
    assert memory(worker, "VmHWM") - before < 1 << 20
