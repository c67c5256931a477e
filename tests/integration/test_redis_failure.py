"""Redis goes away and comes back: nothing is acknowledged that is not stored, and all recovers."""

import asyncio
import os
import signal
import time

import pytest

from harness import people
from harness.talkers import Talk
from harness.waiting import eventually


async def refused_until_back(user, text, id):
    """Sends until it is acknowledged, as clients do; [(seconds, code or None)]."""
    begun, found = time.monotonic(), []
    while True:
        answer = await user.say(text, id=id)
        found.append((time.monotonic() - begun, answer.get("code")))
        if answer["type"] == 110:
            return found
        assert found[-1][0] < 20
        await asyncio.sleep(0.1)


@pytest.fixture
def redis(own_house):
    return own_house.redis(append_only=True)


@pytest.fixture
def server(own_house, redis):
    return own_house.chatd(redis=redis, workers=2)


async def test_sends_without_redis_get_storage_unavailable_and_are_stored_once_later(server, redis):
    ann, ben = await people.on_two_workers(server)
    await ann.say("before", id="before")
    redis.kill()
    answer = await ann.say("meanwhile", id="meanwhile")
    assert (answer["type"], answer["code"]) == (900, "storage_unavailable")
    assert (await ben.say("also meanwhile", id="also"))["code"] == "storage_unavailable"
    redis.start()
    back = time.monotonic()
    await refused_until_back(ann, "meanwhile", "meanwhile")
    assert time.monotonic() - back < 4
    await ann.say("meanwhile", id="meanwhile")
    await refused_until_back(ben, "after", "after")
    await ann.expect(100, id="after")
    await ben.expect(100, id="after")
    page = await ann.history(count=50)
    assert [message["id"] for message in page["mess"]] == ["before", "meanwhile", "after"]
    for client in (ann, ben):
        seen = [frame["id"] for frame in client.inbox.frames if frame["type"] == 100]
        assert seen.count("meanwhile") <= 1
        assert client.inbox.closed is None


async def test_clients_are_told_to_reload_when_redis_lost_everything(own_house):
    redis = own_house.redis()
    server = own_house.chatd(redis=redis, workers=2)
    clients = await people.on_two_workers(server)
    await clients[0].say("soon forgotten")
    redis.kill()
    redis.start()
    for client in clients:
        assert (await client.inbox.wait_closed())[0] == 1012
    newcomer = await people.enter_when_possible(server, people.new_name("newcomer"))
    await refused_until_back(newcomer, "hello", "anew")
    assert [message["seq"] for message in (await newcomer.history())["mess"]] == [1]
    assert (await newcomer.ask(213))["mess"] == 1


async def test_older_copy_of_redis_goes_on_under_a_new_epoch(own_house):
    """Numbers that were given before are given again: clients must not take them for the same."""
    redis = own_house.redis()
    server = own_house.chatd(redis=redis, workers=2)
    ann, ben = await people.on_two_workers(server)
    await ann.say("in the copy")
    redis.connect().save()
    lost = await ben.say("after the copy")
    redis.kill()
    redis.start()
    for client in (ann, ben):
        assert (await client.inbox.wait_closed())[0] == 1012
    back = await people.enter_when_possible(server, ann.user["username"])
    await refused_until_back(back, "instead of it", "instead")
    page = await back.history()
    assert [message["mess"] for message in page["mess"]] == ["in the copy", "instead of it"]
    assert page["mess"][-1]["seq"] == lost["seq"]
    assert page["epoch"] != lost["epoch"]


async def test_presence_is_kept_over_a_restart_of_redis(server, redis):
    ann, ben = await people.on_two_workers(server)
    redis.kill()
    redis.start()
    database = server.database()
    await eventually(lambda: database.scard("user") == 2, "both are online", patience=20)
    await refused_until_back(ann, "still here", "restart")
    assert (await ben.expect(100, id="restart"))["mess"] == "still here"
    assert (await ann.ask(213))["mess"] == 2


async def test_stopped_redis_is_waited_for_no_longer_than_the_timeout(own_house, redis):
    server = own_house.chatd(redis=redis, workers=1, options=["--redis-timeout", "1s"])
    user = await people.user(server, "patient")
    redis.process.send_signal(signal.SIGSTOP)
    try:
        begun = time.monotonic()
        answer = await user.say("anyone?", id="stopped")
        assert answer["code"] == "storage_unavailable"
        assert time.monotonic() - begun < 4
    finally:
        redis.process.send_signal(signal.SIGCONT)
    await refused_until_back(user, "anyone?", "stopped")
    page = await user.history()
    assert [message["id"] for message in page["mess"]] == ["stopped"]


async def test_login_without_redis_is_refused_and_the_server_stays_up(server, redis):
    redis.kill()
    guest = await people.guest(server)
    answer = await guest.enter("anybody", people.PASSWORD)
    assert answer["code"] == "storage_unavailable"
    redis.start()
    deadline = time.monotonic() + 10
    while (await guest.enter("anybody", people.PASSWORD))["type"] != 205:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def test_managed_redis_killed_is_started_again_with_its_data(own_house):
    server = own_house.chatd(workers=2)
    user = await people.user(server, "kept")
    await user.say("before", id="before")
    os.kill(server.managed_redis(), signal.SIGKILL)
    await refused_until_back(user, "after", "after")
    page = await user.history()
    assert [message["id"] for message in page["mess"]][-1] == "after"
    assert server.managed_redis() is not None
    server.check()


async def test_bus_goes_on_where_it_was(server, redis):
    """A message stored just before a worker lost Redis still reaches that worker's clients."""
    ann, ben = await people.on_two_workers(server)
    for number in range(5):
        await refused_until_back(ann, f"{number}", f"round-{number}")
        redis.connect().client_kill_filter(_type="normal", skipme=True)
    seen = [(await ben.expect(100, id=f"round-{number}"))["seq"] for number in range(5)]
    assert seen == list(range(seen[0], seen[0] + 5))


async def test_managed_redis_killed_under_load_loses_nothing_acknowledged(own_house):
    server = own_house.chatd(workers=2)
    talk = await Talk.begin(server)
    backs = []
    for _ in range(3):
        os.kill(server.managed_redis(), signal.SIGKILL)
        struck = time.monotonic()
        await talk.go_on(10)
        backs.append(talk.back_after(struck))
    lost, doubled = await talk.outcome("managed Redis killed three times", max(backs))
    assert not lost and not doubled
    assert talk.codes() == {"storage_unavailable"}
    assert not any(talker.closed for talker in talk.talkers), "the bus goes on where it was"
    assert max(backs) < 2
    server.check()


async def stop_for(seconds, pid, talk):
    """Stops a Redis under load; seconds until everybody talks again."""
    os.kill(pid, signal.SIGSTOP)
    try:
        await asyncio.sleep(seconds)
        assert talk.codes() == {"storage_unavailable"}
        for talker in talk.talkers:
            assert talker.refused, "everybody was told"
    finally:
        os.kill(pid, signal.SIGCONT)
    returned = time.monotonic()
    await talk.go_on(10)
    return talk.back_after(returned)


@pytest.mark.parametrize("seconds", [4, pytest.param(30, marks=pytest.mark.long)])
async def test_managed_redis_stopped_under_load(own_house, seconds):
    server = own_house.chatd(workers=2, options=["--redis-timeout", "1s"])
    talk = await Talk.begin(server)
    back = await stop_for(seconds, server.managed_redis(), talk)
    lost, doubled = await talk.outcome(f"managed Redis stopped for {seconds} s", back)
    assert not lost and not doubled
    assert not any(talker.closed for talker in talk.talkers), "subscriptions go on where they were"
    assert back < 2
    server.check()


async def test_a_foreign_redis_restarts_under_load(server, redis):
    """Its `everysec` holds answered writes back during a flush; a TERM writes them out."""
    talk = await Talk.begin(server)
    redis.stop()
    redis.start()
    returned = time.monotonic()
    await talk.go_on(10)
    back = talk.back_after(returned)
    lost, doubled = await talk.outcome("foreign Redis restarted", back)
    assert not lost and not doubled
    assert not any(talker.closed for talker in talk.talkers)
    assert back < 2


async def apart(server):
    """A user on each of two workers, and the process of the second's."""
    ann, ben = await people.on_two_workers(server)
    return ann, ben, server.worker_of(ben.port)


@pytest.mark.parametrize("seconds", [2, pytest.param(10, marks=pytest.mark.long)])
async def test_a_worker_stopped_for_a_while_catches_up_from_the_bus(server, seconds):
    ann, ben, worker = await apart(server)
    os.kill(worker, signal.SIGSTOP)
    said, end = 0, time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            assert (await ann.say(f"{said}", id=f"meanwhile-{said}"))["type"] == 110
            said += 1
    finally:
        os.kill(worker, signal.SIGCONT)
    returned = time.monotonic()
    got = await ben.inbox.take_many(lambda frame: frame["type"] == 100, said)
    print(f"\na worker stopped for {seconds} s delivered {said} messages "
          f"{time.monotonic() - returned:.2f} s after it went on")
    assert [frame["id"] for frame in got] == [f"meanwhile-{number}" for number in range(said)]
    assert ben.inbox.closed is None


async def test_large_messages_that_piled_up_close_nobody_who_reads(server):
    """One read of the bus brings more than may wait for a client: it is written in between."""
    ann, ben, worker = await apart(server)
    os.kill(worker, signal.SIGSTOP)
    try:
        for number in range(40):
            answer = await ann.say("x" * 50_000, id=f"large-{number}")
            assert answer["type"] == 110, answer
    finally:
        os.kill(worker, signal.SIGCONT)
    got = await ben.inbox.take_many(lambda frame: frame["type"] == 100, 40)
    assert [frame["id"] for frame in got] == [f"large-{number}" for number in range(40)]
    assert ben.inbox.closed is None


async def test_a_worker_that_missed_trimmed_entries_says_so(own_house):
    """More was said than the bus keeps while it was stopped: its clients read the store."""
    server = own_house.chatd(workers=2, options=["--bus-length", "1000"])
    ann, ben, worker = await apart(server)
    assert (await ann.say("seen", id="seen"))["type"] == 110
    await ben.expect(100, id="seen")
    os.kill(worker, signal.SIGSTOP)
    said = 1500
    try:
        for number in range(said):
            await ann.send(100, "0", "much", id=f"much-{number}")
        await ann.inbox.take_many(lambda frame: frame["type"] == 110, said, 60)
    finally:
        os.kill(worker, signal.SIGCONT)
    assert (await ben.inbox.wait_closed())[0] == 1012
    back = await people.device(server, ben)
    back.last_seq = ben.last_seq
    missed = await back.catch_up("lobby")
    delivered = [frame["id"] for frame in ben.inbox.frames if frame["type"] == 100]
    assert delivered + [message["id"] for message in missed] == [
        f"much-{number}" for number in range(said)]
    assert "entries of the bus were missed" in server.log()
