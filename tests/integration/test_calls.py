"""Calls: who gets which signal, and nobody else; people who drop out are announced."""

import pytest

from harness import people

CREATE, JOIN, SIGNAL, OFFLINE, CLOSE, EXIT = range(600, 606)
OFFER = {"type": "offer", "description": {"type": "offer", "sdp": "v=0\r\n"}}


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=3)


@pytest.fixture(params=["msgpack", "mixed"])
def enter_second(request):
    """How the second person comes: on the same wire as the first, or on the legacy wire."""
    return people.user if request.param == "msgpack" else people.legacy


async def call(ann, ben, video=True):
    """ann calls ben, who joins."""
    await ann.send(CREATE, ben.user_id, {"is_group": False, "video": video})
    ringing = await ben.expect(CREATE)
    assert ringing["mess"] == {"is_group": False, "video": video, "room_id": ann.user_id}
    assert (await ann.expect(CREATE))["mess"]["room_id"] == ann.user_id
    await ben.send(JOIN, "0", ringing["mess"])
    await settle(ben)


async def settle(client):
    """Waits until everything the client sent has been handled: its requests keep their order."""
    await client.ask(213)


async def nothing_reached(server, client, sender, type):
    """Fails when a frame of this type came to `client` from what was sent before."""
    marker = await people.legacy(server, "marker")
    trace = await marker.send(103, client.user_id, "marker", id=f"marker-{marker.user_id}")
    await marker.inbox.take(lambda frame: frame["trace_id"] == trace)
    await client.expect(102, id=f"marker-{marker.user_id}")
    found = [frame for frame in client.inbox.frames
             if frame["type"] == type and frame["sender_id"] == sender.user_id]
    assert found == []


async def test_signals_pass_both_ways_verbatim(server, enter_second):
    ann, ben = await people.user(server, "ann"), await enter_second(server, "ben")
    await call(ann, ben)
    await ben.send(SIGNAL, ann.user_id, OFFER)
    assert (await ann.expect(SIGNAL, sender_id=ben.user_id))["mess"] == OFFER
    candidate = {"type": "new-ice-candidate", "candidate": {"candidate": "x", "sdpMLineIndex": 0,
                                                            "more": [1.5, None, {"deep": True}]}}
    await ann.send(SIGNAL, ben.user_id, candidate)
    assert (await ben.expect(SIGNAL, sender_id=ann.user_id))["mess"] == candidate


async def test_a_call_as_large_as_may_be_sent_arrives(server):
    """What the server adds does not make it too large for the way between workers."""
    ann, ben = await people.on_two_workers(server)
    most = 10_000
    for count in range(most - 20, most):
        more = [0] * count
        trace = await ann.send(CREATE, ben.user_id, {"is_group": False, "video": True, "more": more})
        answer = await ann.inbox.take(
            lambda frame: frame.get("trace_id") == trace or "code" in frame)
        if answer["type"] != CREATE:
            assert answer["code"] == "bad_format" and count > most - 20
            break
        assert len((await ben.expect(CREATE))["mess"]["more"]) == count
        await ann.send(CLOSE, "0", {"room_id": ann.user_id})
        await settle(ann)
    else:
        raise AssertionError("nothing is too large")


async def test_signal_to_a_stranger_is_refused(server):
    ann, ben, eve = [await people.user(server, name) for name in ("ann", "ben", "eve")]
    assert (await eve.ask(SIGNAL, ann.user_id, OFFER))["code"] == "not_in_call"
    await call(ann, ben)
    assert (await eve.ask(SIGNAL, ann.user_id, OFFER))["code"] == "not_in_call"
    assert (await ann.ask(SIGNAL, eve.user_id, OFFER))["code"] == "not_in_call"
    await nothing_reached(server, ann, eve, SIGNAL)


async def test_callee_may_deny_without_joining(server, enter_second):
    ann, ben = await people.user(server, "ann"), await enter_second(server, "ben")
    await ann.send(CREATE, ben.user_id, {"is_group": False, "video": False})
    await ben.expect(CREATE)
    await ben.send(SIGNAL, ann.user_id, {"type": "deny", "message": "busy"})
    assert (await ann.expect(SIGNAL))["mess"] == {"type": "deny", "message": "busy"}


async def test_uninvited_person_cannot_join(server):
    ann, ben, eve = [await people.user(server, name) for name in ("ann", "ben", "eve")]
    await call(ann, ben)
    room = {"is_group": False, "video": True, "room_id": ann.user_id}
    assert (await eve.ask(JOIN, "0", room)).get("code") is not None
    assert (await eve.ask(SIGNAL, ben.user_id, OFFER))["code"] == "not_in_call"
    await nothing_reached(server, ben, eve, JOIN)


async def test_unknown_call(server):
    ann = await people.user(server, "ann")
    room = {"is_group": False, "video": True, "room_id": "nobody"}
    assert (await ann.ask(JOIN, "0", room))["code"] == "no_such_call"


async def test_owner_ends_the_call_for_all(server, enter_second):
    ann, ben = await people.user(server, "ann"), await enter_second(server, "ben")
    await call(ann, ben)
    room = {"is_group": False, "room_id": ann.user_id}
    await ann.send(CLOSE, ben.user_id, room)
    assert (await ben.expect(EXIT))["mess"] == room
    await settle(ann)
    assert (await ann.ask(SIGNAL, ben.user_id, OFFER))["code"] == "not_in_call"


async def test_callee_hangs_up(server, enter_second):
    ann, ben = await people.user(server, "ann"), await enter_second(server, "ben")
    await call(ann, ben)
    await ben.send(CLOSE, ann.user_id, {"is_group": False, "room_id": ann.user_id})
    assert (await ann.expect(CLOSE))["sender_id"] == ben.user_id


async def group_of(server, *clients):
    admin, *others = clients
    created = await admin.ask(1100, mess={"name": "callers",
                                          "members": [other.user_id for other in others]})
    for other in others:
        await other.expect(1100)
    return created["receiver_id"]


async def group_call(server):
    """Three people in a call of their group; the second one is on the legacy wire."""
    ann = await people.user(server, "ann")
    ben = await people.legacy(server, "ben")
    cyd = await people.user(server, "cyd")
    group = await group_of(server, ann, ben, cyd)
    await ann.send(CREATE, group, {"is_group": True, "video": True})
    for client in (ann, ben, cyd):
        room = (await client.expect(CREATE))["mess"]
    assert room["room_id"] == ann.user_id
    await ben.send(JOIN, "0", room)
    await settle(ben)
    await cyd.send(JOIN, "0", room)
    assert (await ben.expect(JOIN))["sender_id"] == cyd.user_id
    return group, room, ann, ben, cyd


async def test_group_call_connects_every_pair(server):
    _, _, ann, ben, cyd = await group_call(server)
    for sender in (ann, ben, cyd):
        for receiver in (ann, ben, cyd):
            if sender is not receiver:
                await sender.send(SIGNAL, receiver.user_id, OFFER)
                got = await receiver.expect(SIGNAL, sender_id=sender.user_id)
                assert got["mess"] == OFFER


async def test_owner_ends_a_group_call(server):
    group, room, ann, ben, cyd = await group_call(server)
    await ann.send(CLOSE, group, {"is_group": True, "room_id": ann.user_id})
    for client in (ann, ben, cyd):
        assert (await client.expect(EXIT))["receiver_id"] == group


async def test_member_leaves_a_group_call(server):
    group, _, ann, ben, cyd = await group_call(server)
    await ben.send(CLOSE, group, {"is_group": True, "room_id": ann.user_id})
    for client in (ann, cyd):
        assert (await client.expect(CLOSE))["sender_id"] == ben.user_id
    await settle(ben)
    assert (await ann.ask(SIGNAL, ben.user_id, OFFER))["code"] == "not_in_call"


async def test_dropped_participant_is_announced(server):
    _, _, ann, ben, cyd = await group_call(server)
    ben.socket.transport.abort()
    for client in (ann, cyd):
        left = await client.expect(CLOSE)
        assert left["sender_id"] == ben.user_id
        assert left["mess"]["room_id"] == ann.user_id


async def test_dropped_owner_ends_the_call(server):
    _, _, ann, ben, cyd = await group_call(server)
    ann.socket.transport.abort()
    for client in (ben, cyd):
        ended = await client.inbox.take(lambda frame: frame["type"] in (CLOSE, EXIT))
        assert ended["sender_id"] == ann.user_id


async def test_person_who_cannot_be_reached_is_named(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    await call(ann, ben)
    await ben.close()
    await people.until_offline(server, ben.user_id)
    answer = await ann.ask(SIGNAL, ben.user_id, OFFER)
    assert answer["type"] == OFFLINE and answer["mess"] == [ben.user_id] or (
        answer["code"] == "not_in_call")


async def test_call_is_open_to_members_only(server):
    ann = await people.user(server, "ann")
    group, _, *_ = await group_call(server)
    answer = await ann.ask(CREATE, group, {"is_group": True, "video": True})
    assert answer["code"] == "not_a_member"
