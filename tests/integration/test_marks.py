"""What users note of conversations: shared by their devices, seen by nobody else."""

import asyncio

import pytest

from harness import people

MARK, MARKS, CREATE, EXIT = 820, 821, 1100, 1105


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=3, options=["--max-marks", "20"])


async def mark(client, conversation="lobby", **change):
    return await client.ask(MARK, mess={"conversation": conversation, **change})


async def marks(client):
    return {each["conversation"]: each for each in (await client.ask(MARKS))["mess"]}


async def test_every_device_is_told_and_nobody_else(server):
    ann, eve = await people.on_two_workers(server)
    devices = [await people.device(server, of=ann) for _ in range(4)]
    old = await people.legacy_guest(server)
    await old.enter(ann.user["username"], people.PASSWORD)
    last = await ann.say("read me")
    changed = await mark(ann, read_seq=last["seq"], epoch=last["epoch"], pinned=True)
    expected = {"conversation": "lobby", "read_seq": last["seq"], "epoch": last["epoch"],
                "pinned": True, "muted": False}
    assert (changed["type"], changed["mess"]) == (MARK, expected)
    for device in devices:
        assert (await device.expect(MARK))["mess"] == expected
    assert await marks(devices[0]) == {"lobby": expected}
    assert await marks(eve) == {}
    await old.ask(213)
    for client in (eve, old):
        assert not [frame for frame in client.inbox.frames if frame["type"] == MARK]


async def test_read_only_rises_whatever_the_order(server):
    ann = await people.user(server, "ann")
    device = await people.device(server, of=ann)
    seqs = [(await ann.say(str(number)))["seq"] for number in range(6)]
    await asyncio.gather(*(mark(client, read_seq=seq) for seq in (seqs[3], seqs[5], seqs[1])
                           for client in (ann, device)))
    assert (await marks(ann))["lobby"]["read_seq"] == seqs[5]
    assert (await mark(ann, read_seq=0))["mess"]["read_seq"] == seqs[5]


async def test_a_new_numbering_begins_anew(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    place = f"user:{ben.user_id}"
    for _ in range(3):
        first = await ann.whisper("one", ben.user_id)
    await mark(ann, place, read_seq=3)
    one, other = sorted([ann.user_id, ben.user_id])
    server.database().delete(f"conversation:message:users:[{one},{other}]")
    assert (await mark(ann, place, read_seq=1, epoch=first["epoch"]))["code"] == "bad_field"
    changed = (await mark(ann, place, read_seq=1))["mess"]
    assert changed["read_seq"] == 1 and changed["epoch"] != first["epoch"]


async def test_each_part_alone(server):
    ann = await people.user(server, "ann")
    assert (await mark(ann, muted=True))["mess"]["muted"] is True
    changed = (await mark(ann, pinned=True))["mess"]
    assert (changed["muted"], changed["pinned"]) == (True, True)
    assert (await mark(ann, muted=False, pinned=None))["mess"]["pinned"] is True


async def test_only_conversations_one_has(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    cyd = await people.user(server, "cyd")
    group = "group:" + (await ann.ask(CREATE, mess={
        "name": "g", "members": [ben.user_id, cyd.user_id]}))["receiver_id"]
    outsider = await people.user(server, "outsider")
    assert (await mark(ben, group, read_seq=1))["mess"]["read_seq"] == 1
    assert (await mark(outsider, group, pinned=True))["code"] == "not_a_member"
    assert (await mark(ann, "group:0", pinned=True))["code"] == "not_a_member"
    assert (await mark(ann, "user:nobody", pinned=True))["code"] == "no_such_user"
    assert (await mark(ann, "user:", pinned=True))["code"] == "no_such_user"
    assert (await mark(ann, f"user:{ben.user_id}", pinned=True))["type"] == MARK
    await ben.ask(EXIT, mess=group.removeprefix("group:"))
    assert await marks(ben) == {}


@pytest.mark.parametrize("mess", [
    None, {}, [], "lobby", {"conversation": "lobby"}, {"conversation": "lobby", "epoch": "e"},
    {"conversation": 5, "pinned": True}, {"conversation": "", "pinned": True},
    {"conversation": "Lobby", "pinned": True}, {"conversation": "0", "pinned": True},
    {"pinned": True}, {"conversation": "lobby", "pinned": "yes"},
    {"conversation": "lobby", "muted": 2}, {"conversation": "lobby", "read_seq": -1},
    {"conversation": "lobby", "read_seq": 10 ** 7}, {"conversation": "lobby", "read_seq": 2 ** 63 - 1},
    {"conversation": "lobby", "read_seq": "1"}, {"conversation": "lobby", "read_seq": 0.5},
    {"conversation": "lobby", "read_seq": 0, "epoch": 7},
    {"conversation": "lobby", "pinned": True, "epoch": "over"},
    {"conversation": "lobby", "read_seq": 0, "epoch": "0 1 1 "}], ids=str)
async def test_malformed_is_refused_and_notes_nothing(server, mess):
    ann = await people.user(server, "ann")
    assert (await ann.ask(MARK, mess=mess))["code"] == "bad_field"
    assert await marks(ann) == {}


async def test_there_are_not_more_than_allowed(server):
    ann = await people.user(server, "ann")
    for number in range(20):
        server.database().hset(f"user_id:x{number}", "username", "x")
        assert (await mark(ann, f"user:x{number}", pinned=True))["type"] == MARK
    assert (await mark(ann, pinned=True))["code"] == "too_many_marks"
    assert (await mark(ann, "user:x0", pinned=False))["type"] == MARK


async def test_legacy_clients_do_not_know_them(server):
    old = await people.legacy(server, "old")
    for type in (MARK, MARKS):
        assert (await old.ask(type))["mess"] == "未知的消息类型"
