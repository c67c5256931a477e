"""Presence: comings and goings below the threshold, a digest a second above it, paged lists."""

import asyncio
import time

import pytest

from harness import people
from harness.waiting import eventually

ONLINE, QUIT, LIST, QUERY, TOTAL, DIGEST = 200, 201, 202, 203, 213, 214
THRESHOLD = 6


@pytest.fixture
def quiet(own_house):
    """A server on which nobody is online yet."""
    return own_house.chatd(redis=own_house.redis(), workers=2)


@pytest.fixture
def crowded(own_house):
    """A server whose threshold a test can pass."""
    return own_house.chatd(redis=own_house.redis(), workers=2, options=[
        "--presence-threshold", str(THRESHOLD), "--online-page-size", "4"])


async def test_coming_and_going_is_told_on_both_wires(quiet):
    watchers = [await people.user(quiet, "watcher"), await people.legacy(quiet, "watcher")]
    newcomer = await people.user(quiet, "newcomer")
    person = {"user_id": newcomer.user_id, "username": newcomer.user["username"]}
    for watcher in watchers:
        came = await watcher.inbox.take(lambda frame: frame["type"] == ONLINE
                                        and frame["user"]["user_id"] == newcomer.user_id)
        assert came["user"] == {**person, "avatar": ""}
    await newcomer.close()
    for watcher in watchers:
        assert (await watcher.expect(QUIT))["user"] == person


async def test_second_device_is_no_coming_and_no_going(quiet):
    watcher, user = await people.user(quiet, "watcher"), await people.user(quiet, "user")
    other = await people.device(quiet, of=user)
    await other.close()
    marker = await people.user(quiet, "marker")
    await watcher.inbox.take(lambda frame: frame["type"] == ONLINE
                             and frame["user"]["user_id"] == marker.user_id)
    told = [frame for frame in watcher.inbox.frames
            if frame["type"] in (ONLINE, QUIT) and frame["user"]["user_id"] == user.user_id]
    assert [frame["type"] for frame in told] == [ONLINE]


async def test_user_that_vanishes_goes_offline(quiet):
    watcher, user = await people.user(quiet, "watcher"), await people.user(quiet, "user")
    user.socket.transport.abort()
    assert (await watcher.expect(QUIT))["user"]["user_id"] == user.user_id


async def test_total_and_list_agree(quiet):
    clients = [await people.user(quiet, "one") for _ in range(3)]
    clients.append(await people.legacy(quiet, "one"))
    assert (await clients[0].ask(TOTAL))["mess"] == 4
    listed = await clients[0].ask(LIST)
    assert listed["total"] == 4 and listed.get("next_offset") is None
    assert {user["user_id"] for user in listed["users"]} == {
        client.user_id for client in clients}
    assert (await clients[3].ask(LIST))["users"] == listed["users"]


async def crowd(server, count):
    return [await people.user(server, "crowd") for _ in range(count)]


async def test_list_is_paged(crowded):
    clients = await crowd(crowded, 10)
    found, offset, pages = [], 0, 0
    while offset is not None:
        page = await clients[0].ask(LIST, mess={"offset": offset, "count": 100})
        found += [user["user_id"] for user in page["users"]]
        offset, pages = page.get("next_offset"), pages + 1
    assert pages == 3
    assert sorted(found) == sorted(client.user_id for client in clients)


async def test_above_the_threshold_a_digest_a_second_at_most(crowded):
    clients = await crowd(crowded, THRESHOLD)
    legacy = await people.legacy(crowded, "legacy")
    begun = time.monotonic()
    late = []
    for _ in range(12):
        late.append(await people.user(crowded, "late"))
        await asyncio.sleep(0.15)
    total = THRESHOLD + 1 + len(late)
    last = await clients[0].expect(DIGEST, online_total=total)
    seconds = time.monotonic() - begun
    assert last["online_total"] == total
    digests = [frame for frame in clients[1].inbox.frames if frame["type"] == DIGEST]
    assert 1 <= len(digests) <= seconds + 2
    own = {client.user_id for client in late}
    for client in (clients[0], legacy):
        assert not [frame for frame in client.inbox.frames
                    if frame["type"] == ONLINE and frame["user"]["user_id"] in own]
    assert (await legacy.expect(TOTAL, mess=total))["trace_id"] == ""


async def test_back_below_the_threshold_names_are_told_again(crowded):
    clients = await crowd(crowded, THRESHOLD + 2)
    for client in clients[2:]:
        await client.close()
    database = crowded.database()
    await eventually(lambda: database.scard("user") == 2, "most have left")
    newcomer = await people.user(crowded, "newcomer")
    await clients[0].inbox.take(lambda frame: frame["type"] == ONLINE
                                and frame["user"]["user_id"] == newcomer.user_id)
