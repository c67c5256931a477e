"""The master is killed: workers send their clients away and end, and nothing is in a restart's way."""

import asyncio
import os
import signal
import time

import pytest

from harness import people, processes
from harness.senders import Senders
from harness.waiting import eventually, until
from harness.wire import Wire


@pytest.fixture(autouse=True)
def orphans():
    processes.adopt_orphans()


def kill_master(server):
    """Kills the master alone; returns its workers."""
    workers = server.workers()
    server.expected_workers = None
    server.signal(signal.SIGKILL)
    server.process.wait()
    return workers


def acknowledged_and_stored(senders, server):
    members = server.database().zrange("message:common_id:0", 0, -1)
    stored = {id for id in senders.acknowledged if any(f'"{id}"' in member for member in members)}
    return len(senders.acknowledged), len(stored)


@pytest.mark.parametrize("managed", [True, False])
async def test_killed_master_and_a_start_right_after_lose_nothing(own_house, managed):
    path = os.path.join(own_house.directory, "chatd.pid")
    redis = None if managed else own_house.redis(append_only=True)
    server = own_house.prepare(redis=redis, options=["--rate-limits", "off", "--pid-file", path])
    server.start()
    senders = Senders(server, reference=4, legacy=2)
    await senders.start()
    await eventually(lambda: len(senders.acknowledged) > 20, "messages are sent")
    old_redis, workers = server.managed_redis(), await asyncio.to_thread(kill_master, server)
    begun = time.monotonic()
    await asyncio.to_thread(server.start)
    restarted = time.monotonic() - begun
    already = len(senders.acknowledged)
    await eventually(lambda: len(senders.acknowledged) > already + 20, "messages are sent again")
    await senders.stop()
    await senders.judge()
    sent, stored = acknowledged_and_stored(senders, server)
    print(f"\nup again after {restarted:.2f} s; {senders.figures()}; stored {stored}")
    assert sent == stored
    await eventually(lambda: all(processes.ended(worker) for worker in workers), "workers end")
    with open(path) as file:
        assert int(file.read()) == server.master
    if managed:
        assert processes.ended(old_redis)
        assert server.managed_redis() is not None


async def test_start_while_old_workers_still_drain_finds_nobody_online(own_house):
    server = own_house.prepare(redis=own_house.redis(), workers=1, options=[
        "--rate-limits", "off", "--close-timeout", "8s"]).start()
    users = [await people.user(server, "ghost") for _ in range(5)]
    legacy = await people.legacy(server, "ghost")
    with Wire(server) as silent:
        silent.open()  # never answers a close: the old worker waits for it
        workers = await asyncio.to_thread(kill_master, server)
        for client in [*users, legacy]:
            assert (await client.inbox.wait_closed())[0] == 1001
        await asyncio.to_thread(server.start)
        assert not processes.ended(workers[0]), "the old worker still drains"
        database = server.database()
        await eventually(lambda: database.scard("user") == 0, "nobody is online", patience=5)
        back = await people.device(server, of=users[0])
        assert (await back.ask(213))["mess"] == 1
        assert (await back.say("back"))["type"] == 110
    await eventually(lambda: processes.ended(workers[0]), "the old worker ends", patience=15)


async def test_managed_redis_ends_by_itself_with_everything_written(own_house):
    server = own_house.prepare(options=["--rate-limits", "off"]).start()
    senders = Senders(server, reference=3, legacy=0, pause=0)
    await senders.start()
    await eventually(lambda: len(senders.acknowledged) > 50, "messages are sent")
    redis, workers = server.managed_redis(), await asyncio.to_thread(kill_master, server)
    await eventually(lambda: all(processes.ended(pid) for pid in [*workers, redis]),
                     "workers and Redis end", patience=20)
    await asyncio.to_thread(server.start)
    await senders.stop()
    await senders.judge()
    sent, stored = acknowledged_and_stored(senders, server)
    print(f"\n{sent} acknowledged, {stored} stored")
    assert sent == stored


async def test_all_processes_killed_at_once(own_house):
    server = own_house.prepare(options=["--rate-limits", "off"]).start()
    user = await people.user(server, "hit")
    acknowledged = await user.say("kept")
    redis = server.managed_redis()
    workers = server.workers()
    server.expected_workers = None
    for pid in [server.master, *workers]:
        os.kill(pid, signal.SIGKILL)
    server.process.wait()
    await eventually(lambda: processes.ended(redis), "Redis ends")
    await asyncio.to_thread(server.start)
    back = await people.device(server, of=user)
    assert (await back.history())["mess"][-1]["id"] == acknowledged["id"]
    database = server.database()
    await eventually(lambda: database.scard("user") == 1, "no ghost is online", patience=35)


def test_guard_and_redis_killed_together_are_started_again(own_house):
    server = own_house.prepare().start()
    redis = server.managed_redis()
    guard = processes.parent(redis)
    for pid in (guard, redis):
        os.kill(pid, signal.SIGKILL)
    until(lambda: server.managed_redis() not in (None, redis), "Redis is back")
    until(lambda: server.log().count("connected to Redis") >= 4, "workers are connected again")
