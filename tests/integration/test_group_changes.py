"""Groups get other names and pictures, lose members, and say who leads them now."""

import asyncio
import socket

import pytest

from harness import people
from test_groups import Team, code

LIST, INFO, EXIT, CHANGED, UPDATE, REMOVE = 1101, 1103, 1105, 1108, 1109, 1110
RESUME, PAGE = 810, 811


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=3, options=["--max-group-members", "10"])


def update(team, **facts):
    return {"group_id": team.id, **facts}


def removal(team, *clients):
    return {"group_id": team.id, "members": [client.user_id for client in clients]}


async def test_rename_is_told_numbered_and_kept(server):
    team = await Team.found(server)
    before = (await team.admin.ask(INFO, mess=team.id))["mess"]
    done = await team.admin.ask(UPDATE, mess=update(team, name="Bücher/é", avatar="/upload/image/x.png"))
    assert done["type"] == UPDATE and "code" not in done
    change = await team.member.expect(CHANGED, receiver_id=team.id)
    assert change["mess"] == {"action": "renamed", "members": [], "name": "Bücher/é",
                              "avatar": "/upload/image/x.png"}
    assert (change["seq"], change["sender_id"]) == (2, team.admin.user_id)
    page = await team.member.history(team.id)
    assert page["mess"][-1]["mess"] == change["mess"] and page["mess"][-1]["type"] == CHANGED
    after = (await team.admin.ask(INFO, mess=team.id))["mess"]
    assert after == {**before, "name": "Bücher/é", "avatar": "/upload/image/x.png"}
    listed = (await team.legacy.ask(LIST))["mess"][team.id]
    assert listed["name"] == "Bücher/é" and listed["create_time"] == before["create_time"]


async def test_only_what_is_named_changes(server):
    team = await Team.found(server)
    before = (await team.admin.ask(INFO, mess=team.id))["mess"]
    await team.admin.ask(UPDATE, mess=update(team, avatar="/upload/image/x.png"))
    assert "name" not in (await team.member.expect(CHANGED))["mess"]
    await team.admin.ask(UPDATE, mess=update(team, avatar="", name=None))
    assert (await team.member.expect(CHANGED))["mess"]["avatar"] == ""
    assert (await team.admin.ask(INFO, mess=team.id))["mess"] == before


@pytest.mark.parametrize("facts, wanted", [
    ({}, "bad_field"), ({"name": ""}, "invalid_group_name"), ({"name": "x" * 65}, "invalid_group_name"),
    ({"name": 5}, "bad_field"), ({"name": "a\nb"}, "invalid_group_name"), ({"name": ["a"]}, "bad_field"),
    ({"avatar": "javascript:alert(1)"}, "avatar_refused"), ({"avatar": 1}, "bad_field"),
    ({"name": "ok", "avatar": "/upload/music/x.mp3"}, "avatar_refused")], ids=str)
async def test_bad_facts_change_nothing(server, facts, wanted):
    team = await Team.found(server)
    assert await code(team.admin, UPDATE, update(team, **facts)) == wanted
    assert (await team.admin.ask(INFO, mess=team.id))["mess"]["name"] == "team"


async def test_the_administrator_takes_several_out(server):
    team = await Team.found(server)
    done = await team.admin.ask(REMOVE, mess=removal(team, team.member, team.legacy, team.member))
    assert done["type"] == REMOVE and "code" not in done
    for client in (team.admin, team.member):
        change = (await client.expect(CHANGED, receiver_id=team.id))["mess"]
        assert change == {"action": "removed", "members": [team.member.user_id, team.legacy.user_id]}
    assert await team.members() == [team.admin.user_id]
    assert await code(team.member, 100, "still here?", team.id) == "not_a_member"
    sent = await team.admin.say("alone", team.id)
    marker = await team.admin.say("marker")
    for client in (team.member, team.legacy):
        await client.expect(100, id=marker["id"])
        assert not [frame for frame in client.inbox.frames if frame.get("id") == sent["id"]]
    place = {"conversation": f"group:{team.id}", "seq": 1, "epoch": sent["epoch"]}
    await team.member.send(810, mess={"places": [place]})
    assert (await team.member.expect(811, conversation=place["conversation"]))["state"] == "not_a_member"


async def test_removal_is_all_or_nobody(server):
    team = await Team.found(server)
    assert await code(team.admin, REMOVE, removal(team, team.member, team.outsider)) == "not_a_member"
    assert await code(team.admin, REMOVE, removal(team, team.member, team.admin)) == "not_allowed"
    assert await code(team.admin, REMOVE, removal(team, team.admin)) == "not_allowed"
    assert await code(team.member, REMOVE, removal(team, team.legacy)) == "not_group_admin"
    assert await code(team.outsider, REMOVE, removal(team, team.legacy)) == "not_group_admin"
    many = {"group_id": team.id, "members": [f"u{number}" for number in range(9000)]}
    assert await code(team.admin, REMOVE, many) == "not_a_member"
    assert len(await team.members()) == 3


@pytest.mark.parametrize("mess, wanted", [
    (None, "bad_field"), ({}, "bad_field"), ({"group_id": "nowhere", "members": ["a"]}, "no_such_group"),
    ({"group_id": "nowhere"}, "bad_field"), ({"group_id": "nowhere", "members": []}, "bad_field"),
    ({"group_id": "nowhere", "members": [1]}, "bad_field"), ({"group_id": {}, "members": ["a"]}, "bad_field")],
    ids=str)
async def test_malformed_removal(server, mess, wanted):
    ann = await people.user(server, "ann")
    assert await code(ann, REMOVE, mess) == wanted


async def test_who_leads_after_the_administrator_left(server):
    team = await Team.found(server)
    await team.admin.ask(EXIT, mess=team.id)
    expected = {"action": "left", "members": [team.admin.user_id], "admin_id": team.member.user_id}
    assert (await team.member.expect(CHANGED, receiver_id=team.id))["mess"] == expected
    assert (await team.member.history(team.id))["mess"][-1]["mess"] == expected
    await team.legacy.send(EXIT, "0", team.id)
    left = await team.member.expect(CHANGED, receiver_id=team.id)
    assert left["mess"] == {"action": "left", "members": [team.legacy.user_id]}


async def test_legacy_clients_do_not_know_them(server):
    old = await people.legacy(server, "old")
    for type in (UPDATE, REMOVE):
        assert (await old.ask(type, mess={}))["mess"] == "未知的消息类型"


async def test_who_is_removed_while_resuming_slowly_reads_nothing_of_afterwards(server):
    team = await Team.found(server)
    first = await team.admin.say("first")
    for _ in range(4):  # more than the sockets' buffers hold, so that the group's turn comes late
        await asyncio.gather(*(team.admin.say("x" * 20_000) for _ in range(100)))
    # What the client has not read stays with the server: no buffer that grows, none of its own.
    slow = await people.device(server, of=team.member, read_limit=1 << 30)
    slow.socket.transport.get_extra_info("socket").setsockopt(
        socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
    place = {field: first[field] for field in ("conversation", "seq", "epoch")}
    trace = await slow.send(RESUME, mess={"places": [place]})
    await slow.expect(PAGE, conversation="lobby")  # its groups are listed by now
    slow.socket.transport.pause_reading()
    await team.admin.ask(REMOVE, mess=removal(team, team.member))
    await team.admin.say("not for those who left", team.id)
    slow.socket.transport.resume_reading()
    await slow.inbox.take(lambda frame: frame["type"] == RESUME and frame["trace_id"] == trace)
    pages = []
    while page := slow.inbox.pick(lambda frame: frame["type"] == PAGE):
        pages.append(page)
    told, = [page for page in pages if page["conversation"] == f"group:{team.id}"]
    assert (told["state"], told["mess"]) == ("not_a_member", [])
