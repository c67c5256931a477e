"""What calls leave in their conversations; rooms by code; STUN and TURN."""

import base64
import hashlib
import hmac
import time

import pytest

from harness import calls, people
from harness.calls import DECLINE, FULL, ICE, LEAVE, RECORD, REMOVE, ROOM, STATE

SECRET = "a secret that TURN servers share"


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=2)


async def test_answered_call_leaves_a_record(server):
    ann, ben = await calls.callers(server, "ann", "ben")
    call_id = await ann.call(ben, video=True)
    await ben.joined(call_id)
    await ann.do(LEAVE, call_id)
    for each, other in ((ann, ben), (ben, ann)):
        record = await each.client.expect(RECORD)
        assert record["sender_id"] == ann.user_id and record["receiver_id"] == ben.user_id
        assert record["conversation"] == f"user:{other.user_id}" and record["seq"] == 1
        mess = record["mess"]
        assert mess.pop("seconds") >= 0
        assert mess == {"call_id": call_id, "video": True, "result": "ended",
                        "joined": [ann.user_id, ben.user_id], "missed": []}
        page = await each.client.history(other.user_id, personal=True)
        assert [(entry["type"], entry["seq"]) for entry in page["mess"]] == [(RECORD, 1)]
        assert page["mess"][0]["mess"]["call_id"] == call_id
    assert ben.user_id in {peer.decode() if isinstance(peer, bytes) else peer for peer in
                           server.database().zrange(f"user_peers:user_id:{ann.user_id}", 0, -1)}


async def test_missed_call_is_told_when_resuming(server):
    ann, ben = await calls.callers(server, "ann", "ben")
    session = ben.client.session_id
    await ben.client.close()
    await people.until_offline(server, ben.user_id)
    call_id = (await ann.start(f"user:{ben.user_id}"))["mess"]["call"]["call_id"]
    await ann.do(LEAVE, call_id)
    await ann.ended(call_id)
    client = await people.guest(server)
    await client.resume(session)
    await client.send(810, mess={"places": []})
    page = await client.expect(811, conversation=f"user:{ann.user_id}")
    assert [entry["type"] for entry in page["mess"]] == [RECORD]
    assert page["mess"][0]["mess"]["result"] == "cancelled"
    assert page["mess"][0]["mess"]["missed"] == [ben.user_id]


async def test_group_call_leaves_a_record(server):
    ann, ben, cyd = await calls.callers(server, "ann", "ben", "cyd")
    group = await calls.group_of(ann, ben, cyd)
    call_id = (await ann.start(f"group:{group}"))["mess"]["call"]["call_id"]
    await ben.joined(call_id)
    await cyd.rings(call_id)
    await cyd.do(DECLINE, call_id)
    await ann.do(LEAVE, call_id, for_all=True)
    for each in (ann, ben, cyd):
        record = await each.client.expect(RECORD)
        assert record["conversation"] == f"group:{group}" and record["seq"] == 2
        assert set(record["mess"]["joined"]) == {ann.user_id, ben.user_id}
        assert record["mess"]["missed"] == [cyd.user_id]


async def test_record_is_nobody_to_change_and_nothing_for_legacy_clients(server):
    ann, ben = await calls.caller(server, "ann"), await people.legacy(server, "ben")
    await ann.start(f"user:{ben.user_id}")
    call_id = (await ann.ask(calls.LIST))["mess"]["calls"][0]["call_id"]
    await ann.do(LEAVE, call_id)
    record = await ann.client.expect(RECORD)
    refused = await ann.client.post(121, ben.user_id, {"seq": record["seq"]})
    assert refused["code"] == "not_allowed"
    await ann.client.whisper("afterwards", ben.user_id)
    page = await ben.ask(801, ann.user_id, None)
    assert [entry["type"] for entry in page["mess"]] == [102]
    assert RECORD not in {frame["type"] for frame in ben.inbox.frames}


async def room(caller, code="", **options):
    return await caller.ask(ROOM, {"code": code, "device": caller.device, **options})


async def test_room_by_code(server):
    ann, ben, cyd = await calls.callers(server, "ann", "ben", "cyd")
    call = (await room(ann, size=2, video=True))["mess"]["call"]
    assert call["kind"] == "room" and call["size"] == 2 and len(call["code"]) >= 10
    joined = (await room(ben, call["code"]))["mess"]["call"]
    assert joined["call_id"] == call["call_id"]
    assert calls.member(joined, ben)["offers_to"] == [ann.user_id]
    await ann.sees(ben, "joined")
    assert (await room(cyd, call["code"]))["code"] == "call_full"
    for each in (ann, ben):
        full = await each.client.expect(FULL)
        assert full["mess"] == {"call_id": call["call_id"], "user_id": cyd.user_id}
    assert (await cyd.join(call["call_id"]))["code"] == "not_allowed"
    await ann.do(LEAVE, call["call_id"])
    assert (await ben.sees(ann, "left"))["owner_id"] == ben.user_id
    assert (await room(cyd, call["code"]))["type"] == STATE, "there is a place again"
    await ben.do(LEAVE, call["call_id"])
    await cyd.do(LEAVE, call["call_id"])
    await cyd.ended(call["call_id"])
    assert (await room(ann, call["code"], join_only=True))["code"] == "no_such_call"
    anew = (await room(ann, call["code"]))["mess"]["call"]
    assert anew["call_id"] != call["call_id"] and anew["owner_id"] == ann.user_id
    await ann.settle()
    assert ann.has(RECORD) == []


async def test_whoever_was_taken_out_of_a_room_stays_out(server):
    ann, ben = await calls.callers(server, "ann", "ben")
    call = (await room(ann))["mess"]["call"]
    await room(ben, call["code"])
    await ann.do(REMOVE, call["call_id"], users=[ben.user_id])
    await ben.sees(ben, "removed")
    assert (await room(ben, call["code"]))["code"] == "not_allowed"


@pytest.mark.parametrize("code", ["abc", "x" * 65, "with blank", "nicht-schön"])
async def test_codes_that_are_none(server, code):
    ann = await calls.caller(server, "ann")
    assert (await room(ann, code))["code"] == "bad_field"
    assert (await room(ann, size=1))["code"] == "bad_field"


async def test_guesses_of_codes_are_rationed_over_all_devices(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=2, limits=True,
                             options=["--call-rate", "4/h"])
    ann, guesser = await calls.callers(server, "ann", "guesser")
    call = (await room(ann))["mess"]["call"]
    devices = [guesser] + [await calls.device(server, guesser) for _ in range(3)]
    codes = [(await room(device, f"{number:04}", join_only=True))["code"]
             for number, device in enumerate(devices * 3)]
    assert codes == ["no_such_call"] * 4 + ["rate_limited"] * 8
    assert (await room(guesser, call["code"]))["code"] == "rate_limited"


async def test_ice_servers_with_credentials(own_house, tmp_path):
    secret = tmp_path / "turn.secret"
    secret.write_text(SECRET + "\n")
    turn = "turn:turn.example.org:3478?transport=udp, turns:turn.example.org:5349?transport=tcp"
    server = own_house.chatd(redis=own_house.redis(), options=[
        "--stun-url", "stun:stun.example.org:3478", "--turn-url", turn,
        "--turn-secret-file", str(secret), "--turn-lifetime", "1h"])
    ann = await calls.caller(server, "ann")
    before = time.time()
    mess = (await ann.ask(ICE))["mess"]
    stun, relay = mess["servers"]
    assert stun == {"urls": ["stun:stun.example.org:3478"]}
    assert relay["urls"] == [url.strip() for url in turn.split(",")]
    expiry, user = relay["username"].split(":")
    assert user == ann.user_id and int(expiry) == mess["expires"]
    assert before + 3500 < int(expiry) < time.time() + 3700
    digest = hmac.new(SECRET.encode(), relay["username"].encode(), hashlib.sha1).digest()
    assert relay["credential"] == base64.b64encode(digest).decode()
    assert SECRET not in server.log() and "--turn-url" not in server.log()


async def test_without_turn_the_operator_is_told_once(server):
    ann = await calls.caller(server, "ann")
    assert (await ann.ask(ICE))["mess"] == {"servers": []}
    assert server.log().count("without --turn-url") == 1


async def test_ice_servers_are_rationed(own_house):
    server = own_house.chatd(redis=own_house.redis(), limits=True, options=["--ice-rate", "2/h"])
    ann = await calls.caller(server, "ann")
    answers = [await ann.ask(ICE) for _ in range(3)]
    assert [answer.get("code") for answer in answers] == [None, None, "rate_limited"]


async def test_signals_pass_by_the_private_redis(own_house):
    """Its user may publish and listen where signals go, and nowhere else."""
    server = own_house.chatd()
    ann, ben = await calls.callers(server, "ann", "ben")
    call_id = await ann.call(ben)
    call = await ben.joined(call_id)
    await ann.sees(ben, "joined")
    mine, other = (calls.member(call, each)["stay"] for each in (ann, ben))
    await ben.send_signal(call_id, ann, other, mine, calls.OFFER)
    assert (await ann.gets_signal(ben))["signal"] == calls.OFFER
