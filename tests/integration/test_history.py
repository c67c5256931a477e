"""History: by time and by number, every message exactly once, also those of one microsecond."""

import asyncio
import json
import os
import random
import signal

import pytest

from harness import people


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=2)


async def talk(client, receiver_id, count, personal=False):
    """Stores `count` texts; returns what each was acknowledged with."""
    say = client.whisper if personal else client.say
    return [await say(f"text {number}", receiver_id) for number in range(count)]


async def all_backwards(client, receiver_id, count, personal=False):
    """Pages from the newest message to the oldest by number."""
    found, cursor = [], {}
    while True:
        page = await client.history(receiver_id, personal, count=count, **cursor)
        found = page["mess"] + found
        if page["complete"]:
            return found
        cursor = {"before_seq": page["mess"][0]["seq"]}


async def test_paging_backwards_by_number_meets_each_once(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    await talk(ann, ben.user_id, 47, personal=True)
    for count in (1, 7, 10, 50):
        found = await all_backwards(ann, ben.user_id, count, personal=True)
        assert [message["seq"] for message in found] == list(range(1, 48))


async def test_paging_forwards_by_number_meets_each_once(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    await talk(ann, ben.user_id, 23, personal=True)
    found, last = [], 0
    while True:
        page = await ben.history(ann.user_id, personal=True, after_seq=last, count=5)
        found += page["mess"]
        last = found[-1]["seq"]
        if page["complete"]:
            break
    assert [message["seq"] for message in found] == list(range(1, 24))
    assert {message["type"] for message in found} == {102}
    assert page["last_seq"] == 23 and page["first_seq"] == 1


async def all_by_time(client, user_id):
    """Pages from the newest message to the oldest as the original client does."""
    found, until = [], ""
    while True:
        page = (await client.ask(801, user_id, until))["mess"]
        older = [message for message in page if message["timestamp"] not in
                 {known["timestamp"] for known in found}]
        if not older:
            return found
        assert page == sorted(page, key=lambda message: message["timestamp"])
        found = older + found
        until = found[0]["timestamp"]


async def test_paging_by_time_as_the_original_client_does(server):
    ann, ben = await people.legacy(server, "ann"), await people.user(server, "ben")
    await talk(ben, ann.user_id, 35, personal=True)
    found = await all_by_time(ann, ben.user_id)
    assert [message["mess"] for message in found] == [f"text {n}" for n in range(35)]


async def test_time_is_inclusive_and_the_page_holds_ten(server):
    ann, ben = await people.legacy(server, "ann"), await people.user(server, "ben")
    times = [frame["timestamp"] for frame in await talk(ben, ann.user_id, 15, personal=True)]
    page = (await ann.ask(801, ben.user_id, times[11]))["mess"]
    assert [message["timestamp"] for message in page] == times[2:12]


async def test_same_microsecond_messages_both_live(server):
    """Old data may hold several messages of one score: numbers still meet each exactly once."""
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    key = "message:users:[{},{}]".format(*sorted([ann.user_id, ben.user_id]))
    for number in range(12):
        member = json.dumps({"type": 103, "sender_id": ben.user_id, "receiver_id": ann.user_id,
                             "mess": f"old {number:02}", "timestamp": 1700000000.5})
        server.database().zadd(key, {member: 1700000000.5})
    acknowledged = await ann.whisper("new", ben.user_id)
    assert acknowledged["seq"] == 13
    found = await all_backwards(ann, ben.user_id, 5, personal=True)
    assert sorted(message["mess"] for message in found) == ["new"] + [
        f"old {number:02}" for number in range(12)]


async def test_equal_texts_sent_at_once_both_live(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    for number in range(20):
        await ann.send(103, ben.user_id, "same", id=f"same-{ann.user_id}-{number}")
    await ben.inbox.take_many(lambda frame: frame["type"] == 102, 20)
    found = await all_backwards(ben, ann.user_id, 7, personal=True)
    assert [message["seq"] for message in found] == list(range(1, 21))


async def test_numbers_begin_anew_under_a_new_epoch_after_a_hand_edit(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    before = (await talk(ann, ben.user_id, 5, personal=True))[-1]
    key = "message:users:[{},{}]".format(*sorted([ann.user_id, ben.user_id]))
    server.database().zremrangebyrank(key, 0, 1)
    after = await ann.whisper("after the edit", ben.user_id)
    assert after["epoch"] != before["epoch"]
    page = await ann.history(ben.user_id, personal=True)
    assert page["epoch"] == after["epoch"]
    assert [message["seq"] for message in page["mess"]] == [1, 2, 3, 4]


async def test_reconnected_client_catches_up_exactly(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    await talk(ann, ben.user_id, 3, personal=True)
    await ben.inbox.take_many(lambda frame: frame["type"] == 102, 3)
    seen = dict(ben.last_seq)
    await ben.close()
    await talk(ann, ben.user_id, 120, personal=True)
    back = await people.guest(server)
    back.last_seq = seen
    await back.enter(ben.user["username"], people.PASSWORD)
    await ann.whisper("live, ahead of the gap", ben.user_id)
    await back.expect(102, mess="live, ahead of the gap")
    conversation = f"user:{ann.user_id}"
    missed = await back.catch_up(conversation, ann.user_id, personal=True)
    assert [message["seq"] for message in missed] == list(range(4, 124))
    assert back.last_seq[conversation] == 124


@pytest.mark.parametrize("cursor", [
    {"before_seq": 1}, {"after_seq": 10**9}, {"before_seq": 0}])
async def test_cursor_at_the_ends(server, cursor):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    await talk(ann, ben.user_id, 3, personal=True)
    page = await ann.history(ben.user_id, personal=True, **cursor)
    assert page["type"] == 801
    assert page["mess"] == []


@pytest.mark.parametrize("mess", [
    {"before_seq": "x"}, {"after_seq": -1}, {"count": -5}, {"before_seq": 5, "after_seq": 1},
    {"until": "now"}, [1]])
async def test_cursor_that_makes_no_sense(server, mess):
    client = await people.user(server, "odd")
    answer = await client.ask(800, mess=mess)
    assert answer.get("code") == "bad_field" or answer["type"] == 800


async def test_page_size_is_bounded(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    await talk(ann, ben.user_id, 210, personal=True)
    page = await ann.history(ben.user_id, personal=True, count=100000)
    assert len(page["mess"]) <= 200 and page["complete"] is False


async def test_empty_history(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    page = await ann.history(ben.user_id, personal=True)
    assert (page["mess"], page["last_seq"], page["complete"]) == ([], 0, True)


async def test_a_page_of_the_newest_goes_by_number_whatever_the_clock_said(server):
    """Redis' clock was ahead for a moment: what was said then has a time in the future."""
    ann, ben = await people.user(server, "ann"), await people.legacy(server, "ben")
    await talk(ann, ben.user_id, 3, personal=True)
    database = server.database()
    key, = database.keys(f"message:users:*{ann.user_id}*")
    text, = database.zrange(key, -1, -1)
    ahead = f"{json.loads(text)['timestamp'] + 600:.6f}"
    database.zrem(key, text)
    database.zadd(key, {text.replace(str(json.loads(text)["timestamp"]), ahead): ahead})
    database.hset(f"conversation:{key}", "timestamp", ahead)
    await talk(ann, ben.user_id, 2, personal=True)
    expected = ["text 0", "text 1", "text 2", "text 0", "text 1"]
    for page in (await ann.ask(801, ben.user_id), await ben.ask(801, ann.user_id, "")):
        assert [message["mess"] for message in page["mess"]] == expected


async def test_no_page_of_a_legacy_client_is_empty_while_there_is_something_older(server):
    """Changes are nothing to it, and as many as one likes may lie above the last message."""
    ann, ben = await people.user(server, "ann"), await people.legacy(server, "ben")
    said = (await talk(ann, ben.user_id, 3, personal=True))[0]
    edits = 4500
    for number in range(edits):
        await ann.send(120, ben.user_id, {"seq": said["seq"], "mess": f"v{number}"},
                       id=f"{said['timestamp']}-{number}")
    await ann.inbox.take_many(lambda frame: frame["type"] == 110, edits, 60)
    page = (await ben.ask(801, ann.user_id, ""))["mess"]
    assert [message["mess"] for message in page] == [f"v{edits - 1}", "text 1", "text 2"]
    await ann.whisper("last", ben.user_id)
    found = await all_by_time(ben, ann.user_id)
    assert [message["mess"] for message in found] == [f"v{edits - 1}", "text 1", "text 2", "last"]


async def test_no_page_tells_a_removed_member_what_was_said_since(server):
    """Its requests are on their way while it is removed; its worker is stopped at some moment."""
    ann, ben = await people.on_two_workers(server)
    cyd = await people.user(server, "cyd")
    worker = server.worker_of(ben.port)
    for attempt in range(8):
        founded = await ann.ask(1100, mess={"name": "g", "members": [ben.user_id, cyd.user_id]})
        group = founded["receiver_id"]
        for number in range(60):
            await ben.send(800, group, {"after_seq": 1}, trace_id=f"{attempt}-{number}")
        await asyncio.sleep(random.random() * 0.02)
        os.kill(worker, signal.SIGSTOP)
        try:
            await ann.ask(1110, mess={"group_id": group, "members": [ben.user_id]})
            await ann.say("not for ben", group)
        finally:
            os.kill(worker, signal.SIGCONT)
        await ben.inbox.take(lambda frame: frame.get("trace_id") == f"{attempt}-59")
    assert "not for ben" not in str(ben.inbox.frames)
