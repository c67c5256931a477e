"""What was said is changed or taken back: at its place, told to everybody, and nowhere else any more."""

import pytest

from harness import people
from test_groups import Team

TEXT, STORED, EDIT, RECALL, RESUME, PAGE = 100, 110, 120, 121, 810, 811
PICTURE = {"name": "p.png", "path": "/upload/image/p.png", "size": 5}


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=3)


async def edit(client, seq, text, receiver="0", id=None, **more):
    return await client.post(EDIT, receiver, {"seq": seq, "mess": text, **more}, id)


async def recall(client, seq, receiver="0", id=None):
    return await client.post(RECALL, receiver, {"seq": seq}, id)


async def missed(client, stored):
    """What a client that holds everything up to `stored` is told when it is back."""
    place = {field: stored[field] for field in ("conversation", "seq", "epoch")}
    trace = await client.send(RESUME, mess={"places": [place]})
    pages = []
    await client.expect(RESUME, trace_id=trace)
    while page := client.inbox.pick(lambda frame: frame["type"] == PAGE and frame["trace_id"] == trace):
        pages += page["mess"] if page["conversation"] == stored["conversation"] else []
    return pages


async def test_an_edit_is_told_live_in_history_and_when_resuming(server):
    ann, ben = await people.on_two_workers(server)
    asked = await ann.say("question")
    first = await ann.post(TEXT, "0", "one", reply_to=asked["seq"], mentions=[ben.user_id])
    changed = await edit(ann, first["seq"], "two", mentions=[ann.user_id], id="edit-1")
    assert (changed["type"], changed["seq"]) == (STORED, first["seq"] + 1)
    live = await ben.expect(EDIT, id="edit-1")
    mess = {"seq": first["seq"], "mess": "two", "mentions": [ann.user_id]}
    assert live["mess"] == mess and live["sender_id"] == ann.user_id
    for field in ("seq", "epoch", "timestamp", "conversation", "id"):
        assert live[field] == changed[field]
    page = (await ben.history(after_seq=asked["seq"]))["mess"]
    assert page == await missed(ben, asked)
    message, told = page
    assert (message["mess"], message["edited"]) == ("two", changed["timestamp"])
    assert (message["seq"], message["timestamp"]) == (first["seq"], first["timestamp"])
    assert (message["reply_to"], message["mentions"]) == (asked["seq"], [ann.user_id])
    assert (told["type"], told["mess"], told["seq"]) == (EDIT, mess, changed["seq"])


async def test_who_resumes_learns_the_text_of_now_from_every_edit(server):
    ann = await people.user(server, "ann")
    first = await ann.say("one")
    for text in ("two", "three"):
        await edit(ann, first["seq"], text)
    assert [entry["mess"]["mess"] for entry in await missed(ann, first)] == ["three", "three"]


async def test_what_is_taken_back_is_nowhere_any_more(server):
    ann, ben = await people.on_two_workers(server)
    before = await ann.say("before")
    first = await ann.post(TEXT, "0", "regret", reply_to=before["seq"], mentions=[ben.user_id])
    await edit(ann, first["seq"], "worse regret")
    back = await recall(ann, first["seq"], id="back-1")
    live = await ben.expect(RECALL, id="back-1")
    assert (live["mess"], live["seq"]) == ({"seq": first["seq"]}, back["seq"])
    entries = await missed(ben, before)
    assert [entry["type"] for entry in entries] == [TEXT, EDIT, RECALL]
    message, told, _ = entries
    assert (message["mess"], message["recalled"]) == ("", True)
    assert not {"reply_to", "mentions", "edited"} & set(message)
    assert told["mess"] == {"seq": first["seq"]}
    assert not any("regret" in member for member in
                   server.database().zrange("message:common_id:0", 0, -1))
    for again in (await edit(ann, first["seq"], "x"), await recall(ann, first["seq"])):
        assert again["code"] == "no_such_message"


async def test_in_private_for_both_sides(server):
    ann, ben = await people.on_two_workers(server)
    await ann.whisper("one", ben.user_id)
    await edit(ann, 1, "two", ben.user_id)
    for client, other in ((ann, ben), (ben, ann)):
        told = await client.expect(EDIT)
        assert (told["mess"], told["conversation"]) == (
            {"seq": 1, "mess": "two"}, f"user:{other.user_id}")
        page = (await client.history(other.user_id, personal=True))["mess"]
        assert [entry["type"] for entry in page] == [101 if client is ann else 102, EDIT]
        assert page[0]["mess"] == "two"
    assert (await edit(ben, 1, "mine", ann.user_id))["code"] == "not_allowed"
    assert (await recall(ben, 1, ann.user_id))["code"] == "not_allowed"
    assert (await recall(ann, 1, ben.user_id))["seq"] == 3
    assert (await ben.expect(RECALL))["mess"] == {"seq": 1}


async def test_private_changes_reach_nobody_else(server):
    ann, ben, eve = [await people.user(server, name) for name in ("ann", "ben", "eve")]
    await ann.whisper("one", ben.user_id)
    await edit(ann, 1, "two", ben.user_id)
    await ben.expect(EDIT)
    marker = await ann.say("marker")
    await eve.expect(TEXT, id=marker["id"])
    assert not [frame for frame in eve.inbox.frames if frame["type"] == EDIT
                and frame["conversation"].startswith("user:")]


async def test_in_groups_the_administrator_takes_anything_back(server):
    team = await Team.found(server)
    said = await team.member.say("one", team.id)
    boss = await people.user(server, "boss")
    server.database().hset(f"user_id:{boss.user_id}", "role_id", 99)
    assert (await recall(boss, said["seq"], team.id))["code"] == "not_a_member"
    assert (await edit(team.admin, said["seq"], "x", team.id))["code"] == "not_allowed"
    assert (await recall(team.admin, said["seq"], team.id))["type"] == STORED
    assert (await team.member.expect(RECALL))["conversation"] == f"group:{team.id}"
    assert (await recall(team.admin, 1, team.id))["code"] == "not_allowed", "its founding"


async def test_in_the_lobby_administrators_take_anything_back(server):
    ann, boss = await people.user(server, "ann"), await people.user(server, "boss")
    said = await ann.post(300, "0", PICTURE)
    assert (await recall(boss, said["seq"]))["code"] == "not_allowed"
    server.database().hset(f"user_id:{boss.user_id}", "role_id", 99)
    assert (await edit(boss, said["seq"], "x"))["code"] == "not_allowed"
    assert (await recall(boss, said["seq"]))["type"] == STORED
    taken = (await ann.history(before_seq=said["seq"] + 1, count=1))["mess"][0]
    assert (taken["type"], taken["mess"], taken["recalled"]) == (300, "", True)


async def test_the_same_id_is_done_once_on_another_worker_too(server):
    ann, _ = await people.on_two_workers(server)
    other = await people.device(server, of=ann)
    first = await ann.say("one", id="first-1")
    changed = await edit(ann, first["seq"], "two", id="once-1")
    await edit(ann, first["seq"], "three", id="once-2")
    again = await edit(other, first["seq"], "two", id="once-1")
    assert [again[field] for field in ("type", "seq", "timestamp")] == [
        changed[field] for field in ("type", "seq", "timestamp")]
    assert (await ann.history(before_seq=first["seq"] + 1, count=1))["mess"][0]["mess"] == "three"
    back = await recall(ann, first["seq"], id="once-3")
    assert (await recall(other, first["seq"], id="once-3"))["seq"] == back["seq"]
    assert (await edit(ann, first["seq"], "x", id="once-3"))["code"] == "id_taken"
    assert (await ann.say("one", id="first-1"))["seq"] == first["seq"], "its own id still counts"


@pytest.mark.parametrize("mess, code", [
    (None, "bad_field"), ({}, "bad_field"), ("text", "bad_field"), ({"mess": "x"}, "bad_field"),
    ({"seq": "1", "mess": "x"}, "bad_field"), ({"seq": 0, "mess": "x"}, "bad_field"),
    ({"seq": -5, "mess": "x"}, "bad_field"), ({"seq": 1.5, "mess": "x"}, "bad_field"),
    ({"seq": 10 ** 9, "mess": "x"}, "no_such_message"), ({"seq": 2 ** 63 - 1, "mess": "x"}, "no_such_message"),
    ({"seq": 1, "mess": ""}, "empty_message"), ({"seq": 1, "mess": None}, "bad_field"),
    ({"seq": 1, "mess": {"a": 1}}, "bad_field"), ({"seq": 1, "mess": "x", "mentions": [1]}, "bad_field"),
    ({"seq": 1, "mess": "x", "mentions": ["a b"]}, "bad_field")], ids=str)
async def test_malformed_is_refused_and_changes_nothing(server, mess, code):
    ann = await people.user(server, "ann")
    newest = (await ann.say("newest"))["seq"]
    assert (await ann.post(EDIT, "0", mess))["code"] == code
    assert (await ann.say("next"))["seq"] == newest + 1


@pytest.mark.parametrize("mess, code", [
    (None, "bad_field"), ({}, "bad_field"), (5, "bad_field"), ({"seq": "1"}, "bad_field"),
    ({"seq": 0}, "bad_field"), ({"seq": None}, "bad_field"), ({"seq": 0.5}, "bad_field"),
    ({"seq": 10 ** 9}, "no_such_message")], ids=str)
async def test_malformed_recall(server, mess, code):
    ann = await people.user(server, "ann")
    assert (await ann.post(RECALL, "0", mess))["code"] == code


async def test_receivers_there_are_not(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    await ann.say("one")
    for receiver, code in (("", "bad_field"), ("nobody", "no_such_user"),
                           (ben.user_id, "no_such_message"), ("lobby", "no_such_user")):
        assert (await edit(ann, 1, "x", receiver))["code"] == code
        assert (await recall(ann, 1, receiver))["code"] == code
    assert (await ann.ask(EDIT, {"a": 1}, {"seq": 1, "mess": "x"}))["code"] == "bad_field"


async def test_only_those_who_lead_mention_everybody(server):
    ann = await people.user(server, "ann")
    said = await ann.say("one")
    assert (await edit(ann, said["seq"], "x", mentions=["0"]))["code"] == "not_allowed"
    server.database().hset(f"user_id:{ann.user_id}", "role_id", 1)
    assert (await edit(ann, said["seq"], "x", mentions=["0"]))["type"] == STORED


async def test_there_is_a_time_for_it(house):
    server = house.chatd(redis=house.redis(), workers=1, options=[
        "--edit-window", "0s", "--recall-window", "0s"])
    ann = await people.user(server, "ann")
    said = await ann.say("one")
    assert (await edit(ann, said["seq"], "x"))["code"] == "too_late"
    assert (await recall(ann, said["seq"]))["code"] == "too_late"
    server.database().hset(f"user_id:{ann.user_id}", "role_id", 99)
    assert (await edit(ann, said["seq"], "x"))["code"] == "too_late"
    assert (await recall(ann, said["seq"]))["type"] == STORED


async def test_legacy_clients_see_the_new_text_nothing_taken_back_and_full_pages(server):
    ann, old = await people.user(server, "ann"), await people.legacy(server, "old")
    kept = [(await ann.say(f"kept {number}"))["seq"] for number in range(10)]
    gone = await ann.say("gone")
    await edit(ann, gone["seq"], "going")
    await recall(ann, gone["seq"])
    for _ in range(30):
        await edit(ann, kept[-1], "kept and changed")
    marker = await ann.say("kept at the end")
    await old.expect(TEXT, id=marker["id"])
    assert not [frame for frame in old.inbox.frames if frame["type"] in (EDIT, RECALL)]
    fields = {"type", "sender_id", "receiver_id", "mess", "timestamp", "id"}
    page = (await old.ask(800, "0", None))["mess"]
    assert [message["mess"] for message in page] == [
        *(f"kept {number}" for number in range(1, 9)), "kept and changed", "kept at the end"]
    assert all(set(message) <= fields for message in page)
    older = (await old.ask(800, "0", page[0]["timestamp"]))["mess"]
    assert [message["mess"] for message in older][-2:] == ["kept 0", "kept 1"]


async def test_legacy_clients_do_not_know_them(server):
    old = await people.legacy(server, "old")
    for type in (EDIT, RECALL):
        assert (await old.ask(type, mess={"seq": 1}))["mess"] == "未知的消息类型"


async def test_an_id_of_another_kind_of_message_is_taken(server):
    ann = await people.user(server, "ann")
    said = await ann.post(TEXT, "0", "said", id="kind-1")
    for again in (await edit(ann, said["seq"], "x", id="kind-1"), await recall(ann, said["seq"], id="kind-1")):
        assert again["code"] == "id_taken"
    changed = await edit(ann, said["seq"], "x", id="kind-2")
    assert (await recall(ann, said["seq"], id="kind-2"))["code"] == "id_taken"
    assert (await ann.post(TEXT, "0", "new", id="kind-2"))["code"] == "id_taken"
    assert (await edit(ann, said["seq"], "x", id="kind-2"))["seq"] == changed["seq"]
