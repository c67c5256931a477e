"""Workers and nodes: one chat however many processes, and a dead worker harms only its own."""

import asyncio
import os
import signal
import ssl
from collections import Counter

import pytest

from harness import people
from harness.waiting import eventually


@pytest.fixture(scope="module")
def nodes(house, certificate):
    """Two servers, two workers each, one plain and one over TLS, that share a Redis."""
    redis = house.redis()
    return [house.chatd(redis=redis, workers=2),
            house.chatd(redis=redis, workers=2, certificate=certificate)]


async def people_everywhere(nodes):
    """A msgpack and a legacy user on every worker of every node."""
    found = []
    for node in nodes:
        found += await people.on_each_worker(node, people.user, "node")
        found += await people.on_each_worker(node, people.legacy, "node")
    return found


async def test_lobby_is_one_over_workers_and_nodes(nodes):
    everybody = await people_everywhere(nodes)
    assert len(everybody) == 8
    for place, speaker in enumerate(everybody):
        text = f"from {place}"
        await speaker.send(100, "0", text, id=f"{speaker.user_id}-{place}")
        for listener in everybody:
            assert (await listener.expect(100, id=f"{speaker.user_id}-{place}"))["mess"] == text


async def test_private_messages_and_presence_cross_nodes(nodes):
    near, far = await people.user(nodes[0], "near"), await people.legacy(nodes[1], "far")
    assert (await near.ask(203, far.user_id))["user"]["is_online"] is True
    assert (await far.ask(203, near.user_id))["user"]["is_online"] is True
    assert (await near.ask(213))["mess"] == (await far.ask(213))["mess"]
    await near.whisper("over there", far.user_id)
    assert (await far.expect(102))["mess"] == "over there"
    await far.send(103, near.user_id, "and back")
    assert (await near.expect(102))["mess"] == "and back"


async def test_groups_and_calls_cross_nodes(nodes):
    everybody = await people_everywhere(nodes)
    admin, *others = everybody
    created = await admin.ask(1100, mess={
        "name": "far and wide", "members": [other.user_id for other in others]})
    group = created["receiver_id"]
    for other in others:
        await other.expect(1100, receiver_id=group)
    await others[-1].send(100, group, "all here?", id=f"wide-{group}")
    for client in everybody:
        assert (await client.expect(100, id=f"wide-{group}"))["receiver_id"] == group
    await admin.send(600, group, {"is_group": True, "video": False})
    for client in everybody:
        assert (await client.expect(600))["mess"]["room_id"] == admin.user_id


async def test_second_legacy_login_on_another_node_ends_the_first(nodes):
    first = await people.legacy(nodes[0], "mover")
    second = await people.legacy_guest(nodes[1])
    await second.enter(first.user["username"], people.PASSWORD)
    await first.expect(207)
    await first.inbox.wait_closed()
    assert (await second.ask(203, second.user_id))["user"]["is_online"] is True


async def test_killed_worker_drops_its_own_clients_only_and_is_back(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=3)
    clients = [await people.user(server, "many") for _ in range(15)]
    held = {client: server.worker_of(client.port) for client in clients}
    victim = Counter(held.values()).most_common(1)[0][0]
    lost = [client for client in clients if held[client] == victim]
    kept = [client for client in clients if held[client] != victim]
    old = set(server.workers())
    server.kill_worker(victim)
    await eventually(server.replaced, "a new worker", patience=5)
    assert old - set(server.workers()) == {victim}
    server.expect_new_workers()
    for client in lost:
        await client.inbox.wait_closed(patience=2)
    database = server.database()
    await eventually(
        lambda: not any(database.sismember("user", client.user_id) for client in lost),
        "its users are off the online list", patience=5)
    for client in kept:
        assert client.inbox.closed is None
        assert database.sismember("user", client.user_id)
    newcomers = await people.on_each_worker(server, people.user, "new")
    sent = await kept[0].say("all well?")
    for client in [*kept, *newcomers]:
        await client.expect(100, id=sent["id"])
    assert (await kept[0].ask(213))["mess"] == len(kept) + len(newcomers)


@pytest.mark.parametrize("times", [5])
async def test_worker_killed_again_and_again_comes_back(own_house, times):
    server = own_house.chatd(redis=own_house.redis(), workers=2)
    for _ in range(times):
        victim = server.workers()[0]
        server.kill_worker(victim)
        await eventually(server.replaced, "a new worker", patience=10)
    server.expect_new_workers()
    for client in await people.on_each_worker(server, people.user, "after"):
        assert (await client.say("hello"))["type"] == 110


async def test_dead_nodes_users_are_swept_by_the_other_node(own_house):
    redis = own_house.redis()
    here = own_house.chatd(redis=redis, workers=1)
    there = own_house.chatd(redis=redis, workers=1)
    watcher, ghost = await people.user(here, "watcher"), await people.user(there, "ghost")
    for pid in [there.process.pid, *there.workers()]:
        os.kill(pid, signal.SIGKILL)
    there.process.wait()
    gone = await watcher.expect(201, patience=35)
    assert gone["user"]["user_id"] == ghost.user_id
    assert (await watcher.ask(213))["mess"] == 1


@pytest.mark.long
@pytest.mark.timeout(90)
async def test_worker_paused_until_it_was_taken_for_dead_sends_its_clients_to_catch_up(own_house):
    """What went to them meanwhile was not posted to it; for all others nothing has happened."""
    redis = own_house.redis()
    here = own_house.chatd(redis=redis, workers=1)
    there = own_house.chatd(redis=redis, workers=1)
    watcher, sleeper = await people.user(here, "watcher"), await people.user(there, "sleeper")
    paused = there.workers()[0]
    os.kill(paused, signal.SIGSTOP)
    try:
        await watcher.expect(201, patience=35)
        missed = await watcher.whisper("while you slept", sleeper.user_id)
        lobby = await watcher.say("to all")
    finally:
        os.kill(paused, signal.SIGCONT)
    assert (await sleeper.inbox.wait_closed(patience=10))[0] == 1012
    back = await people.device(there, of=sleeper)
    page = await back.history(watcher.user_id, personal=True)
    assert [message["id"] for message in page["mess"]] == [missed["id"]]
    assert (page["epoch"], (await back.history())["epoch"]) == (missed["epoch"], lobby["epoch"])
    answer = await watcher.whisper("awake?", sleeper.user_id)
    assert (await back.expect(102, id=answer["id"]))["mess"] == "awake?"
    assert watcher.inbox.closed is None
    assert redis.connect().get("conversation:era") is None
    assert (await watcher.ask(213))["mess"] == 2


async def test_thousand_tls_connections_are_spread_evenly(own_house, certificate):
    server = own_house.chatd(redis=own_house.redis(), workers=2, certificate=certificate,
                             options=["--login-timeout", "2m"])
    context = ssl.create_default_context(cafile=certificate.cert)
    gate = asyncio.Semaphore(50)

    async def connect():
        async with gate:
            _, writer = await asyncio.open_connection(
                "127.0.0.1", server.port, ssl=context, server_hostname="localhost")
            return writer

    writers = await asyncio.gather(*(connect() for _ in range(1000)))
    shares = Counter(server.workers_of([writer.get_extra_info("sockname")[1]
                                        for writer in writers]))
    for writer in writers:
        writer.transport.abort()
    assert sum(shares.values()) == 1000
    assert max(shares.values()) <= 600, shares
