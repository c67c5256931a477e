"""Administrators remove users: everywhere at once, on every worker, device and wire."""

import pytest

from harness import people

REMOVE, SYSTEM = 209, 902


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=3)


async def admin(server, role=99):
    client = await people.user(server, "boss")
    server.database().hset(f"user_id:{client.user_id}", "role_id", role)
    return client


async def test_removed_user_is_out_on_every_device_and_worker(server):
    boss, witness = await admin(server), await people.legacy(server, "witness")
    target = await people.user(server, "target")
    devices = [target] + [await people.device(server, of=target) for _ in range(4)]
    elsewhere = await people.guest(server)
    while server.worker_of(elsewhere.port) == server.worker_of(target.port):
        elsewhere = await people.guest(server)
    await elsewhere.resume(target.session_id)
    devices.append(elsewhere)
    name = target.user["username"]
    await boss.send(REMOVE, target.user_id)
    for device in devices:
        assert (await device.expect(REMOVE))["mess"] == "你已被移除聊天室"
        assert (await device.inbox.wait_closed())[0] == 4209
    for client in (boss, witness):
        assert (await client.expect(SYSTEM))["mess"] == f"用户{name}被管理员移除聊天室"
    back = await people.guest(server)
    assert (await back.enter(name, people.PASSWORD))["code"] == "disabled"
    await back.inbox.wait_closed()
    again = await people.guest(server)
    assert (await again.resume(target.session_id))["type"] in (204, 206)


async def test_removed_while_offline(server):
    boss, target = await admin(server), await people.user(server, "target")
    await target.close()
    await people.until_offline(server, target.user_id)
    answer = await boss.ask(REMOVE, target.user_id)
    assert (answer["type"], answer["mess"]) == (SYSTEM, "移除成功！")
    assert server.database().hget(f"user_id:{target.user_id}", "is_active") == "0"


@pytest.mark.parametrize("own, other", [(0, 0), (0, 99), (1, 1), (1, 99)])
async def test_only_a_higher_role_may_remove(server, own, other):
    actor, target = await admin(server, own), await admin(server, other)
    assert (await actor.ask(REMOVE, target.user_id))["code"] == "remove_refused"
    assert (await target.ask(213))["type"] == 213
    assert server.database().hget(f"user_id:{target.user_id}", "is_active") == "1"


async def test_nobody_removes_themselves_or_nobody(server):
    boss = await admin(server)
    assert (await boss.ask(REMOVE, boss.user_id))["code"] == "remove_refused"
    assert (await boss.ask(REMOVE, "nobody"))["code"] == "remove_refused"


async def test_message_of_a_removed_user_is_refused_by_the_store(server):
    """Also when redis-cli did it, and the user's worker had no notice."""
    user = await people.user(server, "user")
    server.database().hset(f"user_id:{user.user_id}", "is_active", 0)
    assert (await user.say("still here"))["code"] == "disabled"
    assert (await user.inbox.wait_closed())[0] == 4206


async def test_the_reason_is_told_to_the_one_removed(server):
    boss, target = await admin(server), await people.user(server, "target")
    reason = "é" * 256
    await boss.send(REMOVE, target.user_id, reason)
    assert (await target.expect(REMOVE))["reason"] == reason
    assert "reason" not in await boss.expect(SYSTEM)


@pytest.mark.parametrize("reason", ["é" * 257, 5, ["spam"], {"why": "spam"}], ids=str)
async def test_a_reason_that_is_none_removes_nobody(server, reason):
    boss, target = await admin(server), await people.user(server, "target")
    assert (await boss.ask(REMOVE, target.user_id, reason))["code"] == "bad_field"
    assert (await target.ask(213))["type"] == 213


async def test_legacy_administrators_and_users_know_no_reason(server):
    boss, old = await people.legacy(server, "boss"), await people.legacy(server, "old")
    server.database().hset(f"user_id:{boss.user_id}", "role_id", 99)
    target = await people.user(server, "target")
    await boss.send(REMOVE, target.user_id, {"not": "looked at"})
    assert "reason" not in await target.expect(REMOVE)
    modern = await admin(server)
    await modern.send(REMOVE, old.user_id, "spam")
    assert "reason" not in await old.expect(REMOVE)
