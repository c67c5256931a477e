"""Messages: acknowledged once durable, numbered without gaps, in one order, stored once."""

import asyncio

import pytest

from harness import people


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=3)


async def test_acknowledgement_has_id_seq_and_timestamp(server):
    ann, ben = await people.on_two_workers(server)
    acknowledged = await ann.say("hello", id="ack-1")
    assert acknowledged["type"] == 110 and acknowledged["id"] == "ack-1"
    message = await ben.expect(100, id="ack-1")
    assert message["seq"] == acknowledged["seq"]
    assert message["timestamp"] == acknowledged["timestamp"]
    assert message["conversation"] == acknowledged["conversation"]
    stored = server.database().zscore(
        "message:common_id:0", server.database().zrange("message:common_id:0", -1, -1)[0])
    assert stored == acknowledged["timestamp"]


async def test_same_id_again_is_acknowledged_alike_and_stored_once(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    first = await ann.say("once", id="twice-1")
    size = server.database().zcard("message:common_id:0")
    again = await ann.say("once", id="twice-1")
    assert [again[field] for field in ("id", "seq", "timestamp", "epoch")] == [
        first[field] for field in ("id", "seq", "timestamp", "epoch")]
    assert server.database().zcard("message:common_id:0") == size
    await ann.say("marker", id="twice-2")
    await ben.expect(100, id="twice-2")
    assert len([frame for frame in ben.inbox.frames if frame.get("id") == "twice-1"]) == 1


async def test_same_id_from_another_device_after_a_reconnect(server):
    ann = await people.user(server, "ann")
    first = await ann.whisper("to myself, later", ann.user_id, id="re-1")
    other = await people.device(server, of=ann)
    again = await other.whisper("to myself, later", ann.user_id, id="re-1")
    assert (again["seq"], again["timestamp"]) == (first["seq"], first["timestamp"])


async def test_message_to_nobody_in_particular_is_refused(server):
    ann = await people.user(server, "ann")
    answer = await ann.ask(100, receiver_id="", mess="whom did I mean?")
    assert answer["code"] == "bad_field"


async def test_id_of_anothers_message_is_refused(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    await ann.say("mine", id="mine-1")
    assert (await ben.say("stolen", id="mine-1"))["code"] == "id_taken"
    assert (await ann.whisper("elsewhere", ben.user_id, id="mine-1"))["code"] == "id_taken"


async def test_order_is_the_same_for_everybody(server):
    people_here = [await people.user(server, "crowd") for _ in range(8)]
    people_here.append(await people.legacy(server, "crowd"))
    senders = people_here[:6]

    async def talk(client, who):
        return [await client.say(f"{who}:{number}") for number in range(20)]

    acknowledged = await asyncio.gather(*(talk(client, who) for who, client in enumerate(senders)))
    seqs = sorted(frame["seq"] for frames in acknowledged for frame in frames)
    assert seqs == list(range(seqs[0], seqs[0] + 120))
    orders = []
    for client in people_here:
        frames = await client.inbox.take_many(
            lambda frame: frame["type"] == 100 and ":" in frame["mess"], 120)
        orders.append([frame["mess"] for frame in frames])
        times = [frame["timestamp"] for frame in frames]
        assert times == sorted(set(times)), "every message has a time of its own, rising"
    assert all(order == orders[0] for order in orders)
    for who in range(6):
        assert [text for text in orders[0] if text.startswith(f"{who}:")] == [
            f"{who}:{number}" for number in range(20)]


async def test_private_conversation_is_numbered_for_both(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    first = await ann.whisper("one", ben.user_id)
    second = await ben.whisper("two", ann.user_id)
    assert (first["seq"], second["seq"]) == (1, 2)
    assert first["conversation"] == f"user:{ben.user_id}"
    got = await ben.expect(102)
    assert (got["mess"], got["seq"], got["conversation"]) == ("one", 1, f"user:{ann.user_id}")
    assert (await ann.expect(102))["seq"] == 2


async def test_private_message_reaches_nobody_else(server):
    ann, ben, eve = [await people.user(server, name) for name in ("ann", "ben", "eve")]
    await ann.whisper("secret", ben.user_id)
    await ben.expect(102)
    await ann.say("marker", id="private-marker")
    await eve.expect(100, id="private-marker")
    assert not [frame for frame in eve.inbox.frames if frame.get("mess") == "secret"]


@pytest.mark.parametrize("type, mess, seen", [
    (100, "<b>text</b>", "<b>text</b>"), (400, "ymj_1.gif", "/images/emotion/ymj/1.gif"),
    (300, {"name": "p.png", "path": "/upload/image/p.png", "size": 5}, None),
    (500, {"name": "m.mp3", "path": "/upload/music/m.mp3", "size": 5}, None),
    (1000, {"name": "d.docx", "path": "/upload/document/d.docx", "size": 5}, None)])
async def test_every_kind_crosses_the_wires(server, type, mess, seen):
    modern, legacy = await people.user(server, "modern"), await people.legacy(server, "legacy")
    acknowledged = await modern.post(type, "0", mess)
    assert (await legacy.expect(type, id=acknowledged["id"]))["mess"] == (seen or mess)
    await legacy.send(type, "0", mess, id=f"cross-{modern.user_id}")
    assert (await modern.expect(type, id=f"cross-{modern.user_id}"))["mess"] == (seen or mess)
    private = await modern.post(type + 3, legacy.user_id, mess)
    assert private["type"] == 110
    assert (await legacy.expect(type + 2))["mess"] == (seen or mess)
    assert (await modern.expect(type + 1))["mess"] == (seen or mess)


async def test_private_message_to_somebody_offline_waits_in_history(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    await ben.close()
    name = ben.user["username"]
    await people.until_offline(server, ben.user_id)
    assert (await ann.whisper("read me later", ben.user_id))["type"] == 110
    back = await people.guest(server)
    await back.enter(name, people.PASSWORD)
    page = await back.history(ann.user_id, personal=True)
    assert [(message["type"], message["mess"]) for message in page["mess"]] == [
        (102, "read me later")]


@pytest.mark.parametrize("mess, code", [
    ("", "empty_message"), (None, "empty_message"), ({"a": 1}, "bad_field")])
async def test_text_needs_text(server, mess, code):
    client = await people.user(server, "empty")
    assert (await client.say(mess))["code"] == code


async def test_private_message_to_nobody(server):
    client = await people.user(server, "lonely")
    assert (await client.whisper("hello?", "nobody"))["code"] == "no_such_user"


async def test_text_survives_byte_for_byte(server):
    ann, ben = await people.user(server, "ann"), await people.legacy(server, "ben")
    text = 'quotes " \\ / \u2028 \u0001 \t €𐍈 </script>' + "é" * 2000
    acknowledged = await ann.say(text)
    assert (await ben.expect(100, id=acknowledged["id"]))["mess"] == text
    page = await ann.history(count=1)
    assert page["mess"][0]["mess"] == text
