"""Clients that other people wrote chat over TLS, across workers and across two nodes."""

import asyncio
import json
import os
import shutil
import subprocess

import pytest

from harness import people
from harness.foreign import Chromium, NodeClient
from harness.wire import KEY, PONG, TEXT, Wire, frame


@pytest.fixture(scope="module")
def nodes(house, certificate):
    redis = house.redis()
    return [house.chatd(redis=redis, workers=2, certificate=certificate) for _ in range(2)]


@pytest.fixture(scope="module")
def echo(house, certificate):
    return house.chatd(redis=house.redis(), workers=1, certificate=certificate, options=[
        "--echo", "on", "--max-message-size", "1M"])


async def test_node_ws_chats_with_another_node_and_the_msgpack_wire(nodes):
    friend = await people.user(nodes[1], "friend")
    async with NodeClient(nodes[0].certificate) as client:
        assert (await client.open(nodes[0].url(host="localhost")))["protocol"] == ""
        name = people.new_name("node")
        await client.run("send", text=json.dumps({"type": 204, "username": name, "password": "pw"}))
        me = await client.frame(205)
        await client.run("send", text=json.dumps({
            "type": 100, "session_id": me["session_id"], "sender_id": me["user"]["user_id"],
            "receiver_id": "0", "mess": "from node", "trace_id": "n1", "id": f"{name}-1"}))
        assert (await friend.expect(100, id=f"{name}-1"))["mess"] == "from node"
        await friend.whisper("to node", me["user"]["user_id"])
        assert (await client.frame(102))["mess"] == "to node"
        await client.run("close", code=1000, reason="done")
        assert (await client.event("close"))["code"] == 1000


async def test_node_ws_takes_the_subprotocol(nodes):
    async with NodeClient(nodes[0].certificate) as client:
        opened = await client.open(nodes[0].url(), protocols=["soap", "chat.msgpack.v1"])
        assert opened["protocol"] == "chat.msgpack.v1"
        assert isinstance(await client.message(), bytes)


async def test_node_ws_echo_with_deflate_fragments_and_pings(echo):
    async with NodeClient(echo.certificate) as client:
        opened = await client.open(echo.url(), options={"perMessageDeflate": {"threshold": 0}})
        assert "permessage-deflate" in opened["extensions"]
        for text in ("short", "länger " * 20_000, ""):
            await client.run("send", text=text)
            assert await client.message() == text
        await client.run("send", base64="AAEC/w==")
        assert await client.message() == b"\0\1\2\xff"
        await client.run("ping", text="are you there?")
        assert (await client.event("pong"))["data"] == "are you there?"
        await client.run("close", code=4321, reason="mine")
        closed = await client.event("close")
        assert closed["code"] == 4321


PAGE = """
new Promise((done, failed) => {
  const got = [];
  const socket = new WebSocket(%(url)s);
  socket.onerror = () => failed(new Error('socket error'));
  socket.onopen = () => socket.send(JSON.stringify(
      {type: 204, username: %(name)s, password: 'pw-12345'}));
  socket.onmessage = ({data}) => {
    const frame = JSON.parse(data);
    if (frame.type === 205) {
      socket.send(JSON.stringify({type: 100, session_id: frame.session_id,
          sender_id: frame.user.user_id, receiver_id: '0', mess: 'from Chromium', trace_id: 'c1',
          id: %(name)s + '-1'}));
    }
    if (frame.type === 100) got.push(frame.mess);
    if (frame.mess === 'answer') socket.close(1000, 'done');
  };
  socket.onclose = ({code, wasClean}) => done({got, code, wasClean});
})
"""


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
async def test_chromium_chats(nodes):
    friend = await people.user(nodes[1], "friend")
    name = people.new_name("chrome")
    async with Chromium() as browser:
        page = asyncio.create_task(browser.evaluate(
            PAGE % {"url": json.dumps(nodes[0].url()), "name": json.dumps(name)}))
        assert (await friend.expect(100, id=f"{name}-1"))["mess"] == "from Chromium"
        await friend.say("answer")
        assert await page == {"got": ["from Chromium", "answer"], "code": 1000, "wasClean": True}


@pytest.mark.skipif(not shutil.which("chromium"), reason="chromium is not installed")
async def test_chromium_takes_subprotocol_and_compression(nodes, echo):
    async with Chromium() as browser:
        protocol = await browser.evaluate(
            "new Promise(done => { const s = new WebSocket(%s, 'chat.msgpack.v1');"
            " s.binaryType = 'arraybuffer';"
            " s.onmessage = ({data}) => done([s.protocol, data.byteLength > 20]); })"
            % json.dumps(nodes[0].url()))
        assert protocol == ["chat.msgpack.v1", True]
        echoed = await browser.evaluate(
            "new Promise(done => { const s = new WebSocket(%s); const text = 'päng '.repeat(50000);"
            " s.onopen = () => s.send(text);"
            " s.onmessage = ({data}) => done([s.extensions, data === text]); })"
            % json.dumps(echo.url()))
        assert echoed[0].startswith("permessage-deflate") and echoed[1] is True


def test_curl_upgrades(nodes):
    done = subprocess.run(
        ["curl", "-sS", "-i", "--max-time", "1", "--http1.1", "--cacert",
         nodes[0].certificate.cert, "-H", "Upgrade: websocket", "-H", "Connection: Upgrade", "-H",
         f"Sec-WebSocket-Key: {KEY}", "-H", "Sec-WebSocket-Version: 13",
         nodes[0].http("/ws", host="localhost")], capture_output=True)
    assert done.stdout.startswith(b"HTTP/1.1 101 ")


@pytest.mark.parametrize("version, works", [("-tls1_2", True), ("-tls1_3", True),
                                            ("-tls1_1", False), ("-tls1", False)])
def test_openssl_agrees_on_the_versions(nodes, version, works):
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{nodes[0].port}", version, "-cipher",
         "DEFAULT:@SECLEVEL=0" if not works else "DEFAULT", "-CAfile", nodes[0].certificate.cert,
         "-verify_return_error"], input=b"", capture_output=True)
    assert (done.returncode == 0) == works, done.stderr


@pytest.mark.parametrize("version", ["-tls1_2", "-tls1_3"])
def test_session_is_resumed_on_every_worker(nodes, tmp_path, version):
    server, ticket = nodes[0], str(tmp_path / "ticket")
    words = ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", version, "-CAfile",
             server.certificate.cert]
    request = b"GET /none HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    first = subprocess.run([*words, "-sess_out", ticket, "-ign_eof"], input=request,
                           capture_output=True)
    assert os.path.exists(ticket), first.stderr
    for _ in range(6):
        again = subprocess.run([*words, "-sess_in", ticket, "-ign_eof"], input=request,
                               capture_output=True)
        assert b"Reused, " in again.stdout


def test_frames_in_tiny_tls_records(echo):
    with Wire(echo) as wire:
        wire.open()
        for byte in frame(TEXT, "tiny") + frame(9, "ping"):
            wire.send(bytes([byte]))
        assert wire.frame().payload == b"tiny"
        assert wire.frame().opcode == PONG
