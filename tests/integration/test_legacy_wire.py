"""The legacy wire beyond the recordings: what odd clients send, and what they never see."""

import json

import pytest

from harness import people

UNKNOWN_TYPE, BAD_FORMAT = "未知的消息类型", "unexpected data format"


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=2)


@pytest.mark.parametrize("text", [
    "", " ", "null", "[]", "5", '"x"', "{", '{"type":213', '{"type":213}x', "{'type':213}",
    '{"type":[]}', '{"type":null}', '{"type":213,"a":NaN}', '{"type":213,"a":01}',
    '{"a":' + "[" * 40 + "]" * 40 + ',"type":213}', '{"type":1e999}', "\ufeff{}",
    '{"type":213,"a":"\\ud800"}', '{"type":-1}', '{"type":2147483648}',
    '{"type":9223372036854775808}'])
async def test_malformed_json_is_answered_and_the_connection_lives(server, text):
    user = await people.legacy(server, "odd")
    await user.send_raw(text)
    answer = await user.inbox.take(lambda frame: frame["type"] >= 900)
    assert (answer["type"], answer["mess"]) == (900, BAD_FORMAT)
    assert (await user.ask(213))["type"] == 213


@pytest.mark.parametrize("type", [0, 1, 99, 101, 102, 110, 200, 201, 206, 211, 215, 603, 605, 900,
                                  903, 1107, 1108])
async def test_what_only_servers_or_msgpack_clients_say_is_unknown(server, type):
    user = await people.legacy(server, "odd")
    answer = await user.ask(type)
    assert (answer["type"], answer["mess"]) == (900, UNKNOWN_TYPE)


@pytest.mark.parametrize("sender", [0, "0", "", None, "somebody", 12345])
async def test_foreign_sender_id_is_refused(server, sender):
    user = await people.legacy(server, "odd")
    answer = await user.ask(100, mess="not me", sender_id=sender)
    assert (answer["type"], answer["mess"]) == (901, "非法操作")


async def test_request_with_a_session_needs_no_login_before(server):
    """The original checks the session of each request, whatever connection it comes on."""
    first = await people.legacy(server, "roamer")
    other = await people.legacy_guest(server)
    await other.send_raw(json.dumps({
        "type": 100, "session_id": first.session_id, "sender_id": first.user_id,
        "receiver_id": "0", "mess": "from elsewhere", "trace_id": "r", "id": first.session_id}))
    assert (await other.expect(100, id=first.session_id))["mess"] == "from elsewhere"


async def test_session_of_somebody_else_is_refused(server):
    ann, ben = await people.legacy(server, "ann"), await people.legacy(server, "ben")
    for sender in (ann.user_id, ben.user_id):
        answer = await ann.ask(100, mess="as ben", session_id=ben.session_id, sender_id=sender)
        assert (answer["type"], answer["mess"]) == (901, "非法操作")


async def test_request_without_a_session_asks_for_a_login(server):
    user = await people.legacy(server, "odd")
    for session in ("", "nonsense", None, 5):
        assert (await user.ask(213, session_id=session))["type"] == 204


async def test_messages_for_msgpack_clients_stay_away(server):
    legacy, admin = await people.legacy(server, "legacy"), await people.user(server, "admin")
    third = await people.user(server, "third")
    created = await admin.ask(1100, mess={
        "name": "mixed", "members": [legacy.user_id, third.user_id]})
    group = created["receiver_id"]
    outsider = await people.legacy(server, "outsider")
    await admin.send(1107, mess={"group_id": group, "members": [outsider.user_id]})
    await third.ask(1105, mess=group)
    await legacy.send(100, mess="to the lobby", id=f"seen-{group}")
    for client in (legacy, outsider):
        await client.expect(100, id=f"seen-{group}")
        assert not {frame["type"] for frame in client.inbox.frames} & {1, 110, 214, 1107, 1108}
        for frame in client.inbox.frames:
            assert not {"seq", "conversation", "epoch", "code"} & set(frame)


@pytest.mark.parametrize("mess", ["noset", "_x", "../../etc_passwd", "a_../b", "", None, 5, {}])
async def test_emotion_that_names_no_picture(server, mess):
    user = await people.legacy(server, "odd")
    assert (await user.ask(400, mess=mess))["type"] in (900, 901)


@pytest.mark.parametrize("mess", [
    None, "", "x", {}, {"name": "a"}, {"name": 5, "path": "/upload/a", "size": 1},
    {"name": "a", "path": "/etc/passwd", "size": 1},
    {"name": "a", "path": "javascript:1", "size": 1},
    {"name": "a", "path": "/upload/../x", "size": 1},
    {"name": "a", "path": "/upload/x", "size": "1"}])
async def test_file_message_without_an_upload(server, mess):
    user = await people.legacy(server, "odd")
    assert (await user.ask(300, mess=mess))["type"] in (900, 901)


async def test_number_as_password_is_the_same_as_its_text(server):
    """The recorded client sends 123456 as a number."""
    name, guest = people.new_name("number"), await people.legacy_guest(server)
    await guest.send_raw('{"type":204,"username":"%s","password":123456}' % name)
    assert (await guest.inbox.take(lambda frame: frame["type"] != 200))["type"] == 205
    other = await people.legacy_guest(server)
    assert (await other.enter(name, "123456"))["type"] == 205
