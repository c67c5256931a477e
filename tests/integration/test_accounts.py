"""Accounts on both wires: registering, logging in, sessions, devices, and who is told what."""

import asyncio

import msgpack
import pytest

from harness import people


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=2, options=["--max-devices", "3"])


async def test_welcome_comes_first_and_tells_the_limits(server):
    client = await people.guest(server)
    assert client.welcome["server"].startswith("chatd")
    assert client.welcome["max_message_size"] == 64 * 1024
    assert client.welcome["presence_threshold"] == 200


async def test_registration_logs_in(server):
    client = await people.guest(server)
    name = people.new_name("reg")
    answer = await client.enter(name, "pässwörd")
    assert answer["type"] == 205
    assert answer["user"]["username"] == name
    assert answer["user"]["is_active"] is True and answer["user"]["is_super_admin"] is False
    assert "reg_time" in answer["user"] and len(answer["session_id"]) >= 22
    again = await people.guest(server)
    answer = await again.enter(name, "pässwörd")
    assert answer["type"] == 205 and answer["user"]["user_id"] == client.user_id
    assert "reg_time" not in answer["user"]


@pytest.mark.parametrize("connect", [people.guest, people.legacy_guest])
async def test_login_is_answered_before_anything_else_comes(server, connect):
    speaker = await people.user(server, "speaker")

    async def talk():
        while True:
            await speaker.say("busy lobby")

    talking = asyncio.create_task(talk())
    for _ in range(10):
        client = await connect(server)
        await client.send(204, username=people.new_name("eager"), password=people.PASSWORD)
        assert (await client.inbox.take(lambda frame: True))["type"] == 205
    talking.cancel()


async def test_same_name_registered_by_many_at_once_is_one_user(server):
    name = people.new_name("race")
    guests = [await people.guest(server) for _ in range(3)]
    answers = await asyncio.gather(*(guest.enter(name, "pw-race") for guest in guests))
    assert {answer["type"] for answer in answers} == {205}
    assert len({answer["user"]["user_id"] for answer in answers}) == 1


async def test_wrong_password_has_a_code_and_leaves_the_connection(server):
    user = await people.user(server, "wrong")
    client = await people.guest(server)
    answer = await client.enter(user.user["username"], "not it")
    assert (answer["type"], answer["code"]) == (208, "wrong_password")
    assert (await client.enter(user.user["username"], people.PASSWORD))["type"] == 205


@pytest.mark.parametrize("name, password, code", [
    ("", "x", "login_required"), ("someone", "", "login_required"),
    ("x" * 33, "x", "invalid_name"), ("a\u0000b", "x", "invalid_name"),
    (" padded ", "x", "invalid_name"),
    ("someone", "x" * 257, "invalid_password")])
async def test_unusable_name_or_password(server, name, password, code):
    client = await people.guest(server)
    assert (await client.enter(name, password))["code"] == code


@pytest.mark.parametrize("type", [202, 203, 209, 210, 213, 215, 100, 103, 600, 601, 602, 604, 800,
                                  801, 1100, 1101, 1102, 1103, 1104, 1105, 1106, 1107])
async def test_everything_needs_a_login(server, type):
    client = await people.guest(server)
    answer = await client.ask(type)
    assert (answer["type"], answer["code"]) == (204, "login_required")


async def test_unknown_session_is_refused(server):
    client = await people.guest(server)
    assert (await client.resume("nonsense"))["code"] == "login_required"
    assert (await client.resume(""))["code"] == "login_required"


async def test_nobody_unauthenticated_receives_anything(server):
    outsiders = [await people.guest(server), await people.legacy_guest(server)]
    user = await people.user(server, "speaker")
    await user.say("for users only")
    for outsider in outsiders:
        await (await outsider.socket.ping())
        assert outsider.inbox.frames == []


async def test_session_logs_in_again_until_logout_ends_it_everywhere(server):
    first = await people.user(server, "session")
    second = await people.device(server, of=first)
    assert second.user_id == first.user_id
    await first.send(215)
    for client in (first, second):
        assert (await client.expect(204))["code"] == "login_required"
    third = await people.guest(server)
    assert (await third.resume(first.session_id))["code"] == "login_required"


async def test_older_devices_give_way_above_the_limit(server):
    devices = [await people.user(server, "devices")]
    for _ in range(3):
        devices.append(await people.device(server, of=devices[0]))
    notice = await devices[0].expect(207)
    assert notice["code"] == "superseded"
    await devices[0].inbox.wait_closed()
    for client in devices[1:]:
        assert (await client.ask(213))["type"] == 213


async def test_all_devices_get_a_private_message_and_its_echo(server):
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    devices = {"sender": [ann, await people.device(server, of=ann)],
               "receiver": [ben, await people.device(server, of=ben)]}
    await ann.whisper("for all of you", ben.user_id)
    for client in devices["sender"]:
        assert (await client.expect(101))["mess"] == "for all of you"
    for client in devices["receiver"]:
        assert (await client.expect(102))["mess"] == "for all of you"


async def test_legacy_login_takes_the_place_of_the_older_one(server):
    first, second = await people.on_each_worker(server, people.legacy, "legacy")
    name = first.user["username"]
    newer = await people.legacy_guest(server)
    while server.worker_of(newer.port) == server.worker_of(first.port):
        newer = await people.legacy_guest(server)
    await newer.enter(name, people.PASSWORD)
    assert (await first.expect(207))["mess"] == "您已下线"
    assert (await first.inbox.wait_closed())[0] == 1000
    assert (await newer.ask(213))["type"] == 213
    assert second.inbox.closed is None


async def test_user_stays_online_while_one_device_is(server):
    user = await people.user(server, "stays")
    other = await people.device(server, of=user)
    await user.close()
    assert server.database().sismember("user", other.user_id)
    assert (await other.ask(203, other.user_id))["user"]["is_online"] is True
    await other.close()
    await people.until_offline(server, user.user_id)


async def test_user_query(server):
    ann, ben = await people.user(server, "ann"), await people.legacy(server, "ben")
    answer = await ann.ask(203, ben.user_id)
    assert answer["user"] == {"user_id": ben.user_id, "username": ben.user["username"],
                              "avatar": "", "is_online": True}
    assert (await ann.ask(203, "nobody"))["user"] is None


@pytest.mark.parametrize("data, code", [
    (b"", "bad_format"), (b"\xc1", "bad_format"), (msgpack.packb([1, 2]), "bad_format"),
    (msgpack.packb({}), "bad_format"), (msgpack.packb({"type": "x"}), "bad_format"),
    (msgpack.packb({"type": 213}) + b"\x00", "bad_format"), (b"\xdd\x0f\xff\xff\xff", "bad_format"),
    (b"\x81\xa4type" + b"\x91" * 60 + b"\x00", "bad_format"),
    (msgpack.packb({"type": 4242}), "unknown_type"), (msgpack.packb({"type": 110}), "unknown_type"),
    (msgpack.packb({"type": 1100, "mess": 5}), "bad_field"),
    (msgpack.packb({"type": 1100, "mess": {"name": "x", "members": "y"}}), "bad_field"),
    (msgpack.packb({"type": 100, "mess": "x", "id": "i" * 129}), "bad_field")])
async def test_malformed_requests_have_stable_codes(server, data, code):
    client = await people.user(server, "bad")
    await client.send_raw(data)
    answer = await client.inbox.take(lambda frame: "code" in frame)
    assert (answer["type"], answer["code"]) == (900, code)
    assert (await client.ask(213))["type"] == 213


async def test_text_frame_is_no_msgpack(server):
    client = await people.user(server, "texty")
    await client.send_raw('{"type":213}')
    assert (await client.inbox.wait_closed())[0] == 1003
