"""A session is used as long as somebody is connected with it."""

from harness import people
from harness.waiting import eventually


async def test_a_connection_keeps_its_session_alive_and_nothing_else_does(own_house):
    server = own_house.chatd(workers=2, options=["--session-ttl", "1m"])
    present, absent = await people.on_two_workers(server)
    database = server.database()
    sessions = {database.hget(key, "user_id"): key for key in database.scan_iter("session:*")}
    await absent.close()
    for key in sessions.values():
        database.expire(key, 20)
    await eventually(lambda: database.ttl(sessions[present.user_id]) > 50, "prolonged")
    assert database.ttl(sessions[absent.user_id]) <= 20
