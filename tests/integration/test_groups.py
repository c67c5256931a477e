"""Groups: founding, the rights of each kind of person, invitations, and what members are told."""

import pytest

from harness import people
from harness.waiting import eventually

CREATE, LIST, MEMBERS, INFO, JOIN, EXIT, DISSOLVE, INVITE, CHANGED = range(1100, 1109)
RESUME, PAGE = 810, 811


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=3, options=["--max-group-members", "10"])


class Team:
    """A group with its administrator, two members, and somebody who is none."""

    @classmethod
    async def found(cls, server):
        team = cls()
        team.admin, team.member, team.outsider = [
            await people.user(server, name) for name in ("admin", "member", "outsider")]
        team.legacy = await people.legacy(server, "legacy")
        team.inside = [team.admin, team.member, team.legacy]
        created = await team.admin.ask(CREATE, mess={
            "name": "team", "members": [team.member.user_id, team.legacy.user_id]})
        team.id = created["receiver_id"]
        for client in (team.member, team.legacy):
            await client.expect(CREATE, receiver_id=team.id)
        return team

    async def members(self):
        answer = await self.admin.ask(MEMBERS, mess=self.id)
        return [member["user_id"] for member in answer["mess"]["members"]]


async def code(client, type, mess, receiver_id="0"):
    return (await client.ask(type, receiver_id, mess)).get("code")


async def test_founding_tells_everybody_and_is_the_first_message(server):
    admin, member = await people.user(server, "admin"), await people.user(server, "member")
    legacy = await people.legacy(server, "legacy")
    created = await admin.ask(CREATE, mess={
        "name": "Bücher", "members": [member.user_id, legacy.user_id],
        "avatar": "/upload/image/x.png"})
    group = created["receiver_id"]
    assert created["mess"] == {
        "name": "Bücher", "admin_id": admin.user_id, "create_time": created["mess"]["create_time"],
        "avatar": "/upload/image/x.png", "id": group}
    for client in (member, legacy):
        frame = await client.expect(CREATE, receiver_id=group)
        assert frame["mess"] == created["mess"]
    page = await member.history(group)
    assert [(message["type"], message["seq"]) for message in page["mess"]] == [(CREATE, 1)]
    assert (await admin.ask(INFO, mess=group))["mess"] == created["mess"]
    listed = (await legacy.ask(LIST))["mess"]
    assert listed == {group: {key: value for key, value in created["mess"].items() if key != "id"}}


@pytest.mark.parametrize("name, extra, code_wanted", [
    ("g", 1, "group_too_small"), ("g", 10, "group_too_large"), ("", 2, "invalid_group_name"),
    ("x" * 65, 2, "invalid_group_name")])
async def test_founding_refused(server, name, extra, code_wanted):
    admin = await people.user(server, "admin")
    others = [await people.user(server, "other") for _ in range(extra)]
    members = [other.user_id for other in others]
    assert await code(admin, CREATE, {"name": name, "members": members}) == code_wanted


async def test_founding_counts_people_not_words(server):
    admin, other = await people.user(server, "admin"), await people.user(server, "other")
    doubled = {"name": "g", "members": [other.user_id, other.user_id, admin.user_id]}
    assert await code(admin, CREATE, doubled) == "group_too_small"
    unknown = {"name": "g", "members": [other.user_id, "nobody"]}
    assert await code(admin, CREATE, unknown) in ("no_such_user", "group_too_small")


async def test_group_message_reaches_members_on_both_wires_and_nobody_else(server):
    team = await Team.found(server)
    sent = await team.member.say("for us", team.id)
    for client in team.inside:
        assert (await client.expect(100, id=sent["id"]))["mess"] == "for us"
    marker = await team.admin.say("for all")
    await team.outsider.expect(100, id=marker["id"])
    assert not [frame for frame in team.outsider.inbox.frames if frame.get("mess") == "for us"]


async def test_outsider_may_do_nothing(server):
    team = await Team.found(server)
    size = server.database().zcard(f"message:common_id:{team.id}")
    for type, mess, receiver in [(100, "hi", team.id), (800, "", team.id), (MEMBERS, team.id, "0"),
                                 (EXIT, team.id, "0"),
                                 (600, {"is_group": True, "video": False}, team.id)]:
        assert await code(team.outsider, type, mess, receiver) == "not_a_member", type
    me = {"group_id": team.id, "members": [team.outsider.user_id]}
    assert await code(team.outsider, JOIN, me) in ("not_group_admin", "not_a_member", "not_allowed")
    assert await code(team.outsider, DISSOLVE, team.id) == "dissolve_refused"
    assert server.database().zcard(f"message:common_id:{team.id}") == size
    assert await team.members() == [client.user_id for client in team.inside]


async def test_legacy_outsider_is_refused_in_words(server):
    team = await Team.found(server)
    outsider = await people.legacy(server, "outsider")
    for type, mess, receiver in [(100, "hi", team.id), (800, "", team.id)]:
        answer = await outsider.ask(type, receiver, mess)
        assert (answer["type"], answer["mess"]) == (901, "您不是该群成员")
        assert "code" not in answer


async def test_member_may_not_act_as_administrator(server):
    team = await Team.found(server)
    newcomer = {"group_id": team.id, "members": [team.outsider.user_id]}
    assert await code(team.member, JOIN, newcomer) == "not_group_admin"
    assert await code(team.member, DISSOLVE, team.id) == "dissolve_refused"
    assert await team.members() == [client.user_id for client in team.inside]


async def test_administrator_brings_people_in(server):
    team = await Team.found(server)
    answer = await team.admin.ask(JOIN, mess={"group_id": team.id,
                                              "members": [team.outsider.user_id]})
    assert (answer["type"], answer["mess"]) == (JOIN, "加入成功")
    for client in (team.member, team.outsider):
        change = await client.expect(CHANGED, receiver_id=team.id)
        assert change["mess"] == {"action": "joined", "members": [team.outsider.user_id]}
    sent = await team.outsider.say("thanks", team.id)
    assert (await team.legacy.expect(100, id=sent["id"]))["mess"] == "thanks"


async def test_invited_person_joins_by_their_own_action(server):
    team = await Team.found(server)
    me = {"group_id": team.id, "members": [team.outsider.user_id]}
    assert (await team.admin.ask(INVITE, mess=me)).get("code") is None
    invited = await team.outsider.expect(INVITE)
    assert invited["mess"]["id"] == team.id and invited["mess"]["name"] == "team"
    assert team.outsider.user_id not in await team.members()
    assert (await team.outsider.ask(JOIN, mess=me))["type"] == JOIN
    assert team.outsider.user_id in await team.members()
    assert (await team.member.expect(CHANGED, receiver_id=team.id))["mess"]["action"] == "joined"


async def test_outsider_cannot_invite_or_join_for_others(server):
    team = await Team.found(server)
    other = await people.user(server, "other")
    them = {"group_id": team.id, "members": [other.user_id]}
    assert await code(team.outsider, INVITE, them) in ("not_group_admin", "not_a_member")
    await team.admin.send(INVITE, mess={"group_id": team.id, "members": [team.outsider.user_id]})
    await team.outsider.expect(INVITE)
    assert await code(team.outsider, JOIN, them) is not None
    assert await team.members() == [client.user_id for client in team.inside]


async def test_invitations_to_nobody_are_refused(server):
    team = await Team.found(server)
    for invited in ([], [team.admin.user_id], [team.admin.user_id] * 2):
        assert await code(team.admin, INVITE, {"group_id": team.id, "members": invited}) == "bad_field"
    assert not server.database().exists(f"group_invited:group_id:{team.id}")


async def test_leaving(server):
    team = await Team.found(server)
    answer = await team.member.ask(EXIT, mess=team.id)
    assert (answer["type"], answer["mess"]) == (EXIT, "退出成功")
    change = await team.admin.expect(CHANGED, receiver_id=team.id)
    assert change["mess"] == {"action": "left", "members": [team.member.user_id]}
    assert (await team.member.say("still here?", team.id))["code"] == "not_a_member"
    assert (await team.member.history(team.id))["code"] == "not_a_member"
    await team.admin.say("without you", team.id)
    marker = await team.admin.say("for all")
    await team.member.expect(100, id=marker["id"])
    assert not [frame for frame in team.member.inbox.frames if frame.get("mess") == "without you"]
    assert team.id not in ((await team.member.ask(LIST))["mess"] or {})


async def test_group_without_its_administrator_gets_another(server):
    team = await Team.found(server)
    await team.admin.ask(EXIT, mess=team.id)
    info = (await team.member.ask(INFO, mess=team.id))["mess"]
    assert info["admin_id"] in (team.member.user_id, team.legacy.user_id)


async def test_dissolving(server):
    team = await Team.found(server)
    answer = await team.admin.ask(DISSOLVE, mess=team.id)
    assert (answer["type"], answer["mess"]) == (DISSOLVE, "解散成功")
    change = await team.member.expect(CHANGED, receiver_id=team.id)
    assert change["mess"]["action"] == "dissolved"
    assert (await team.admin.ask(INFO, mess=team.id))["mess"] is None
    assert (await team.member.say("anyone?", team.id))["code"] in ("no_such_group", "not_a_member")
    database = server.database()
    assert not database.exists(f"group_members:group_id:{team.id}")
    for client in team.inside:
        assert database.zscore(f"user_groups:user_id:{client.user_id}", team.id) is None


async def test_nothing_of_a_dissolved_group_stays_but_who_was_away_is_told(server):
    team = await Team.found(server)
    sent = [await team.member.say("x" * 5_000, team.id) for _ in range(150)][-1]
    await team.member.close()
    await team.admin.ask(DISSOLVE, mess=team.id)
    database = server.database()
    kept = f"group_dissolved:{team.id}"  # for a day
    await eventually(lambda: database.keys(f"*{team.id}*") == [kept], "its keys are removed")
    assert not any(database.hexists(f"message:index:{part}", sent["id"]) for part in range(5))
    back = await people.device(server, of=team.member)
    place = {field: sent[field] for field in ("conversation", "seq", "epoch")}
    await back.send(RESUME, mess={"places": [place]})
    told = await back.expect(PAGE, conversation=place["conversation"])
    assert (told["state"], told["mess"], told["complete"]) == ("not_a_member", [], True)
    assert (await back.history(team.id))["code"] == "not_a_member"
    assert team.id not in ((await back.ask(LIST))["mess"] or {})


async def test_a_dissolved_groups_messages_go_after_a_restart_too(own_house):
    """Those who were to remove them are gone: others do."""
    server = own_house.prepare(redis=own_house.redis(), workers=2, options=["--rate-limits", "off"])
    database = server.database()
    database.zadd("message:common_id:gone", {f'{{"id":"m-{number}"}}': number for number in range(300)})
    database.sadd("groups:dissolved", "gone")
    server.start()
    await eventually(lambda: not database.keys("*gone*") and not database.exists("groups:dissolved"),
                     "they are removed")


async def test_unknown_group(server):
    client = await people.user(server, "nobody")
    assert (await client.ask(INFO, mess="nope"))["mess"] is None
    for type, mess, receiver in [(MEMBERS, "nope", "0"), (EXIT, "nope", "0"), (100, "x", "nope")]:
        assert await code(client, type, mess, receiver) in ("no_such_group", "not_a_member")


async def test_no_groups_is_an_empty_list_in_the_spelling_of_each_wire(server):
    legacy, modern = await people.legacy(server, "legacy"), await people.user(server, "modern")
    assert (await legacy.ask(LIST))["mess"] == []
    assert (await modern.ask(LIST))["mess"] == {}


async def test_member_who_logs_in_later_gets_group_messages(server):
    team = await Team.found(server)
    await team.member.close()
    sent = await team.admin.say("while you were out", team.id)
    back = await people.guest(server)
    await back.enter(team.member.user["username"], people.PASSWORD)
    missed = (await back.history(team.id))["mess"]
    assert missed[-1]["id"] == sent["id"]
    live = await team.admin.say("welcome back", team.id)
    assert (await back.expect(100, id=live["id"]))["seq"] == missed[-1]["seq"] + 1


async def test_all_are_invited_or_nobody(server):
    team = await Team.found(server)
    other = await people.user(server, "other")
    answer = await team.admin.ask(INVITE, mess={
        "group_id": team.id, "members": [team.outsider.user_id, "nobody"]})
    assert answer["code"] == "no_such_user"
    await team.admin.ask(INVITE, mess={"group_id": team.id, "members": [other.user_id]})
    await other.expect(INVITE)
    await team.admin.whisper("after it", team.outsider.user_id)
    await team.outsider.expect(102)
    assert not [frame for frame in team.outsider.inbox.frames if frame["type"] == INVITE]
