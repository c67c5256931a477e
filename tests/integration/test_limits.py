"""Limits: what is too much is refused by a stable code, and the others go on."""

import asyncio
import time

import pytest

from harness import people
from harness.wire import TEXT, Wire, frame

LIMITS = ["--message-burst", "5", "--message-rate", "2/s", "--registrations-per-address", "6/h",
          "--logins-per-address", "30/m",
          "--max-connections-per-address", "20", "--max-message-size", "4K",
          "--login-timeout", "1s"]


@pytest.fixture
def server(own_house):
    return own_house.chatd(redis=own_house.redis(), workers=2, limits=True, options=LIMITS)


async def test_messages_beyond_the_burst_are_refused_and_the_rate_refills(server):
    user = await people.user(server, "fast")
    answers = [await user.say(f"{number}") for number in range(12)]
    codes = [answer.get("code") for answer in answers]
    assert codes[:5] == [None] * 5 and "rate_limited" in codes
    stored = server.database().zcard("message:common_id:0")
    assert stored == codes.count(None)

    async def accepted():
        return (await user.say("again")).get("code") is None

    begun = time.monotonic()
    while not await accepted():
        assert time.monotonic() - begun < 5
        await asyncio.sleep(0.1)


async def test_rate_is_the_users_over_all_devices(server):
    user = await people.user(server, "many")
    devices = [user] + [await people.device(server, of=user) for _ in range(3)]
    answers = [await device.say("x") for _ in range(3) for device in devices]
    assert len([answer for answer in answers if answer.get("code") is None]) <= 7


async def test_limits_hold_over_all_servers_together(own_house):
    redis = own_house.redis()
    servers = [own_house.chatd(redis=redis, workers=2, limits=True, options=LIMITS)
               for _ in range(2)]
    user = await people.user(servers[0], "many")
    devices = [user] + [await people.device(server, of=user) for server in servers]
    answers = [await device.say("x") for _ in range(4) for device in devices]
    assert len([answer for answer in answers if answer.get("code") is None]) <= 7
    name, codes = user.user["username"], []
    for number in range(8):
        guest = await people.guest(servers[number % 2])
        codes.append((await guest.enter(name, f"guess-{number}"))["code"])
    assert codes[0] == "wrong_password" and codes.count("wrong_password") <= 4
    codes = []
    for number in range(8):
        guest = await people.guest(servers[number % 2])
        codes.append((await guest.enter(people.new_name("reg"), people.PASSWORD)).get("code"))
    assert codes.count(None) == 5, "and the one who is there"


async def test_one_users_flood_does_not_stop_another(server):
    fast, calm = await people.user(server, "fast"), await people.user(server, "calm")
    await asyncio.gather(*(fast.say(f"{number}") for number in range(20)))
    assert (await calm.say("me too")).get("code") is None


async def test_registrations_per_address(server):
    codes = []
    for _ in range(8):
        client = await people.guest(server)
        codes.append((await client.enter(people.new_name("reg"), "pw-12345")).get("code"))
    assert codes == [None] * 6 + ["login_limited"] * 2


async def test_password_guesses_are_slowed_down_without_a_hint(server):
    user = await people.user(server, "victim")
    codes = []
    for number in range(6):
        client = await people.guest(server)
        codes.append((await client.enter(user.user["username"], f"guess-{number}"))["code"])
    assert codes[0] == "wrong_password" and codes[-1] == "login_limited"
    assert (await user.say("the owner goes on")).get("code") is None
    again = await people.guest(server)
    assert (await again.resume(user.session_id))["type"] == 205


async def test_guesses_all_at_once_get_no_further_than_one_after_the_other(server):
    user = await people.user(server, "victim")
    guests = [await people.guest(server) for _ in range(12)]
    answers = await asyncio.gather(*(guest.enter(user.user["username"], f"guess-{number}")
                                     for number, guest in enumerate(guests)))
    codes = [answer["code"] for answer in answers]
    assert codes.count("wrong_password") <= 4 and codes.count("login_limited") >= 8


async def test_too_large_message_closes_with_1009(server):
    user = await people.user(server, "big")
    await user.send_raw(b"\0" * 5000)
    assert (await user.inbox.wait_closed())[0] == 1009


def test_connections_per_address(server):
    wires = []
    try:
        statuses = []
        for _ in range(24):
            wires.append(Wire(server))
            try:
                statuses.append(wires[-1].upgrade().status)
            except ConnectionError:
                statuses.append(None)
        assert statuses[:20] == [101] * 20
        assert 101 not in statuses[20:]
    finally:
        for wire in wires:
            wire.socket.close()
    deadline = time.monotonic() + 5
    while True:
        try:
            with Wire(server) as wire:
                assert wire.upgrade().status == 101
                return
        except (AssertionError, ConnectionError):
            assert time.monotonic() < deadline, "places are given back"


def test_connection_that_does_not_log_in_is_closed(server):
    begun = time.monotonic()
    with Wire(server) as wire:
        wire.open()
        wire.send(frame(TEXT, '{"type":213}'))
        assert wire.closed_with() in (1000, 1008)
    assert 0.5 < time.monotonic() - begun < 4
