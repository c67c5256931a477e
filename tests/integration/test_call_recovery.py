"""Calls when something breaks: lost connections, dead workers, restarts, nobody answering, moves."""


import pytest

from harness import calls, people
from harness.calls import DECLINE, ENDED, JOIN, LEAVE, MEMBER, OFFER, SIGNAL
from harness.waiting import eventually

SHORT = ["--ring-timeout", "1s", "--call-grace", "1s"]


@pytest.fixture(scope="module")
def server(house):
    """One on which nobody has to wait for long; what takes its time here must fit into a second."""
    return house.chatd(redis=house.redis(), workers=3, options=SHORT)


@pytest.fixture(scope="module")
def patient(house):
    """One that gives people all the time a slow machine may take."""
    return house.chatd(redis=house.redis(), workers=3, options=["--call-grace", "2m"])


async def pair(server):
    ann, ben = await calls.callers(server, "ann", "ben")
    call_id = await ann.call(ben)
    call = await ben.joined(call_id)
    await ann.sees(ben, "joined")
    return call_id, ann, ben, calls.member(call, ann)["stay"], calls.member(call, ben)["stay"]


async def cut(caller):
    """Breaks the connection without a word."""
    caller.client.socket.transport.abort()
    await caller.client.inbox.wait_closed()


async def test_nobody_answers(server):
    ann, ben = await calls.callers(server, "ann", "ben")
    call_id = await ann.call(ben)
    change = await ben.sees(ben, "no_answer")
    assert change["by"] == ""
    assert (await ann.ended(call_id))["reason"] == "no_answer"
    assert await ann.state(call_id) is None


async def test_lost_person_leaves_after_the_grace(server):
    call_id, ann, ben, *_ = await pair(server)
    await cut(ben)
    await ann.sees(ben, "away")
    await ann.sees(ben, "left")
    assert (await ann.ended(call_id))["reason"] == "ended"


async def test_call_of_nobody_is_swept(server):
    call_id, ann, ben, *_ = await pair(server)
    await cut(ann)
    await cut(ben)
    await eventually(lambda: not server.database().exists(f"call:{call_id}"), "swept", patience=30)
    left = [key for key in server.database().scan_iter("call*")
            if call_id in str(key) or ann.user_id in str(key)]
    assert left == []


async def test_coming_back_is_the_same_stay(patient):
    call_id, ann, ben, mine, other = await pair(patient)
    await cut(ben)
    await ann.sees(ben, "away")
    assert await ann.signal_refused(call_id, ben, mine, other, OFFER, n=1) == "peer_away"
    ben = await calls.back(patient, ben)
    call = await ben.joined(call_id)
    assert calls.member(call, ben)["stay"] == other
    change = await ann.sees(ben, "joined", stay=other)
    assert change["received"] == []
    await ann.send_signal(call_id, ben, mine, other, OFFER)
    assert (await ben.gets_signal(ann))["n"] == 1


async def test_signals_are_sent_again_from_where_they_were_lost(patient):
    call_id, ann, ben, mine, other = await pair(patient)
    for n in range(1, 6):
        await ann.send_signal(call_id, ben, mine, other, {"count": n})
    for _ in range(3):
        await ben.gets_signal(ann)
    # The two behind were on their way when the connection broke, as far as the page knows.
    await cut(ben)
    ben = await calls.back(patient, ben)
    await ben.joined(call_id, received=[{"user_id": ann.user_id, "n": 3}])
    change = await ann.client.inbox.take(
        lambda frame: frame["type"] == MEMBER and frame["mess"].get("received"))
    assert change["mess"]["received"] == [{"user_id": ann.user_id, "n": 3}]
    for n in (4, 5):
        await ann.send_signal(call_id, ben, mine, other, {"count": n}, n=n)
        assert (await ben.gets_signal(ann))["signal"] == {"count": n}


async def test_sender_learns_how_far_it_got(patient):
    call_id, ann, ben, mine, other = await pair(patient)
    for n in range(3):
        await ben.send_signal(call_id, ann, other, mine, {"count": n})
    await ben.settle()
    await cut(ben)
    ben = await calls.back(patient, ben)
    answer = await ben.join(call_id)
    assert answer["mess"]["taken"] == [{"user_id": ann.user_id, "n": 3}]


async def test_reloaded_page_is_a_new_stay(patient):
    call_id, ann, ben, mine, other = await pair(patient)
    await cut(ben)
    await ann.sees(ben, "away")
    page = await calls.device(patient, ben)
    call = await page.joined(call_id)
    fresh = calls.member(call, page)
    assert fresh["stay"] > other and fresh["offers_to"] == [ann.user_id]
    change = await ann.sees(page, "joined", stay=fresh["stay"])
    assert change["member"]["device"] == page.device
    assert await ann.signal_refused(call_id, ben, mine, other, OFFER) == "not_in_call"


async def test_moving_to_another_device(patient):
    call_id, ann, ben, _, other = await pair(patient)
    tablet = await calls.device(patient, ben)
    assert (await tablet.join(call_id))["code"] == "already_in_call"
    call = await tablet.joined(call_id, move=True)
    assert calls.member(call, tablet)["stay"] > other
    for each in (ann, ben):
        assert (await each.sees(ben, "joined", device=tablet.device))["by"] == ben.user_id
    await ben.client.close()
    await tablet.settle()
    assert calls.states(await ann.state(call_id))[ben.user_id] == "joined", "the old device is not in it"
    assert [frame for frame in ann.has(MEMBER) if frame["mess"]["member"]["state"] == "away"] == []


async def test_a_call_outlives_its_workers(patient):
    """Each worker is killed in turn; whoever was connected there comes back into the same stay."""
    call_id, ann, ben, mine, other = await pair(patient)
    pages = {"ann": ann, "ben": ben}
    for worker in patient.workers():
        holders = [name for name, page in pages.items()
                   if patient.worker_of(page.client.port) == worker]
        patient.kill_worker(worker)
        for name in holders:
            await pages[name].client.inbox.wait_closed()
            client = await people.enter_when_possible(patient, pages[name].client.user["username"])
            page = calls.Caller(client)
            page.device = pages[name].device
            pages[name] = page
            call = await page.joined(call_id)
            assert calls.member(call, page)["stay"] == {"ann": mine, "ben": other}[name]
        await eventually(patient.replaced, "three workers", patience=60)
    assert set(calls.states(await pages["ann"].state(call_id)).values()) == {"joined"}
    await pages["ben"].send_signal(call_id, pages["ann"], other, mine, OFFER)
    assert (await pages["ann"].gets_signal(pages["ben"]))["signal"] == OFFER
    patient.expect_new_workers()


async def test_a_call_outlives_a_restart(own_house):
    redis = own_house.redis()
    server = own_house.chatd(redis=redis, options=["--call-grace", "2m"])
    call_id, ann, ben, mine, other = await pair(server)
    server.stop()
    await ann.client.inbox.wait_closed()
    server.start()
    back = [await calls.back(server, each) for each in (ann, ben)]
    states = [await page.joined(call_id) for page in back]
    assert calls.states(states[1]) == {ann.user_id: "joined", ben.user_id: "joined"}
    assert calls.member(states[1], ben)["stay"] == other
    await back[0].send_signal(call_id, ben, mine, other, OFFER)
    assert (await back[1].gets_signal(ann))["signal"] == OFFER


async def test_call_is_the_same_on_every_server(own_house):
    redis = own_house.redis()
    first, second = own_house.chatd(redis=redis), own_house.chatd(redis=redis)
    ann, ben = await calls.caller(first, "ann"), await calls.caller(second, "ben")
    call_id = await ann.call(ben)
    call = await ben.joined(call_id)
    await ann.sees(ben, "joined")
    mine, other = (calls.member(call, each)["stay"] for each in (ann, ben))
    await ben.send_signal(call_id, ann, other, mine, OFFER)
    assert (await ann.gets_signal(ben))["signal"] == OFFER
    await ann.do(LEAVE, call_id)
    await ben.ended(call_id)


async def test_people_in_calls_come_back_when_signals_may_be_lost(own_house):
    """The listening connection to Redis is cut: those inside reconnect, others stay."""
    server = own_house.chatd(redis=own_house.redis(), workers=1, options=["--call-grace", "2m"])
    call_id, ann, ben, mine, other = await pair(server)
    eve = await calls.caller(server, "eve")
    database = server.database()
    listening = [each for each in database.client_list() if each["sub"] == "1"]
    for each in listening:
        database.client_kill_filter(_id=each["id"])
    for page in (ann, ben):
        assert (await page.client.inbox.wait_closed())[0] == 1012
    back = [await calls.back(server, page) for page in (ann, ben)]
    for page in back:
        await page.joined(call_id)
    await back[0].send_signal(call_id, ben, mine, other, OFFER)
    assert (await back[1].gets_signal(ann))["signal"] == OFFER
    await eve.settle()


async def test_away_from_one_call_may_begin_another(patient):
    call_id, ann, ben, *_ = await pair(patient)
    cyd = await calls.caller(patient, "cyd")
    await cut(ben)
    await ann.sees(ben, "away")
    page = await calls.device(patient, ben)
    await page.call(cyd)
    await ann.sees(ben, "left")
    await ann.ended(call_id)


async def test_declined_while_the_caller_reconnects(patient):
    ann, ben = await calls.callers(patient, "ann", "ben")
    call_id = await ann.call(ben)
    await cut(ann)
    await ben.sees(ann, "away")
    await ben.do(DECLINE, call_id)
    ann = await calls.back(patient, ann)
    assert (await ann.join(call_id))["code"] == "no_such_call"
    assert {JOIN, SIGNAL, ENDED}.isdisjoint({frame["type"] for frame in ann.client.inbox.frames})
