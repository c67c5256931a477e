"""What strangers tried against other people, each attempt a test of its own."""

import asyncio
import contextlib
import json
import os
import zlib

import pytest

from harness import people, processes
from harness.server import SANITIZED
from harness.wire import BINARY, TEXT, Wire, frame

INVITE, CREATE_GROUP, CREATE, JOIN, SIGNAL, EXIT = 1107, 1100, 600, 601, 602, 605
OFFER = {"type": "offer", "description": {"type": "offer", "sdp": "v=0"}}


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=2, options=[
        "--call-size", "4", "--max-group-members", "20",
        "--registrations-per-address", "1000/h", "--logins-per-address", "1000/m"])


async def group_of(founder, *others):
    answer = await founder.ask(CREATE_GROUP, mess={
        "name": "team", "members": [other.user_id for other in others]})
    return answer["receiver_id"]


async def test_refused_upload_leaves_the_client_heard(server):
    client = await people.legacy(server, "uploader")
    await client.send_raw(b"\x7fELF\x02\x01\x01" + os.urandom(3_000_000))
    await client.expect(904)
    assert (await client.ask(213))["type"] == 213


async def test_upload_before_login_ends_the_connection(server):
    client = await people.legacy_guest(server)
    await client.send_raw(b"x" * 100)
    await client.expect(204)
    assert (await client.inbox.wait_closed())[0] == 1008


@pytest.mark.parametrize("opcode, code", [(TEXT, 1009), (BINARY, 1008)])
def test_deflate_bomb_before_login_is_not_unpacked(server, opcode, code):
    def worker_memory():
        return sum(processes.resident(pid) for pid in server.workers())

    compressor = zlib.compressobj(9, wbits=-15)
    bomb = compressor.compress(bytes(200_000_000)) + compressor.flush(zlib.Z_SYNC_FLUSH)
    before = worker_memory()
    for _ in range(5):
        with Wire(server) as wire:
            wire.open(headers=["Sec-WebSocket-Extensions: permessage-deflate"])
            wire.send(frame(opcode, bomb[:-4], rsv=4))
            assert wire.closed_with() == code
    assert worker_memory() - before < 8_000_000


def test_requests_do_not_pile_up_before_a_login(server):
    """A few bytes each on the wire, and 60 KB in memory; the first waits for a password's hash."""
    def worker_memory():
        return sum(processes.resident(pid) for pid in server.workers())

    def deflated(request):
        compressor = zlib.compressobj(9, wbits=-15)
        text = json.dumps(request).encode()
        return frame(TEXT, (compressor.compress(text) + compressor.flush(zlib.Z_SYNC_FLUSH))[:-4],
                     rsv=4)

    login = {"type": 204, "username": people.new_name("heavy"), "password": people.PASSWORD}
    many = deflated(login) + deflated({"type": 213, "more": "0" * 60_000}) * 400
    before = worker_memory()
    with contextlib.ExitStack() as stack:
        wires = [stack.enter_context(Wire(server)) for _ in range(5)]
        for wire in wires:
            wire.open(headers=["Sec-WebSocket-Extensions: permessage-deflate"])
            wire.send(many)
        for wire in wires:
            assert wire.closed_with() == 1008
    hashing = 2 * 2 * 19 << 20  # two threads of two workers
    assert SANITIZED or worker_memory() - before < hashing + 16_000_000


async def test_flood_of_empty_uploads_ends_the_connection_and_stops_nobody(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1, limits=True)
    flooder, other = await people.legacy(server, "flooder"), await people.user(server, "other")
    with Wire(server) as wire:
        wire.open()
        wire.send(frame(TEXT, json.dumps({"type": 205, "session_id": flooder.session_id,
                                          "sender_id": flooder.user_id})))
        assert wire.frame().opcode == TEXT
        wire.send(frame(BINARY) * 5000)
        assert (await other.say("undisturbed"))["type"] == 110
        assert await asyncio.to_thread(wire.closed_with) == 1008
    assert (await other.say("still undisturbed"))["type"] == 110
    server.check()


@pytest.mark.parametrize("path", [
    "/upload/image/" + "A" * 60_000, '/upload/image/x" onerror="alert(1)', "/upload/image/",
    "/upload/image/%2e%2e/x.png", "/upload/image/../x.png", "javascript:alert(1)"])
async def test_avatar_must_be_the_path_of_a_picture(server, path):
    ann, ben, cyd = [await people.user(server, name) for name in ("ann", "ben", "cyd")]
    assert (await ann.ask(210, mess={"path": path}))["code"] == "avatar_refused"
    founded = await ann.ask(CREATE_GROUP, mess={
        "name": "g", "members": [ben.user_id, cyd.user_id], "avatar": path})
    assert founded["code"] == "avatar_refused"


@pytest.mark.parametrize("name", ["ann\u00ad", "ann\u3164", "ann\u00a0", "ann\u2028", "ann\u200b"])
async def test_name_that_looks_like_anothers(server, name):
    client = await people.guest(server)
    assert (await client.enter(name, people.PASSWORD))["code"] == "invalid_name"


async def test_invitation_is_told_once(server):
    ann, ben, cyd, victim = [await people.user(server, name) for name in ("a", "b", "c", "v")]
    group = await group_of(ann, ben, cyd)
    for _ in range(3):
        await ann.ask(INVITE, mess={"group_id": group, "members": [victim.user_id] * 10})
    await ann.whisper("the end", victim.user_id)
    await victim.expect(102, mess="the end")
    assert sum(frame["type"] == INVITE for frame in victim.inbox.frames) == 1


async def test_more_invitations_than_a_group_holds(server):
    ann, ben, cyd = [await people.user(server, name) for name in ("a", "b", "c")]
    group = await group_of(ann, ben, cyd)
    answer = await ann.ask(INVITE, mess={
        "group_id": group, "members": [f"nobody{number}" for number in range(21)]})
    assert answer["code"] == "group_too_large"


async def test_call_holds_no_more_than_it_may_though_all_join_at_once(server):
    crowd = [await people.user(server, "caller") for _ in range(8)]
    group = await group_of(*crowd)
    owner = crowd[0]
    await owner.send(CREATE, group, {"is_group": True, "video": True})
    room = (await owner.expect(CREATE))["mess"]
    await asyncio.gather(*(client.send(JOIN, "0", room) for client in crowd[1:]))
    for client in crowd[1:]:
        await client.ask(213)
    full = [client for client in crowd[1:]
            if any(frame.get("code") == "call_full" for frame in client.inbox.frames)]
    assert len(full) == 4
    members = (await owner.ask(620))["mess"]["calls"][0]["members"]
    assert [member["state"] for member in members].count("joined") == 4


async def test_second_call_ends_the_first_for_its_people(server):
    cal, dan, eve = [await people.user(server, name) for name in ("cal", "dan", "eve")]
    await cal.send(CREATE, dan.user_id, {"is_group": False, "video": True})
    room = (await dan.expect(CREATE))["mess"]
    await dan.send(JOIN, "0", room)
    await dan.ask(213)
    await cal.send(CREATE, eve.user_id, {"is_group": False, "video": True})
    assert (await dan.expect(EXIT))["mess"]["room_id"] == cal.user_id
    assert (await eve.expect(CREATE))["sender_id"] == cal.user_id


async def test_absurd_offset_is_an_empty_page(server):
    client = await people.user(server, "pager")
    page = await client.ask(202, mess={"offset": 2**63 - 1, "count": 10})
    assert (page["type"], page["users"]) == (202, [])


async def test_refusal_of_an_unreadable_request_keeps_its_trace_id(server):
    client = await people.user(server, "tracer")
    await client.send(213, trace_id="find me", sender_id=[])
    assert (await client.inbox.take(lambda frame: frame["trace_id"] == "find me"))["type"] == 900
