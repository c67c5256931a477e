"""A session is used as long as somebody is connected with it."""

from harness import people
from harness.waiting import eventually

LOGGED_OUT, SESSION_OVER = 204, 4204


def sessions_of(server):
    """The keys of the sessions, by their users."""
    database = server.database()
    return {database.hget(key, "user_id"): key for key in database.scan_iter("session:*")}


async def test_a_connection_keeps_its_session_alive_and_nothing_else_does(own_house):
    server = own_house.chatd(workers=2, options=["--session-ttl", "10s"])
    present, absent = await people.on_two_workers(server)
    database, sessions = server.database(), sessions_of(server)
    await absent.close()
    for key in sessions.values():
        database.expire(key, 6)
    await eventually(lambda: database.ttl(sessions[present.user_id]) > 6, "prolonged")
    assert database.ttl(sessions[absent.user_id]) <= 6
    await eventually(lambda: not database.exists(sessions[absent.user_id]), "the unused one is over")
    assert (await present.ask(213))["type"] == 213
    assert (await people.device(server, of=present)).user_id == present.user_id
    assert (await (await people.guest(server)).resume(absent.session_id))["type"] == LOGGED_OUT


async def test_a_connection_whose_session_is_over_all_the_same_is_told_so(own_house):
    """As after an outage of Redis that was longer than a session may be unused."""
    server = own_house.chatd(workers=1, options=["--session-ttl", "10s"])
    user, other = await people.user(server, "over"), await people.user(server, "other")
    server.database().delete(sessions_of(server)[user.user_id])
    assert (await user.expect(LOGGED_OUT))["code"] == "login_required"
    assert (await user.inbox.wait_closed())[0] == SESSION_OVER
    assert (await other.ask(213))["type"] == 213
