"""What an acknowledgement waits for: `durable` = redis, disk or replica."""

import asyncio
import subprocess
import time

import pytest

from harness import people
from harness.server import CHATD, free_port
from harness.waiting import eventually

BATCH = 300


async def throughput(server, what):
    """Ten people say BATCH texts each, all at once; prints and returns messages a second."""
    talkers = [await people.user(server, "fast") for _ in range(10)]
    begun = time.monotonic()

    async def talk(client):
        for number in range(BATCH):
            await client.send(100, "0", str(number), id=f"{client.user_id}-{number}")
        stored = await client.inbox.take_many(lambda frame: frame["type"] == 110, BATCH, 60)
        assert {frame["id"] for frame in stored} == {f"{client.user_id}-{n}" for n in range(BATCH)}

    await asyncio.gather(*[talk(client) for client in talkers])
    rate = len(talkers) * BATCH / (time.monotonic() - begun)
    print(f"\ndurable = {what}: {rate:.0f} messages/s acknowledged")
    return rate


def start_fails(**options):
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    done = subprocess.run([CHATD, "-p", str(free_port()), "--data", "data", "--upload", "upload",
                           *words], capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout + done.stderr


async def test_managed_redis_flushes_before_it_answers_when_asked_to(own_house):
    server = own_house.chatd(workers=2, options=["--durable", "disk"])
    assert server.database().config_get("appendfsync") == {"appendfsync": "always"}
    await throughput(server, "disk")


async def test_managed_redis_is_flushed_every_second_otherwise(own_house):
    """Not by Redis itself, which would then hold back what it has answered."""
    server = own_house.chatd(workers=2)
    assert server.database().config_get("appendfsync") == {"appendfsync": "no"}
    await throughput(server, "redis")


def test_a_foreign_redis_that_does_not_flush_is_refused_in_one_line(own_house, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    redis = own_house.redis(append_only=True)
    code, said = start_fails(durable="disk", redis=redis.url)
    assert code == 3
    assert "durable = disk, this Redis needs appendonly yes, appendfsync always" in said
    redis.connect().config_set("appendfsync", "always")
    own_house.chatd(redis=redis, workers=1, options=["--durable", "disk"])


async def test_a_foreign_redis_that_stops_flushing_is_not_used_again(own_house):
    redis = own_house.redis(append_only=True)
    redis.connect().config_set("appendfsync", "always")
    server = own_house.chatd(redis=redis, workers=1, options=["--durable", "disk"])
    user = await people.user(server, "strict")
    assert (await user.say("flushed"))["type"] == 110
    redis.connect().config_set("appendfsync", "everysec")
    redis.connect().client_kill_filter(_type="normal", skipme=True)
    await eventually(lambda: "needs appendonly yes" in server.log(), "told")
    assert (await user.say("not flushed"))["code"] == "storage_unavailable"


def test_managed_redis_has_no_replica(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, said = start_fails(durable="replica")
    assert code == 1 and "managed Redis has no replica" in said


@pytest.fixture
def setup(own_house):
    return own_house.sentinels()


def on(server, key="conversation:message:common_id:0"):
    return int(server.connect(15).hget(key, "seq") or 0)


async def test_what_is_acknowledged_is_on_the_replica(own_house, setup):
    primary, replica = setup.servers
    server = own_house.chatd(redis=setup, workers=2, options=["--durable", "replica"])
    assert "durable = replica" not in server.log(), "nothing to warn of"
    user = await people.user(server, "sure")
    for number in range(20):
        stored = await user.say(str(number))
        assert on(replica) >= stored["seq"], "acknowledged before the replica had it"
    waits = primary.connect().info("commandstats")["cmdstat_wait"]["calls"]
    await throughput(server, "replica")
    shared = primary.connect().info("commandstats")["cmdstat_wait"]["calls"] - waits
    print(f"{10 * BATCH} messages were confirmed by {shared} WAITs")
    assert shared < 10 * BATCH / 2


async def test_without_a_replica_sends_are_refused_and_stored_once_later(own_house, setup):
    primary, replica = setup.servers
    server = own_house.chatd(redis=setup, workers=1,
                             options=["--durable", "replica", "--redis-timeout", "1s"])
    user, other = await people.user(server, "unsure"), await people.user(server, "reader")
    for sentinel in setup.sentinels:
        sentinel.freeze()  # they would choose between a primary and a replica that both live
    replica.freeze()
    begun = time.monotonic()
    answer = await user.say("to be confirmed", id="once")
    took = time.monotonic() - begun
    assert (answer["type"], answer["code"]) == (900, "storage_unavailable")
    assert took < 2
    begun = time.monotonic()
    assert (await other.history())["type"] == 800
    print(f"\nrefused after {took:.2f} s; history meanwhile took {time.monotonic() - begun:.3f} s")
    assert "stored but not confirmed: no replica has it in time" in server.log()
    assert (await user.say("to be confirmed", id="once"))["code"] == "storage_unavailable"
    replica.thaw()

    async def stored():
        while (await user.say("to be confirmed", id="once"))["type"] != 110:
            await asyncio.sleep(0.1)

    await asyncio.wait_for(stored(), 20)
    assert on(replica) == on(primary)
    page = await user.history()
    assert [message["id"] for message in page["mess"]] == ["once"]
    for sentinel in setup.sentinels:
        sentinel.thaw()
