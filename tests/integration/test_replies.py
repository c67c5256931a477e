"""Answers and mentions: kept with the message, shown on the msgpack wire only."""

import pytest

from harness import people

CREATE = 1100


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=2, options=["--max-mentions", "3"])


async def say(client, text, receiver="0", type=100, **fields):
    return await client.post(type, receiver, text, **fields)


async def test_live_history_and_resume_show_them_alike(server):
    ann, ben = await people.on_two_workers(server)
    first = await ann.say("question")
    stored = await say(ben, "answer", reply_to=first["seq"], mentions=[ann.user_id], id="r-1")
    assert stored["type"] == 110
    live = await ann.expect(100, id="r-1")
    page = (await ann.history(after_seq=first["seq"]))["mess"]
    place = {"conversation": "lobby", "seq": first["seq"], "epoch": first["epoch"]}
    await ann.send(810, mess={"places": [place]})
    missed = (await ann.expect(811, conversation="lobby"))["mess"]
    for shown in (live, page[0], missed[0]):
        assert (shown["reply_to"], shown["mentions"]) == (first["seq"], [ann.user_id])
    assert not {"reply_to", "mentions"} & set(await ann.expect(100, mess="question"))


async def test_private_messages_too(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    await ann.whisper("question", ben.user_id)
    await say(ben, "answer", ann.user_id, 103, reply_to=1, mentions=[ann.user_id])
    for frame in (await ann.expect(102), await ben.expect(101)):
        assert (frame["seq"], frame["reply_to"], frame["mentions"]) == (2, 1, [ann.user_id])


async def test_legacy_clients_see_and_send_none(server):
    ann, old = await people.user(server, "ann"), await people.legacy(server, "old")
    first = await ann.say("question")
    await say(ann, "answer", reply_to=first["seq"], mentions=[old.user_id], id="legacy-1")
    fields = {"type", "sender_id", "receiver_id", "mess", "timestamp", "id", "trace_id"}
    assert set(await old.expect(100, id="legacy-1")) == fields
    await old.send(800, "0", None)
    assert all(set(each) <= fields for each in (await old.expect(800))["mess"])
    await old.send(100, "0", "unlooked at", id="legacy-2", reply_to="x", mentions={"a": 1})
    assert not {"reply_to", "mentions"} & set(await ann.expect(100, id="legacy-2"))


@pytest.mark.parametrize("fields", [
    {"reply_to": 0}, {"reply_to": -1}, {"reply_to": 10 ** 6}, {"reply_to": 2 ** 63 - 1},
    {"reply_to": 1.5}, {"reply_to": "1"}, {"reply_to": [1]}, {"mentions": "a"},
    {"mentions": [1]}, {"mentions": [""]}, {"mentions": ["a b"]}, {"mentions": ["x" * 65]},
    {"mentions": [["a"]]}, {"mentions": {"a": "b"}}, {"mentions": ["a"] * 4}], ids=str)
async def test_malformed_is_refused_and_not_stored(server, fields):
    ann = await people.user(server, "ann")
    before = (await ann.say("before"))["seq"]
    assert (await say(ann, "bad", **fields))["code"] == "bad_field"
    assert (await say(ann, "bad", ann.user_id, 103, **fields))["code"] == "bad_field"
    assert (await ann.say("after"))["seq"] == before + 1


async def test_nothing_may_be_said_by_null_and_by_an_empty_list(server):
    ann = await people.user(server, "ann")
    await say(ann, "plain", reply_to=None, mentions=[], id="null-1")
    assert not {"reply_to", "mentions"} & set(await ann.expect(100, id="null-1"))


async def test_only_those_who_lead_mention_everybody(server):
    ann, ben, cyd = [await people.user(server, name) for name in ("ann", "ben", "cyd")]
    group = (await ann.ask(CREATE, mess={
        "name": "g", "members": [ben.user_id, cyd.user_id]}))["receiver_id"]
    assert (await say(ann, "all", group, mentions=["0"]))["type"] == 110
    assert (await say(ben, "all", group, mentions=["0"]))["code"] == "not_allowed"
    assert (await say(ann, "all", mentions=[ben.user_id, "0"]))["code"] == "not_allowed"
    assert (await say(ann, "all", ben.user_id, 103, mentions=["0"]))["code"] == "not_allowed"
    server.database().hset(f"user_id:{cyd.user_id}", "role_id", 1)
    assert (await say(cyd, "all", mentions=["0"]))["type"] == 110
    assert (await say(cyd, "all", group, mentions=["0"]))["code"] == "not_allowed"


async def test_sent_again_it_is_the_same_message(server):
    ann = await people.user(server, "ann")
    first = await say(ann, "once", mentions=[ann.user_id], id="again-1")
    again = await say(ann, "once", mentions=[ann.user_id], reply_to=10 ** 9, id="again-1")
    assert (again["type"], again["seq"]) == (110, first["seq"])
