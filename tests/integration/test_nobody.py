"""Who has not logged in is nobody, whatever is named as the session, and gets nothing stored."""

import uuid

import pytest

from harness import people

LOGIN_REQUIRED = 204
NO_TOKENS = ["!", "a b", "a/b", "\u00e9", "A" * 257, "A" * 256, "a", 1.5, -1, 0]
PICTURE = {"name": "p.png", "path": "/upload/image/p.png", "size": 5}


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=2, options=["--login-timeout", "5m"])


def stored(server):
    """How many messages each conversation holds."""
    database = server.database()
    keys = database.keys("message:common_id:*") + database.keys("message:users:*")
    return {key: database.zcard(key) for key in keys}


@pytest.mark.parametrize("wire", ["msgpack", "legacy"])
async def test_nobody_stores_anything_under_a_session_that_is_none(server, wire):
    ann, ben, cyd = [await people.user(server, name) for name in ("ann", "ben", "cyd")]
    group = (await ann.ask(1100, mess={"name": "g", "members": [ben.user_id, cyd.user_id]}))["receiver_id"]
    said = await ann.say("said")
    before = stored(server)
    requests = [(100, "0", "x"), (100, group, "x"), (103, ann.user_id, "x"), (300, "0", PICTURE),
                (303, ann.user_id, PICTURE), (400, "0", "ymj_1.gif"), (1000, group, PICTURE)]
    if wire == "msgpack":
        requests += [(120, "0", {"seq": said["seq"], "mess": "y"}), (121, "0", {"seq": said["seq"]})]
    for session_id in NO_TOKENS:
        for type, receiver, mess in requests:
            for sender in ({}, {"sender_id": ""}):
                guest = await (people.guest if wire == "msgpack" else people.legacy_guest)(server)
                answer = await guest.ask(type, receiver, mess, session_id=session_id,
                                         id=str(uuid.uuid4()), **sender)
                assert answer["type"] == LOGIN_REQUIRED, (session_id, type)
                await guest.close()
    assert stored(server) == before
