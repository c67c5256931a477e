"""Resuming: after a break a client is told exactly what it missed, or plainly that it cannot be."""

import asyncio
import json
import os

import pytest

from conftest import FIXTURES
from harness import people, processes
from harness.waiting import eventually
from reference_client import ReferenceClient

RESUME, PAGE, GROUP = 810, 811, 1100
LIMITS = ["--resume-messages", "500", "--resume-conversations", "20"]


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=2, options=LIMITS)


async def resume(client, places=(), **fields):
    """Resumes; (pages in order, the mark at their end)."""
    trace = await client.send(RESUME, mess={"places": list(places), **fields})
    mark = await client.inbox.take(
        lambda frame: frame.get("trace_id") == trace and frame["type"] != PAGE)
    pages = []
    while page := client.inbox.pick(lambda frame: frame["type"] == PAGE):
        pages.append(page)
    return pages, mark


def place(answer, seq=None):
    return {"conversation": answer["conversation"], "epoch": answer["epoch"],
            "seq": answer["seq"] if seq is None else seq}


async def spoken(client, count, prefix="m"):
    return [await client.say(f"{prefix}{number}") for number in range(count)]


def only(pages, conversation):
    return [page for page in pages if page["conversation"] == conversation]


def numbers(pages):
    return [message["seq"] for page in pages for message in page["mess"]]


async def test_what_was_missed_comes_in_order_in_bounded_pages_then_a_mark(server):
    ann, ben = await people.on_two_workers(server)
    seen = await ben.say("the last that ben sees")
    await ben.close()
    sent = await spoken(ann, 450)
    back = await people.device(server, of=ben)
    pages, mark = await resume(back, [place(seen)])
    pages = only(pages, "lobby")
    assert numbers(pages) == [message["seq"] for message in sent]
    assert [len(page["mess"]) for page in pages] == [200, 200, 50]
    assert [page["complete"] for page in pages] == [False, False, True]
    assert {page["state"] for page in pages} == {"continued"}
    assert {page["epoch"] for page in pages} == {seen["epoch"]}
    assert mark["mess"] == {"conversations": 1, "messages": 450}


async def test_large_messages_are_cut_into_pages_by_their_bytes(server):
    ann = await people.user(server, "large")
    first = await ann.say("before")
    for _ in range(20):
        await ann.say("x" * 60_000)
    pages, _ = await resume(ann, [place(first)])
    assert len(pages) > 3
    assert numbers(pages) == list(range(first["seq"] + 1, first["seq"] + 21))


async def test_nothing_missed_is_the_mark_alone(server):
    ann = await people.user(server, "ann")
    last = await ann.say("the newest")
    pages, mark = await resume(ann, [place(last)])
    assert (pages, mark["mess"]) == ([], {"conversations": 0, "messages": 0})


async def test_what_the_client_does_not_know_of_begins_with_its_newest_messages(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    group = (await ann.ask(GROUP, mess={
        "name": "new", "members": [ben.user_id, (await people.user(server, "c")).user_id]}))
    last = [await ann.whisper(f"w{number}", ben.user_id) for number in range(5)][-1]
    pages, mark = await resume(ben, [], count=2)
    direct, = only(pages, f"user:{ann.user_id}")
    assert direct["state"] == "new" and direct["complete"]
    assert [message["mess"] for message in direct["mess"]] == ["w3", "w4"]
    assert [message["type"] for message in direct["mess"]] == [102, 102]
    assert (direct["first_seq"], direct["last_seq"], direct["epoch"]) == (1, 5, last["epoch"])
    founded, = only(pages, f"group:{group['receiver_id']}")
    assert [message["type"] for message in founded["mess"]] == [1100]
    assert mark["mess"]["conversations"] == len(pages)


async def test_changes_of_members_are_numbered_with_the_messages(server):
    ann, ben, cyd, dan = [await people.user(server, name) for name in ("ann", "ben", "cyd", "dan")]
    founded = await ann.ask(GROUP, mess={"name": "g", "members": [ben.user_id, cyd.user_id]})
    group = founded["receiver_id"]
    await ann.ask(1104, mess={"group_id": group, "members": [dan.user_id]})
    await cyd.ask(1105, mess=group)
    await ann.say("after", group)
    at = {"conversation": f"group:{group}", "seq": founded["seq"], "epoch": founded["epoch"]}
    page, = only((await resume(ben, [at]))[0], f"group:{group}")
    assert [message["type"] for message in page["mess"]] == [1108, 1108, 100]
    assert page["mess"][0]["mess"] == {"action": "joined", "members": [dan.user_id]}
    gone, = only((await resume(cyd, [at]))[0], f"group:{group}")
    assert (gone["state"], gone["mess"], gone["complete"]) == ("not_a_member", [], True)


async def test_more_than_is_sent_is_said_to_be_too_far(server):
    ann = await people.user(server, "ann")
    first = await ann.say("first")
    sent = await spoken(ann, 501)
    page, = only((await resume(ann, [place(first)], count=3))[0], "lobby")
    assert (page["state"], page["complete"]) == ("too_far", True)
    assert numbers([page]) == [message["seq"] for message in sent[-3:]]
    page, = only((await resume(ann, [place(sent[-4])]))[0], "lobby")
    assert (page["state"], numbers([page])) == ("continued", [m["seq"] for m in sent[-3:]])


async def test_what_was_trimmed_is_said_to_be_gone(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    sent = [await ann.whisper(f"t{number}", ben.user_id) for number in range(6)]
    database = server.database()
    key = database.keys(f"message:users:*{ben.user_id}*")[0]
    database.zremrangebyrank(key, 0, 2)
    database.hset(f"conversation:{key}", "trimmed", 3)
    at = {"conversation": f"user:{ann.user_id}", "epoch": sent[0]["epoch"]}
    page, = only((await resume(ben, [{**at, "seq": 1}]))[0], at["conversation"])
    assert (page["state"], page["first_seq"], numbers([page])) == ("trimmed", 4, [4, 5, 6])
    page, = only((await resume(ben, [{**at, "seq": 3}]))[0], at["conversation"])
    assert (page["state"], numbers([page])) == ("continued", [4, 5, 6])


@pytest.mark.parametrize("change", [
    {"epoch": "another"}, {"epoch": ""}, {"seq": 10_000_000}])
async def test_place_in_another_numbering_is_said_to_be_over(server, change):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    sent = await ann.whisper("x", ben.user_id)
    at = {**place(sent), "conversation": f"user:{ann.user_id}", **change}
    page, = only((await resume(ben, [at]))[0], at["conversation"])
    assert (page["state"], numbers([page]), page["epoch"]) == ("renumbered", [1], sent["epoch"])


@pytest.mark.parametrize("places", [
    [{"conversation": "nonsense", "seq": 1, "epoch": "e"}],
    [{"conversation": "lobby", "seq": -1, "epoch": "e"}],
    [{"conversation": "lobby", "seq": "1", "epoch": "e"}], [1], "lobby", {"a": 1},
    [{"conversation": f"user:u{n}", "seq": 1, "epoch": "e"} for n in range(21)]])
async def test_bad_places_are_refused(server, places):
    client = await people.user(server, "odd")
    answer = await client.ask(RESUME, mess={"places": places})
    assert (answer["type"], answer["code"]) == (900, "bad_field")


async def test_same_place_twice_and_unknown_ones_do_no_harm(server):
    client = await people.user(server, "odd")
    last = await client.say("x")
    pages, mark = await resume(client, [
        place(last), place(last), {"conversation": "user:nobody", "seq": 4, "epoch": "e"},
        *[{"conversation": "group:nowhere", "seq": 4, "epoch": "e"}] * 3,
        {"conversation": "user:", "seq": 0, "epoch": ""}])
    assert mark["mess"] == {"conversations": len(pages), "messages": 0} and len(pages) == 2
    assert {page["conversation"]: page["state"] for page in pages} == {
        "user:nobody": "renumbered", "group:nowhere": "not_a_member"}
    assert mark["type"] == RESUME


async def test_a_client_is_told_of_no_more_conversations_than_it_may_name(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1,
                             options=["--resume-conversations", "3"])
    me, ann, ben = [await people.user(server, name) for name in ("me", "ann", "ben")]
    await me.say("the oldest")
    founded = await ann.ask(GROUP, mess={"name": "g", "members": [me.user_id, ben.user_id]})
    for other in (ann, ben):
        await other.whisper("newer", me.user_id)
    assert me.welcome["resume_conversations"] == 3
    pages, _ = await resume(me)
    named = [f"user:{ann.user_id}", f"user:{ben.user_id}"]
    assert sorted(page["conversation"] for page in pages) == sorted(["lobby", *named])
    places = [{"conversation": page["conversation"], "seq": page["last_seq"],
               "epoch": page["epoch"]} for page in pages]
    assert (await resume(me, places))[0] == []
    # What is new since is told, named or not.
    await ann.say("the newest", founded["receiver_id"])
    pages, _ = await resume(me, places)
    assert [(page["conversation"], page["state"]) for page in pages] == [
        (f"group:{founded['receiver_id']}", "new")]


async def test_the_reference_client_names_the_newest_places_only(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1,
                             options=["--resume-conversations", "3"])
    me, ann, ben, cyd = [await people.user(server, name) for name in ("me", "ann", "ben", "cyd")]
    given_out, begun_anew = [], []
    client = ReferenceClient(server.url(), me.user["username"], people.PASSWORD,
                             on_message=lambda message: given_out.append(message["mess"]),
                             on_reset=lambda conversation, _: begun_anew.append(conversation))
    await client.start()
    for other in (ann, ben, cyd):
        await other.whisper(f"from {other.user_id}", me.user_id)
    await eventually(lambda: len(client.places) == 4, "all are heard of")
    connections = client.connections
    await client._socket.close()
    await eventually(lambda: client.connections > connections and client.ready.is_set(), "back")
    assert sorted(client.places) == sorted(["lobby", f"user:{ben.user_id}", f"user:{cyd.user_id}"])
    assert begun_anew == [f"user:{ann.user_id}"]
    await ann.whisper("once more", me.user_id)
    await eventually(lambda: given_out[-1:] == ["once more"], "heard")
    await client.stop()


async def test_resumes_are_limited(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1, limits=True,
                             options=["--resume-rate", "3/h"])
    client = await people.user(server, "eager")
    most = [{"conversation": f"user:{n}", "seq": n, "epoch": "e"} for n in range(1000)]
    answers = [await client.ask(RESUME, mess={"places": most}) for _ in range(5)]
    assert [answer.get("code") for answer in answers] == [None] * 3 + ["rate_limited"] * 2


async def test_private_conversations_of_the_original_are_known(own_house):
    redis = own_house.redis()
    redis.load(os.path.join(FIXTURES, "legacy-redis.jsonl"))
    server = own_house.chatd(redis=redis, workers=1)
    alice = await people.guest(server)
    await alice.enter("aliceys6i", "secret12")
    peers = f"user_peers:user_id:{alice.user_id}"
    await eventually(lambda: server.database().zcard(peers) == 1, "the old peers are listed")
    pages, _ = await resume(alice)
    assert [page["conversation"] for page in pages if page["conversation"].startswith("user:")] == [
        "user:6b00e616dc54a"]


async def test_resuming_while_messages_come_gives_each_once_and_in_order(server):
    ann, ben = await people.on_two_workers(server)
    got = []
    begin = (await ann.say("begin"))["seq"]
    reader = ReferenceClient(server.url(), ben.user["username"], people.PASSWORD,
                             on_message=lambda message: got.append(message["seq"]))
    await reader.start()
    sent = []

    async def speak():
        while reader.connections < 6:
            sent.append((await ann.say(f"{len(sent)}"))["seq"])

    speaking = asyncio.create_task(speak())
    while not speaking.done():
        await asyncio.sleep(0.05)
        reader.ready.clear()
        await reader._socket.close()
        await asyncio.wait_for(reader.ready.wait(), 10)
    await speaking
    await eventually(lambda: reader.places["lobby"][0] == sent[-1], "all is there")
    assert [seq for seq in got if seq > begin] == sent
    await reader.stop()


async def test_who_saw_a_conversation_empty_misses_nothing_of_its_beginning(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=2)
    got = []
    reader = ReferenceClient(server.url(), people.new_name("early"), people.PASSWORD,
                             on_message=lambda message: got.append(message["seq"]))
    await reader.start()
    ann = await people.user(server, "ann")
    await reader.stop()
    sent = await spoken(ann, 230)  # more than a page of the newest holds
    await reader.start()
    await eventually(lambda: len(got) == 230, "all is there")
    assert got == [message["seq"] for message in sent] == list(range(1, 231))
    await reader.stop()
    empty = {"conversation": "lobby", "seq": 0, "epoch": ""}
    pages, _ = await resume(ann, [empty], count=5)
    assert {page["state"] for page in pages} == {"continued"}
    assert numbers(pages) == list(range(1, 231))


async def test_sends_in_doubt_are_repeated_and_stored_once(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=2)
    client = ReferenceClient(server.url(), people.new_name("sender"), people.PASSWORD)
    await client.start()
    sends = [asyncio.create_task(client.send("0", f"{number}")) for number in range(300)]
    for worker in server.workers():
        server.kill_worker(worker)
    acknowledged = await asyncio.wait_for(asyncio.gather(*sends), 30)
    server.expect_new_workers()
    assert sorted(stored["seq"] for stored in acknowledged) == list(range(1, 301))
    stored = [json.loads(text)["mess"]
              for text in server.database().zrange("message:common_id:0", 0, -1)]
    assert sorted(stored, key=int) == [str(number) for number in range(300)]
    await client.stop()


async def test_newest_messages_are_told_up_to_the_number_they_reach(server):
    """Messages come in while the pages are read: the last page must not claim more than it holds."""
    ann, ben = await people.on_two_workers(server)
    await ann.whisper("first", ben.user_id)
    talking = [asyncio.create_task(ann.whisper(f"{number}", ben.user_id)) for number in range(150)]
    while not all(task.done() for task in talking):
        pages, _ = await resume(ben)
        for page in pages:
            assert page["mess"][-1]["seq"] == page["last_seq"]
    await asyncio.gather(*talking)


@pytest.mark.long  # and a sanitizer keeps freed memory
async def test_client_that_does_not_read_is_sent_no_more_than_it_takes(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1,
                             options=["--outbox-grace", "2s"])
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    first = await ann.say("first")
    for _ in range(8):
        await asyncio.gather(*(ann.say("x" * 20_000) for _ in range(100)))
    before = processes.resident(server.workers()[0])
    ben.socket.transport.pause_reading()
    await ben.send(RESUME, mess={"places": [place(first)]})
    most = 0

    def gone():
        nonlocal most
        most = max(most, processes.resident(server.workers()[0]) - before)
        return not server.worker_of(ben.port)

    await eventually(gone, "the one who does not read is closed", patience=40)
    ben.socket.transport.abort()
    assert most < 8_000_000, f"16 MB were asked for, {most} bytes held"
    assert (await ann.say("goes on"))["type"] == 110
