"""People by their ids, and by how their names begin."""

import os

import pytest

from conftest import FIXTURES
from harness import people
from harness.waiting import eventually

PEOPLE = 219


@pytest.fixture(scope="module")
def server(house):
    redis = house.redis()
    redis.load(os.path.join(FIXTURES, "legacy-redis.jsonl"))
    return house.chatd(redis=redis, workers=2)


async def names(client, prefix, **more):
    answer = await client.ask(PEOPLE, mess={"prefix": prefix, **more})
    assert answer["type"] == PEOPLE, answer
    return [user["username"] for user in answer["users"]]


async def test_by_ids_in_the_order_asked_without_the_unknown(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    await ben.close()
    await people.until_offline(server, ben.user_id)
    ids = [ben.user_id, "nobody", ann.user_id, ben.user_id]
    users = (await ann.ask(PEOPLE, mess={"ids": ids}))["users"]
    assert [user["user_id"] for user in users] == [ben.user_id, ann.user_id, ben.user_id]
    assert users[0] == {"user_id": ben.user_id, "username": ben.user["username"], "avatar": "",
                        "is_online": False}
    assert users[1]["is_online"] is True
    assert (await ann.ask(PEOPLE, mess={"ids": []}))["users"] == []


async def test_by_prefix_on_another_worker_as_soon_as_there_is_such_a_user(server):
    ann, _ = await people.on_two_workers(server)
    one, other = await people.user(server, "Quirk"), await people.user(server, "quirkY")
    expected = sorted([one.user["username"], other.user["username"]], key=str.lower)
    assert await names(ann, "QUIRK") == expected
    assert await names(ann, "quirk", count=1) == expected[:1]
    assert await names(ann, "quirk", count=10 ** 9) == expected
    assert await names(ann, "quirk?") == []


async def test_users_of_the_original_are_found(server):
    ann = await people.user(server, "ann")

    async def found():
        return await names(ann, "ALICEys")
    await eventually(lambda: server.database().zcard("user_names") > 3, "indexed")
    assert await found() == ["aliceys6i"]


@pytest.mark.parametrize("mess", [
    None, {}, [], "an", {"ids": None}, {"prefix": ""}, {"prefix": 5}, {"prefix": ["a"]},
    {"prefix": "\0"}, {"prefix": "ann\0"}, {"prefix": "ann\0a"},
    {"ids": "a"}, {"ids": [1]}, {"ids": [None]}, {"ids": ["a"] * 101},
    {"ids": ["a"], "prefix": "a"}, {"prefix": "a", "count": "1"}, {"prefix": "a", "count": 1.5}],
    ids=str)
async def test_malformed_is_refused(server, mess):
    ann = await people.user(server, "ann")
    assert (await ann.ask(PEOPLE, mess=mess))["code"] == "bad_field"


async def test_a_long_prefix_finds_nobody(server):
    ann = await people.user(server, "ann")
    assert await names(ann, "a" * 60_000) == []


async def test_legacy_clients_do_not_know_it(server):
    old = await people.legacy(server, "old")
    assert (await old.ask(PEOPLE, mess={"prefix": "a"}))["mess"] == "未知的消息类型"


async def test_searching_has_a_rate(house):
    server = house.chatd(limits=True, redis=house.redis(), workers=1,
                         options=["--search-rate", "5/h"])
    ann = await people.user(server, "ann")
    answers = [await ann.ask(PEOPLE, mess={"prefix": "a"}) for _ in range(6)]
    assert [answer.get("code") for answer in answers] == [None] * 5 + ["rate_limited"]
