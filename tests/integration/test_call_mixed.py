"""Legacy clients and msgpack clients in the same calls."""

import pytest

from harness import calls, people
from harness.calls import (ANSWER, CLOSE, CREATE, DECLINE, ENDED, EXIT, INVITE, LEAVE, MEMBER, OFFER,
                           OLD_JOIN, OLD_SIGNAL, RING, SIGNAL)


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=3)


async def settle(client):
    await client.ask(213)


async def call_legacy(ann, ben, **options):
    """A msgpack client calls a legacy one, which joins; the call's id and the 600."""
    call_id = (await ann.start(f"user:{ben.user_id}", **options))["mess"]["call"]["call_id"]
    ringing = await ben.expect(CREATE)
    await ben.send(OLD_JOIN, "0", ringing["mess"])
    await ann.sees(ben, "joined")
    return call_id, ringing


async def test_new_client_calls_a_legacy_one(server):
    ann, ben = await calls.caller(server, "ann"), await people.legacy(server, "ben")
    call_id = (await ann.start(f"user:{ben.user_id}", video=True))["mess"]["call"]["call_id"]
    ringing = await ben.expect(CREATE)
    assert ringing["sender_id"] == ann.user_id and ringing["receiver_id"] == ben.user_id
    assert ringing["mess"] == {"is_group": False, "video": True, "room_id": ann.user_id}

    await ben.send(OLD_JOIN, "0", ringing["mess"])
    joined = (await ann.sees(ben, "joined"))["member"]
    assert joined["legacy"] and joined["offers_to"] == [ann.user_id]
    await ben.send(OLD_SIGNAL, ann.user_id, OFFER)
    got = await ann.gets_signal(ben)
    assert got["signal"] == OFFER and got["from_stay"] == joined["stay"] and got["n"] == 1
    await ann.send_signal(call_id, ben, got["to_stay"], got["from_stay"], ANSWER)
    answer = await ben.expect(OLD_SIGNAL)
    assert answer["sender_id"] == ann.user_id and answer["mess"] == ANSWER

    await ben.send(CLOSE, ann.user_id, {"is_group": False, "room_id": ann.user_id})
    await ann.sees(ben, "left")
    assert (await ann.ended(call_id))["reason"] == "ended"


async def test_legacy_client_calls_a_new_one(server):
    ann, ben = await people.legacy(server, "ann"), await calls.caller(server, "ben")
    await ann.send(CREATE, ben.user_id, {"is_group": False, "video": True})
    ring = (await ben.client.expect(RING))["mess"]
    call_id = ring["call"]["call_id"]
    assert ring["caller_id"] == ann.user_id and ring["call"]["video"]
    assert (await ann.expect(CREATE))["mess"]["room_id"] == ann.user_id
    call = await ben.joined(call_id)
    me = calls.member(call, ben)
    assert me["offers_to"] == [ann.user_id] and calls.member(call, ann)["legacy"]
    await ben.send_signal(call_id, ann, me["stay"], calls.member(call, ann)["stay"], OFFER)
    assert (await ann.expect(OLD_SIGNAL))["mess"] == OFFER
    await ann.send(OLD_SIGNAL, ben.user_id, ANSWER)
    assert (await ben.gets_signal(ann))["signal"] == ANSWER
    await ann.send(CLOSE, ben.user_id, {"is_group": False, "room_id": ann.user_id})
    end = await ben.ended(call_id)
    assert end["reason"] == "ended" and end["by"] == ann.user_id


async def test_new_client_hangs_up_on_a_legacy_one(server):
    ann, ben = await people.legacy(server, "ann"), await calls.caller(server, "ben")
    await ann.send(CREATE, ben.user_id, {"is_group": False, "video": False})
    call_id = (await ben.client.expect(RING))["mess"]["call"]["call_id"]
    await ben.joined(call_id)
    await ben.do(LEAVE, call_id)
    room = {"is_group": False, "room_id": ann.user_id}
    left = await ann.expect(CLOSE)
    assert left["sender_id"] == ben.user_id and left["mess"] == room
    over = await ann.expect(EXIT)
    assert over["sender_id"] == ben.user_id and over["mess"] == room


async def test_each_pair_of_a_mixed_group_has_one_offerer(server):
    """ann and cyd are new, ben and dan legacy: who is told of whom by which message."""
    ann, cyd = await calls.callers(server, "ann", "cyd")
    ben, dan = [await people.legacy(server, name) for name in ("ben", "dan")]
    group = await calls.group_of(ann, ben, cyd, dan)
    call_id = (await ann.start(f"group:{group}"))["mess"]["call"]["call_id"]
    rings = {each: await each.expect(CREATE) for each in (ben, dan)}
    assert rings[ben]["receiver_id"] == group and rings[ben]["mess"]["is_group"]
    await ben.send(OLD_JOIN, "0", rings[ben]["mess"])
    assert (await ann.sees(ben, "joined"))["member"]["offers_to"] == [ann.user_id]

    call = await cyd.joined(call_id)
    assert calls.member(call, cyd)["offers_to"] == [ann.user_id], "ben is told and offers"
    told = await ben.expect(OLD_JOIN)
    assert told["sender_id"] == cyd.user_id and told["mess"]["room_id"] == ann.user_id
    await ben.send(OLD_SIGNAL, cyd.user_id, OFFER)
    assert (await cyd.gets_signal(ben))["signal"] == OFFER

    await dan.send(OLD_JOIN, "0", rings[dan]["mess"])
    for each in (ann, cyd):
        assert (await each.sees(dan, "joined"))["member"]["offers_to"] == [ann.user_id]
    assert (await ben.expect(OLD_JOIN))["sender_id"] == dan.user_id
    state = await cyd.state(call_id)
    me, other = calls.member(state, cyd)["stay"], calls.member(state, dan)["stay"]
    await cyd.send_signal(call_id, dan, me, other, OFFER)
    assert (await dan.expect(OLD_SIGNAL))["mess"] == OFFER

    await cyd.do(LEAVE, call_id)
    for each in (ben, dan):
        assert (await each.expect(CLOSE))["sender_id"] == cyd.user_id
    await ann.do(LEAVE, call_id, for_all=True)
    for each in (ben, dan):
        assert (await each.expect(EXIT))["sender_id"] == ann.user_id


async def test_a_no_reaches_the_other_kind(server):
    ann, ben = await calls.caller(server, "ann"), await people.legacy(server, "ben")
    call_id = (await ann.start(f"user:{ben.user_id}"))["mess"]["call"]["call_id"]
    await ben.expect(CREATE)
    await ben.send(OLD_SIGNAL, ann.user_id, {"type": "deny", "message": "no"})
    await ann.sees(ben, "declined")
    assert (await ann.ended(call_id))["reason"] == "declined"

    await ben.send(CREATE, ann.user_id, {"is_group": False, "video": False})
    call_id = (await ann.client.expect(RING))["mess"]["call"]["call_id"]
    await ann.do(DECLINE, call_id)
    no = await ben.expect(OLD_SIGNAL)
    assert no["sender_id"] == ann.user_id and no["mess"]["type"] == "deny"
    assert ann.client.user["username"] in no["mess"]["message"]
    assert (await ben.expect(EXIT))["sender_id"] == ann.user_id


async def test_busy_is_told_to_a_legacy_caller(server):
    ann, ben = await calls.callers(server, "ann", "ben")
    cyd = await people.legacy(server, "cyd")
    call_id = await ann.call(ben)
    await ben.joined(call_id)
    await cyd.send(CREATE, ben.user_id, {"is_group": False, "video": False})
    assert (await cyd.expect(OLD_SIGNAL))["mess"]["type"] == "deny"
    assert (await cyd.expect(EXIT))["sender_id"] == ben.user_id
    await ben.settle()
    assert len(ben.has(RING)) == 0, "the first was looked at, and no other came"


async def test_answer_on_one_device_silences_the_legacy_one(server):
    ann, ben = await calls.callers(server, "ann", "ben")
    old = await people.legacy_guest(server)
    await old.resume(ben.client.session_id)
    call_id = await ann.call(ben)
    await old.expect(CREATE)
    await ben.joined(call_id)
    assert (await old.expect(EXIT))["mess"]["room_id"] == ann.user_id
    await ann.settle()
    assert calls.states(await ann.state(call_id))[ben.user_id] == "joined"


async def test_offer_before_joining_joins(server):
    ann, ben = await calls.caller(server, "ann"), await people.legacy(server, "ben")
    call_id = (await ann.start(f"user:{ben.user_id}"))["mess"]["call"]["call_id"]
    ringing = await ben.expect(CREATE)
    await ben.send(OLD_SIGNAL, ann.user_id, OFFER)
    await ben.send(OLD_JOIN, "0", ringing["mess"])
    assert (await ann.gets_signal(ben))["signal"] == OFFER
    await ann.sees(ben, "joined")
    await settle(ben)
    assert len([frame for frame in ann.has(MEMBER)]) == 0, "joined once"
    assert await ann.state(call_id)


async def test_legacy_client_that_is_gone_has_left(server):
    ann, ben = await calls.caller(server, "ann"), await people.legacy(server, "ben")
    call_id, _ = await call_legacy(ann, ben)
    ben.socket.transport.abort()
    await ann.sees(ben, "left")
    await ann.ended(call_id)


async def test_leaving_concerns_the_call_one_is_in(server):
    """ann began two calls; ben's late 604 of the first does not touch the second."""
    ann, ben, cyd = [await people.legacy(server, name) for name in ("ann", "ben", "cyd")]
    await ann.send(CREATE, ben.user_id, {"is_group": False, "video": False})
    room = (await ben.expect(CREATE))["mess"]
    await ben.send(OLD_JOIN, "0", room)
    await settle(ben)
    await ann.send(CREATE, cyd.user_id, {"is_group": False, "video": False})
    assert (await ben.expect(EXIT))["sender_id"] == ann.user_id
    await cyd.expect(CREATE)
    await cyd.send(OLD_JOIN, "0", room)
    await settle(cyd)
    refused = await ben.ask(CLOSE, ann.user_id, {"is_group": False, "room_id": ann.user_id})
    assert refused["type"] == 901
    await cyd.send(OLD_SIGNAL, ann.user_id, OFFER)
    assert (await ann.expect(OLD_SIGNAL, sender_id=cyd.user_id))["mess"] == OFFER
    assert [frame for frame in ann.inbox.frames if frame["type"] == CLOSE] == []


async def test_call_goes_on_without_a_new_starter_and_604_finds_it(server):
    """ann began it and left for another call of hers; ben's 604 means the one that ben is in."""
    ann, cyd, dan = await calls.callers(server, "ann", "cyd", "dan")
    ben = await people.legacy(server, "ben")
    call_id, ringing = await call_legacy(ann, ben)
    await ann.ask(INVITE, {"call_id": call_id, "users": [cyd.user_id]})
    await cyd.rings(call_id)
    await cyd.joined(call_id)
    await ann.do(LEAVE, call_id)
    second = await ann.call(dan)
    await dan.joined(second)
    await ben.send(CLOSE, ann.user_id, ringing["mess"])
    await cyd.sees(ben, "left")
    await cyd.ended(call_id)
    assert calls.states(await ann.state(second)) == {ann.user_id: "joined", dan.user_id: "joined"}
    assert ENDED not in {frame["type"] for frame in dan.client.inbox.frames}


async def test_legacy_callee_hangs_up_before_the_caller(server):
    ann, ben = await people.legacy(server, "ann"), await people.legacy(server, "ben")
    await ann.send(CREATE, ben.user_id, {"is_group": False, "video": False})
    room = (await ben.expect(CREATE))["mess"]
    await ben.send(OLD_JOIN, "0", room)
    await ben.ask(213)
    await ben.send(CLOSE, ann.user_id, room)
    assert (await ann.expect(CLOSE))["sender_id"] == ben.user_id
    await ben.send(CREATE, ann.user_id, {"is_group": False, "video": True})
    assert (await ann.expect(CREATE, sender_id=ben.user_id))["mess"]["room_id"] == ben.user_id


async def test_nobody_answers_a_legacy_caller(own_house):
    server = own_house.chatd(redis=own_house.redis(), options=["--ring-timeout", "1s"])
    ann, ben = await people.legacy(server, "ann"), await calls.caller(server, "ben")
    await ann.send(CREATE, ben.user_id, {"is_group": False, "video": False})
    await ben.sees(ben, "no_answer")
    assert (await ann.expect(OLD_SIGNAL))["mess"]["type"] == "deny"
    assert (await ann.expect(EXIT))["sender_id"] == ben.user_id
    assert ben.has(SIGNAL) == []
