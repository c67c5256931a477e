"""The Redis data that the PHP original left works as it is, and operators' redis-cli habits too."""

import asyncio
import json
import os
import re
import subprocess

import pytest

from conftest import FIXTURES
from harness import people
from harness.redis_server import SESSIONS

ALICE, BOB, CAROL = "6b00e6162e0e8", "6b00e616dc54a", "6b00e617e4841"
GROUP = "6b00e619c0a5a"
ALICE_PHP_SESSION = "h318i5ltk9aq1opr2avejk88tm"
SECRET = "secret12"


@pytest.fixture(scope="module")
def server(house):
    redis = house.redis()
    redis.load(os.path.join(FIXTURES, "legacy-redis.jsonl"))
    return house.chatd(redis=redis)


def stored(server, key):
    """The messages of a conversation as the original stored them, oldest first."""
    return [json.loads(member) for member in server.database().zrange(key, 0, -1)]


async def alice(server):
    client = await people.legacy_guest(server)
    answer = await client.enter("aliceys6i", SECRET)
    assert answer["type"] == 205
    assert answer["user"]["user_id"] == ALICE and answer["user"]["is_super_admin"] is True
    return client


async def test_old_php_session_still_logs_in(server):
    client = await people.legacy_guest(server)
    answer = await client.resume(ALICE_PHP_SESSION)
    assert answer["type"] == 205 and answer["user"]["user_id"] == ALICE


async def test_old_bcrypt_password_logs_in_and_becomes_argon2id(server):
    key = f"user_id:{ALICE}"
    assert server.database().hget(key, "password").startswith("$2y$10$")
    await alice(server)
    upgraded = server.database().hget(key, "password")
    assert upgraded.startswith("$argon2id$")
    await alice(server)
    assert server.database().hget(key, "password") == upgraded


async def test_everybody_who_logs_in_while_an_old_password_is_rehashed_is_let_in(server):
    key = f"user_id:{CAROL}"
    database = server.database()
    database.hset(key, mapping={"is_active": 1, "password": database.hget(f"user_id:{BOB}", "password")})
    guests = [await people.guest(server) for _ in range(4)]
    answers = await asyncio.gather(*(guest.enter("carolys6i", SECRET) for guest in guests))
    database.hset(key, "is_active", 0)
    assert [answer["type"] for answer in answers] == [205] * 4
    assert database.hget(key, "password").startswith("$argon2id$")


async def test_a_password_that_is_changed_while_the_old_one_is_rehashed_stays_changed(server):
    """A login with the old password has seen its hash; then the password is reset."""
    database = server.database()
    old = database.hget(f"user_id:{BOB}", "password")
    assert old.startswith("$2y$10$")
    for _ in range(3):
        database.hset(f"user_id:{BOB}", "password", old)
        guest = await people.guest(server)
        with database.monitor() as monitor:
            login = asyncio.create_task(guest.enter("bobys6i", SECRET))
            await asyncio.to_thread(_looked_up, monitor)
            new = await asyncio.to_thread(_reset, server, "bobys6i")
            await login
        assert (await (await people.guest(server)).enter("bobys6i", SECRET))["type"] == 208
        assert (await (await people.guest(server)).enter("bobys6i", new))["type"] == 205
    database.hset(f"user_id:{BOB}", "password", old)


def _looked_up(monitor):
    """Waits until the server has read the hash that a login is checked with."""
    for command in monitor.listen():
        if "EVALSHA" in command["command"].upper() and "bobys6i" in command["command"]:
            return


def _reset(server, name):
    said = subprocess.run([*server.command(), "--reset-password", name], capture_output=True,
                          text=True, timeout=30, cwd=server.directory)
    return re.search(r"new password: (\w+)", said.stdout)[1]


async def test_wrong_password_is_refused_and_changes_nothing(server):
    before = server.database().hget(f"user_id:{BOB}", "password")
    client = await people.legacy_guest(server)
    assert (await client.enter("bobys6i", "secret13"))["type"] == 208
    assert server.database().hget(f"user_id:{BOB}", "password") == before


async def test_old_groups_are_there(server):
    client = await alice(server)
    groups = (await client.ask(1101))["mess"]
    assert groups == {GROUP: {"name": "team ys6i", "admin_id": ALICE,
                              "create_time": 1795221017.789088}}
    members = (await client.ask(1102, mess=GROUP))["mess"]["members"]
    assert [member["user_id"] for member in members] == [ALICE, BOB, CAROL]
    assert [member["is_active"] for member in members] == ["1", "1", "0"]


async def test_old_history_is_there_with_old_timestamps(server):
    client = await alice(server)
    lobby = (await client.ask(800, mess=""))["mess"]
    assert lobby == stored(server, "message:common_id:0")
    group = (await client.ask(800, GROUP, ""))["mess"]
    assert group == stored(server, f"message:common_id:{GROUP}")
    assert [message["type"] for message in group] == [1100, 100, 300]
    private = (await client.ask(801, BOB, ""))["mess"]
    assert [(message["type"], message["id"]) for message in private] == [
        (102, "04a6f6df-43e3-4cdf-8949-f714ce6e8d4c")]


async def test_old_messages_are_numbered_for_msgpack_clients(server):
    client = await people.guest(server)
    assert (await client.enter("bobys6i", SECRET))["type"] == 205
    page = await client.history(GROUP)
    assert [message["seq"] for message in page["mess"]] == [1, 2, 3]
    acknowledged = await client.say("after the old ones", GROUP)
    assert acknowledged["seq"] == 4
    assert acknowledged["epoch"] == (await client.history(GROUP))["epoch"]


async def test_new_messages_are_stored_as_the_original_would(server):
    client = await alice(server)
    await client.send(100, GROUP, "nach <b>Ünïcode</b>/", id="old-data-1")
    sent = await client.expect(100, id="old-data-1")
    member = server.database().zrange(f"message:common_id:{GROUP}", -1, -1, withscores=True)[0]
    assert member[0] == (
        f'{{"type":100,"sender_id":"{ALICE}","receiver_id":"{GROUP}",'
        f'"mess":"nach <b>Ünïcode<\\/b>\\/","timestamp":{sent["timestamp"]!r},"id":"old-data-1"}}')
    assert member[1] == sent["timestamp"]
    index = [server.database().hget(f"message:index:{number}", "old-data-1") for number in range(5)]
    assert [json.loads(entry) for entry in index if entry] == [
        {"key": f"message:common_id:{GROUP}", "timestamp": sent["timestamp"]}]


async def test_private_messages_go_under_the_old_key(server):
    client = await alice(server)
    before = len(stored(server, f"message:users:[{ALICE},{BOB}]"))
    await client.ask(103, BOB, "one more")
    assert len(stored(server, f"message:users:[{ALICE},{BOB}]")) == before + 1


async def test_disabled_user_is_refused(server):
    client = await people.legacy_guest(server)
    answer = await client.enter("carolys6i", SECRET)
    assert answer["type"] == 206 and answer["mess"] == "你已被管理员禁用，不能发送消息"
    assert (await client.inbox.wait_closed())[0] == 1000


async def test_role_given_in_redis_cli_counts_from_the_next_action(server):
    bob = await people.legacy_guest(server)
    await bob.enter("bobys6i", SECRET)
    target = await people.legacy(server, "target")
    assert (await bob.ask(209, target.user_id))["type"] == 901
    server.database().hset(f"user_id:{BOB}", "role_id", 99)
    assert (await bob.ask(209, target.user_id))["type"] == 902
    assert (await target.expect(209))["mess"] == "你已被移除聊天室"
    server.database().hset(f"user_id:{BOB}", "role_id", 0)
    assert (await bob.ask(209, CAROL))["type"] == 901


async def test_user_disabled_in_redis_cli_is_out_at_the_next_action(server):
    dora = await people.legacy(server, "dora")
    server.database().hset(f"user_id:{dora.user_id}", "is_active", 0)
    assert (await dora.ask(213))["type"] == 206
    assert (await dora.inbox.wait_closed())[0] == 1000


async def test_new_sessions_are_not_php_serialised_secrets_in_plain_sight(server):
    """Whoever reads Redis learns no session id that logs in."""
    client = await alice(server)
    keys = server.database(SESSIONS).keys("*")
    assert not any(client.session_id in key for key in keys)
