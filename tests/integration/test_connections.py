"""Connections that misbehave in time: silent peers, slow readers, and the server's own pings."""

import time

import pytest

from harness import people, processes
from harness.server import SANITIZED
from harness.waiting import eventually
from harness.wire import CLOSE, PING, PONG, TEXT, Wire, frame

OUTBOX = 256 * 1024


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=1, options=[
        "--outbox-limit", str(OUTBOX), "--ping-interval", "1s"])


async def session_of(server, prefix):
    """A session that a bare socket can log in with."""
    user = await people.legacy(server, prefix)
    session = user.session_id, user.user_id
    await user.close()
    await people.until_offline(server, session[1])  # or its leaving is taken for another's
    return session


def log_in(wire, session):
    wire.send(frame(TEXT, '{"type":205,"session_id":"%s","sender_id":"%s"}' % session))


def test_silent_peer_is_pinged_and_then_gone(server):
    session = people.run(session_of(server, "silent"))
    with Wire(server) as wire:
        wire.open()
        log_in(wire, session)
        begun = time.monotonic()
        while (got := wire.frame()).opcode != PING:
            pass
        assert wire.ended()
        assert 1 < time.monotonic() - begun < 6
    assert got.opcode == PING


def test_peer_that_answers_pings_stays(server):
    session = people.run(session_of(server, "silent"))
    with Wire(server) as wire:
        wire.open()
        log_in(wire, session)
        pings = 0
        while pings < 4:
            got = wire.frame()
            assert got.opcode != CLOSE
            if got.opcode == PING:
                wire.send(frame(PONG, got.payload))
                pings += 1


@pytest.mark.timeout(60)
async def test_reader_that_stalls_is_closed_with_1013_and_the_others_go_on(own_house):
    """The stalled reader's kernel buffers are small: what it does not read waits in the server."""
    server = own_house.chatd(redis=own_house.redis(), workers=1, options=[
        "--outbox-limit", str(OUTBOX), "--close-timeout", "30s"])
    session = await session_of(server, "stalled")
    stalled = Wire(server, receive_buffer=4096).open()
    log_in(stalled, session)
    assert stalled.frame().opcode == TEXT
    speaker, listener = await people.user(server, "speaker"), await people.user(server, "listener")
    worker = server.workers()[0]
    before = processes.resident(worker)
    text = "x" * 20_000
    for _ in range(400):
        assert (await speaker.say(text))["type"] == 110
    await listener.inbox.take_many(lambda frame: frame.get("mess") == text, 400)
    assert SANITIZED or processes.resident(worker) - before < 30_000_000
    with stalled:
        while (got := stalled.frame()).opcode != CLOSE:
            pass
    assert got.close_code == 1013


@pytest.mark.long
@pytest.mark.timeout(60)
async def test_dead_peer_is_offline_within_35_seconds_by_default(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    session = await session_of(server, "dead")
    with Wire(server) as wire:
        wire.open()
        log_in(wire, session)
        assert wire.frame().opcode == TEXT
        begun = time.monotonic()
        database = server.database()
        assert database.sismember("user", session[1])
        await eventually(lambda: not database.sismember("user", session[1]), "gone", patience=40)
        assert 15 < time.monotonic() - begun < 35


@pytest.mark.long
def test_connection_without_login_is_closed_after_10_seconds_by_default(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    begun = time.monotonic()
    with Wire(server, patience=20) as wire:
        wire.open()
        assert wire.ended()
    assert 9 < time.monotonic() - begun < 13
