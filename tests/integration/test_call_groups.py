"""Calls of groups: who is called, who may go in, and what becomes of a call when its group changes."""

import pytest

from harness import calls
from harness.calls import DECLINE, INVITE, LEAVE, REMOVE, RING, RUNNING

EXIT_GROUP, DISSOLVE_GROUP, REMOVE_FROM_GROUP = 1105, 1106, 1110


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=3)


async def test_group_call(server):
    ann, ben, cyd, dan = await calls.callers(server, "ann", "ben", "cyd", "dan")
    group = await calls.group_of(ann, ben, cyd, dan)
    eve = await calls.caller(server, "eve")
    assert (await eve.start(f"group:{group}"))["code"] == "not_a_member"
    answer = await ann.start(f"group:{group}", invite=[ben.user_id, cyd.user_id])
    call_id = answer["mess"]["call"]["call_id"]
    assert answer["mess"]["call"]["group_id"] == group
    await ben.rings(call_id)
    await cyd.rings(call_id)
    running = await dan.client.expect(RUNNING)
    assert running["mess"] == {"group_id": group, "call_id": call_id, "running": True,
                               "video": False, "starter_id": ann.user_id}
    await dan.settle()
    assert dan.has(RING) == []
    assert await dan.state(call_id) is not None
    state = await dan.joined(call_id)
    assert calls.states(state)[ben.user_id] == "ringing"
    assert (await eve.join(call_id))["code"] == "not_allowed"
    assert (await ann.ask(INVITE, {"call_id": call_id, "users": [eve.user_id]}))["code"] == "not_a_member"
    same = await ben.start(f"group:{group}")
    assert same["mess"]["call"]["call_id"] == call_id
    await cyd.do(DECLINE, call_id)
    for each in (ann, ben, dan):
        await each.do(LEAVE, call_id)
    assert (await cyd.client.expect(RUNNING, mess={**running["mess"], "running": False}))


async def test_who_may_go_into_a_running_call_is_told(server):
    ann, ben, cyd = everybody = await calls.callers(server, "ann", "ben", "cyd")
    group = await calls.group_of(*everybody)
    call_id = (await ann.start(f"group:{group}"))["mess"]["call"]["call_id"]
    for each in (ben, cyd):
        await each.rings(call_id)
        await each.joined(call_id)
    await cyd.do(LEAVE, call_id)
    assert calls.states(await cyd.state(call_id))[cyd.user_id] == "left"
    assert calls.states(await cyd.joined(call_id))[cyd.user_id] == "joined", "without being called"
    await ann.do(REMOVE, call_id, users=[cyd.user_id])
    await cyd.sees(cyd, "removed")
    assert calls.states(await cyd.state(call_id))[cyd.user_id] == "removed"
    assert (await cyd.join(call_id))["code"] == "not_allowed"


async def test_who_is_out_of_the_group_is_out_of_its_call(server):
    everybody = await calls.callers(server, "ann", "ben", "cyd", "dan", "eve")
    ann, ben, cyd, dan, eve = everybody
    group = await calls.group_of(*everybody)
    call_id = (await ann.start(f"group:{group}", invite=[ben.user_id, cyd.user_id]))["mess"]["call"]["call_id"]
    await ben.rings(call_id)
    await cyd.rings(call_id)
    await ben.joined(call_id)
    await dan.joined(call_id)
    await dan.do(LEAVE, call_id)
    # One who is inside leaves, one who was inside before and one for whom it rings are removed.
    await ben.client.ask(EXIT_GROUP, mess=group)
    await ann.sees(ben, "removed")
    await ann.client.ask(REMOVE_FROM_GROUP, mess={"group_id": group, "members": [dan.user_id]})
    await ann.sees(dan, "removed")
    for gone in (ben, dan):
        assert (await gone.join(call_id))["code"] == "not_allowed"
    await ann.client.ask(REMOVE_FROM_GROUP, mess={"group_id": group, "members": [cyd.user_id]})
    await cyd.sees(cyd, "removed")
    # The one who is left is alone, with nobody to wait for. A call ends with its group.
    assert (await ann.ended(call_id))["reason"] == "ended"
    call_id = (await ann.start(f"group:{group}"))["mess"]["call"]["call_id"]
    await eve.rings(call_id)
    await eve.joined(call_id)
    await ann.client.ask(DISSOLVE_GROUP, mess=group)
    await eve.ended(call_id)
    assert (await eve.join(call_id))["code"] == "no_such_call"
