"""Sessions: what ends them closes their connections everywhere, and users see and end their own."""

import asyncio
import hashlib
import time

import pytest

from harness import people
from harness.server import SANITIZED
from harness.waiting import eventually

LOGGED_OUT, PASSWORD_CHANGE, SESSIONS, SESSION_END, REMOVE = 204, 216, 217, 218, 209
SESSION_OVER, REMOVED = 4204, 4209
AT_ONCE = 3.0 if SANITIZED else 1.0


@pytest.fixture(scope="module")
def servers(house):
    """Two servers of two workers each, on one Redis."""
    redis = house.redis()
    return [house.chatd(redis=redis, workers=2) for _ in range(2)]


def id_of(client):
    return hashlib.sha256(client.session_id.encode()).hexdigest()


async def login(server, client):
    """A new session of somebody who has one."""
    again = await people.guest(server)
    assert (await again.enter(client.user["username"], people.PASSWORD))["type"] == 205
    return again


async def on_every_worker(servers, client):
    """Connections by the session of `client`, one on every worker of every server."""
    held = {}
    while len(held) < sum(server.worker_count for server in servers):
        for server in servers:
            other = await people.device(server, of=client)
            if held.setdefault(server.worker_of(other.port), other) is not other:
                await other.close()
    return list(held.values())


async def closed_at_once(clients, code, since):
    """All are closed within a second, by the clock of the first look at all of them."""
    closes = await asyncio.gather(*(client.inbox.wait_closed() for client in clients))
    seconds = time.monotonic() - since
    print(f"\n{len(clients)} connections closed after {seconds:.3f} s")
    assert seconds < AT_ONCE
    assert {close[0] for close in closes} == {code}


async def test_logout_closes_the_session_on_every_worker_within_a_second(servers):
    user = await people.user(servers[0], "out")
    others = await on_every_worker(servers, user)
    elsewhere = await login(servers[1], user)
    begun = time.monotonic()
    trace = await user.send(215)
    await closed_at_once([user, *others], SESSION_OVER, begun)
    assert (await user.expect(LOGGED_OUT))["trace_id"] == trace
    assert (await elsewhere.ask(213))["type"] == 213, "another session of the same user goes on"
    assert (await (await people.guest(servers[0])).resume(user.session_id))["type"] == 204


async def test_ban_closes_the_user_on_every_worker_within_a_second(servers):
    boss, user = await people.user(servers[0], "boss"), await people.user(servers[0], "ban")
    servers[0].database().hset(f"user_id:{boss.user_id}", "role_id", 99)
    others = await on_every_worker(servers, user) + [await login(servers[1], user)]
    begun = time.monotonic()
    await boss.send(REMOVE, user.user_id)
    await closed_at_once([user, *others], REMOVED, begun)
    again = await people.guest(servers[1])
    assert (await again.resume(user.session_id))["code"] == "disabled"


async def test_a_new_password_ends_every_other_session_within_a_second(servers):
    user = await people.user(servers[0], "pass")
    other = await login(servers[1], user)
    others = await on_every_worker(servers, other)
    same = await people.device(servers[1], of=user)
    answer = await user.ask(PASSWORD_CHANGE, mess={
        "old_password": people.PASSWORD, "new_password": "another one"})
    # From the answer on: before it two passwords are hashed.
    await closed_at_once([other, *others], SESSION_OVER, time.monotonic())
    assert (answer["type"], answer["mess"]) == (PASSWORD_CHANGE, 1)
    assert (await same.ask(213))["type"] == 213, "the session that changed it goes on"
    assert (await (await people.guest(servers[0])).resume(other.session_id))["type"] == 204
    guest = await people.guest(servers[1])
    assert (await guest.enter(user.user["username"], people.PASSWORD))["code"] == "wrong_password"
    assert (await guest.enter(user.user["username"], "another one"))["type"] == 205


@pytest.mark.parametrize("old, new, code", [
    ("not it", "another one", "wrong_password"), (people.PASSWORD, "", "invalid_password"),
    (people.PASSWORD, "x" * 257, "invalid_password"), ("", "another one", "wrong_password")])
async def test_a_password_that_is_not_changed_ends_nothing(servers, old, new, code):
    user = await people.user(servers[0], "keeps")
    other = await login(servers[0], user)
    pair = {"old_password": old, "new_password": new}
    assert (await user.ask(PASSWORD_CHANGE, mess=pair))["code"] == code
    assert (await other.ask(213))["type"] == 213
    assert (await login(servers[0], user)).user_id == user.user_id


async def test_guessing_the_old_password_is_slowed_down_too(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=2, limits=True)
    user = await people.user(server, "guessed")
    codes = []
    for number in range(6):
        pair = {"old_password": f"guess {number}", "new_password": "mine now"}
        answer = await user.ask(PASSWORD_CHANGE, mess=pair)
        codes.append(answer["code"])
    assert codes[0] == "wrong_password" and codes[-1] == "login_limited"
    assert answer["retry_after"] >= 1


async def test_logins_while_the_password_changes_leave_no_session_by_the_old_one(servers):
    user = await people.user(servers[0], "race")
    name = user.user["username"]
    guests = [await people.guest(servers[0]) for _ in range(6)]
    answers = await asyncio.gather(
        user.ask(PASSWORD_CHANGE, mess={"old_password": people.PASSWORD, "new_password": "new one"}),
        *(guest.enter(name, people.PASSWORD) for guest in guests))
    assert answers[0]["type"] == PASSWORD_CHANGE
    for guest, answer in zip(guests, answers[1:]):
        if answer["type"] == 205:
            await guest.inbox.wait_closed()
        else:
            assert answer["code"] in ("wrong_password", "login_required")
    assert len((await user.ask(SESSIONS))["mess"]) == 1


async def enter_or_stay_out(guest, session_id):
    """205 for a guest who was let in, else the code of the refusal; nobody stays in."""
    try:
        answer = await guest.resume(session_id)
    except AssertionError:
        answer = {"type": LOGGED_OUT, "code": "ended before the answer"}
    if answer["type"] == 205 or guest.inbox.closed:
        assert (await guest.inbox.wait_closed())[0] in (SESSION_OVER, REMOVED, 4206)
    return answer.get("code", 205)


@pytest.mark.parametrize("end", ["logout", "ban"])
async def test_nobody_slips_in_while_the_session_or_the_account_ends(servers, end):
    boss = await people.user(servers[0], "boss")
    servers[0].database().hset(f"user_id:{boss.user_id}", "role_id", 99)
    met = {}
    for _ in range(8):
        user = await people.user(servers[0], "race")
        guests = [await people.guest(server) for server in servers for _ in range(4)]
        ending = user.send(215) if end == "logout" else boss.send(REMOVE, user.user_id)
        entering = [enter_or_stay_out(guest, user.session_id) for guest in guests]
        outcomes = await asyncio.gather(*entering[:3], ending, *entering[3:])
        for outcome in outcomes[:3] + outcomes[4:]:
            met[outcome] = met.get(outcome, 0) + 1
    print(f"\n{end}: {met}")
    refused = {"login_required", "disabled", "ended before the answer"}
    assert refused & set(met), "some came too late"


async def test_own_sessions_are_listed(servers):
    begun = int(time.time()) - 1
    user = await people.user(servers[0], "list", extra_headers={"User-Agent": "first/1"})
    other = await login(servers[1], user)
    stranger = await people.user(servers[0], "stranger")
    listed = {session["id"]: session for session in (await other.ask(SESSIONS))["mess"]}
    assert set(listed) == {id_of(user), id_of(other)}
    first = listed[id_of(user)]
    assert first["agent"] == "first/1" and first["address"] == "127.0.0.1"
    assert begun <= first["created"] <= first["used"] <= time.time() + 1
    assert first["current"] is False and listed[id_of(other)]["current"] is True
    assert user.session_id not in str(listed) and other.session_id not in str(listed)
    assert [each["id"] for each in (await stranger.ask(SESSIONS))["mess"]] == [id_of(stranger)]


async def test_own_sessions_are_ended_one_by_one(servers):
    user = await people.user(servers[0], "end")
    other = await login(servers[1], user)
    stranger = await people.user(servers[0], "stranger")
    assert (await stranger.ask(SESSION_END, mess=id_of(user)))["code"] == "no_such_session"
    answer = await user.ask(SESSION_END, mess=id_of(other))
    assert (answer["type"], answer["mess"]) == (SESSION_END, id_of(other))
    assert (await other.expect(LOGGED_OUT))["code"] == "login_required"
    assert (await other.inbox.wait_closed())[0] == SESSION_OVER
    assert (await user.ask(SESSION_END, mess=id_of(other)))["code"] == "no_such_session"
    await user.send(SESSION_END, mess=id_of(user))
    assert (await user.inbox.wait_closed())[0] == SESSION_OVER


async def test_tokens_are_new_at_each_login_long_and_stored_as_digests(servers):
    user = await people.user(servers[0], "token")
    clients = [user] + [await login(servers[0], user) for _ in range(4)]
    tokens = [client.session_id for client in clients]
    assert len(set(tokens)) == 5
    assert all(len(token) == 32 and set(token) <= set("0123456789abcdefghijklmnopqrstuv")
               for token in tokens), "32 characters of 5 random bits"
    database = servers[0].database()
    for client in clients:
        assert database.exists(f"session:{id_of(client)}")
    keys = " ".join(database.keys("*"))
    assert not any(token in keys for token in tokens)


async def test_a_session_is_over_after_its_lifetime_and_its_connections_too(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1, options=[
        "--session-lifetime", "4s", "--ping-interval", "1s"])
    begun = time.monotonic()
    user, legacy = await people.user(server, "old"), await people.legacy(server, "oldlegacy")
    resting = await login(server, user)
    await resting.close()
    key = f"session:{id_of(resting)}"
    assert (await user.expect(LOGGED_OUT))["code"] == "login_required"
    assert (await user.inbox.wait_closed())[0] == SESSION_OVER
    await legacy.expect(LOGGED_OUT)
    assert (await legacy.inbox.wait_closed())[0] == 1000
    assert 2.5 < time.monotonic() - begun < 60
    await eventually(lambda: not server.database().exists(key), "the session that nobody used is gone, too")
    assert (await (await people.guest(server)).resume(user.session_id))["type"] == 204
