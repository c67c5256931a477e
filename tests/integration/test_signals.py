"""Signals: TERM drains, a second one quits at once, HUP reloads, USR1 reopens the log."""

import asyncio
import glob
import json
import os
import shutil
import signal
import ssl
import time

import pytest

from harness import people, processes
from harness.certificate import Certificate
from harness.connector import Connector
from harness.server import text_of
from harness.waiting import eventually, until
from harness.wire import TEXT, Wire, frame

RELOADS = int(os.environ.get("CHATD_RELOADS", "8"))
CONNECTION_RATE = int(os.environ.get("CHATD_CONNECTION_RATE", "40"))


@pytest.fixture
def server(own_house):
    return own_house.chatd(redis=own_house.redis(), workers=2)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_drain_closes_with_1001_and_a_reason(server, number):
    clients = [await people.user(server, "one") for _ in range(4)]
    clients.append(await people.legacy(server, "two"))
    server.signal(number)
    for client in clients:
        code, reason = await client.inbox.wait_closed()
        assert code == 1001 and reason
    assert await asyncio.to_thread(server.wait) == 0
    assert server.database().smembers("user") == set()


async def test_drain_refuses_new_connections_and_finishes_queued_writes(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1,
                             options=["--drain-timeout", "5s"])
    user = await people.user(server, "late")
    for number in range(50):
        await user.send(100, "0", "in a hurry", id=f"drain-{number}")
    await user.expect(110, id="drain-0")
    server.signal(signal.SIGTERM)
    assert (await user.inbox.wait_closed())[0] == 1001
    acknowledged = ["drain-0"] + [frame["id"] for frame in user.inbox.frames
                                  if frame["type"] == 110]
    stored = [json.loads(member)["id"]
              for member in server.database().zrange("message:common_id:0", 0, -1)]
    assert acknowledged == stored[:len(acknowledged)]
    assert await asyncio.to_thread(server.wait) == 0
    with pytest.raises(OSError):
        Wire(server)


def test_drain_ends_in_time_with_a_client_that_never_answers(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1,
                             options=["--drain-timeout", "2s"])
    with Wire(server) as wire:
        wire.open()
        begun = time.monotonic()
        server.signal(signal.SIGTERM)
        assert server.wait() == 0
        assert time.monotonic() - begun < 5
        assert wire.frame().close_code == 1001


async def leaves_nobody_online(server, neighbour, end):
    """Somebody whose connection outlasts the server's patience is off the list, and others hear it."""
    watcher, stuck = await people.user(neighbour, "watcher"), await people.user(server, "stuck")
    stuck.socket.transport.pause_reading()  # and so answers no Close
    end()
    assert await asyncio.to_thread(server.wait, 30) == 0
    assert server.database().smembers("user") == {watcher.user_id}
    assert server.database().hkeys(f"presence:user:{stuck.user_id}") == []
    assert (await watcher.expect(201))["user"]["user_id"] == stuck.user_id


async def test_who_outlasts_the_drain_is_off_the_list(own_house):
    redis = own_house.redis()
    server, neighbour = [
        own_house.chatd(redis=redis, workers=1, options=[
            "--drain-timeout", "500ms", "--close-timeout", "30s"]) for _ in range(2)]
    await leaves_nobody_online(server, neighbour, lambda: server.signal(signal.SIGTERM))


async def test_a_quit_leaves_nobody_online(own_house):
    redis = own_house.redis()
    server, neighbour = [
        own_house.chatd(redis=redis, workers=1, options=[
            "--drain-timeout", "1m", "--close-timeout", "30s"]) for _ in range(2)]

    def quit():
        server.signal(signal.SIGTERM)
        until(lambda: "\"draining\"" in server.log(), "it drains")
        server.signal(signal.SIGTERM)
    await leaves_nobody_online(server, neighbour, quit)


async def test_departures_that_cannot_be_told_do_not_hold_the_end_up(own_house):
    """Redis is gone, and with it the list: what is pending ends with the worker."""
    redis = own_house.redis()
    server = own_house.chatd(redis=redis, workers=2, options=["--drain-timeout", "500ms"])
    clients = [await people.user(server, "leaver") for _ in range(6)]
    redis.kill()
    for client in clients[:3]:
        await client.close()
    server.signal(signal.SIGTERM)
    for client in clients[3:]:
        assert (await client.inbox.wait_closed())[0] == 1001
    assert await asyncio.to_thread(server.wait, 30) == 0


def test_second_signal_quits_at_once(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=2,
                             options=["--drain-timeout", "1m", "--close-timeout", "30s"])
    with Wire(server) as wire:
        wire.open()
        server.signal(signal.SIGTERM)
        assert wire.frame().close_code == 1001
        workers = server.workers()
        begun = time.monotonic()
        server.signal(signal.SIGTERM)
        server.wait()
        assert time.monotonic() - begun < 1
    until(lambda: all(processes.state(worker) is None for worker in workers), "no worker is left")


def shown_certificate(server):
    """The certificate that a new connection is shown, PEM."""
    return ssl.get_server_certificate(("127.0.0.1", server.port))


async def test_hup_takes_a_new_certificate_without_dropping_a_connection(own_house):
    folder = own_house.folder("tls")
    os.makedirs(folder)
    old, new = Certificate(folder, "old"), Certificate(folder, "new")
    current = Certificate(folder, "current")
    shutil.copy(old.cert, current.cert)
    shutil.copy(old.key, current.key)
    server = own_house.chatd(redis=own_house.redis(), certificate=current, workers=2)
    clients = [await people.user(server, "stays") for _ in range(4)]
    before = await asyncio.to_thread(shown_certificate, server)
    shutil.copy(new.cert, current.cert)
    shutil.copy(new.key, current.key)
    server.signal(signal.SIGHUP)
    with open(new.cert) as file:
        expected = file.read()
    assert before != expected
    deadline = time.monotonic() + 10
    while {await asyncio.to_thread(shown_certificate, server) for _ in range(12)} != {expected}:
        assert time.monotonic() < deadline, "every worker shows the new certificate"
    for client in clients:
        assert (await client.ask(213))["mess"] == 4
    server.check()


@pytest.mark.long
@pytest.mark.timeout(60 + 5 * RELOADS)
async def test_hup_again_and_again_refuses_nobody(own_house):
    """At a steady rate of new TLS connections; certificate and configuration change each time."""
    folder = own_house.folder("tls")
    os.makedirs(folder)
    pair = [Certificate(folder, "even"), Certificate(folder, "odd")]
    current = Certificate(folder, "current")
    config = os.path.join(folder, "chatd.toml")
    server = own_house.prepare(redis=own_house.redis(), certificate=current, config=config,
                               options=["--rate-limits", "off"])

    def change(number):
        shutil.copy(pair[number % 2].cert, current.cert)
        shutil.copy(pair[number % 2].key, current.key)
        with open(config, "w") as file:
            file.write(f"[chat]\nhistory_page = {number + 1}\n"
                       f"[websocket]\nmax_message_size = {8192 + number}\n")

    change(0)
    server.start()
    stays = await people.user(server, "stays")
    trusting = ssl.create_default_context()
    trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
    current.context = trusting

    async def all_is_new(number):
        with open(pair[number % 2].cert) as file:
            expected = file.read()
        for _ in range(6):
            newcomer = await people.guest(server)
            shown = newcomer.socket.transport.get_extra_info("ssl_object").getpeercert(True)
            if (ssl.DER_cert_to_PEM_cert(shown).strip() != expected.strip()
                    or newcomer.welcome["max_message_size"] != 8192 + number):
                return False
            await newcomer.close()
        return True

    async with Connector(server, CONNECTION_RATE) as connector:
        for number in range(1, RELOADS + 1):
            change(number)
            server.signal(signal.SIGHUP)
            deadline = time.monotonic() + 10
            while not await all_is_new(number):
                assert time.monotonic() < deadline, "certificate and configuration are new"
    print(f"\n{RELOADS} reloads; {connector.figures()}")
    assert connector.failed == {}
    assert (await stays.ask(213))["type"] == 213
    server.check()


async def test_hup_with_a_bad_certificate_keeps_the_old_one(own_house):
    folder = own_house.folder("tls")
    os.makedirs(folder)
    certificate = Certificate(folder, "current")
    server = own_house.chatd(redis=own_house.redis(), certificate=certificate)
    client = await people.user(server, "stays")
    before = await asyncio.to_thread(shown_certificate, server)
    with open(certificate.key, "w") as file:
        file.write("nonsense")
    size = len(server.log())
    server.signal(signal.SIGHUP)
    await eventually(lambda: "key" in server.log()[size:], "the reload's failure is in the log")
    assert await asyncio.to_thread(shown_certificate, server) == before
    assert (await client.ask(213))["mess"] == 1


async def test_hup_reads_the_config_again(own_house):
    folder = own_house.folder("conf")
    os.makedirs(folder)
    path = os.path.join(folder, "chatd.toml")
    with open(path, "w") as file:
        file.write("[websocket]\nmax_message_size = \"8K\"\n")
    server = own_house.chatd(redis=own_house.redis(), config=path, workers=1)
    client = await people.user(server, "before")
    assert client.welcome["max_message_size"] == 8192
    with open(path, "w") as file:
        file.write("[websocket]\nmax_message_size = \"16K\"\n")
    server.signal(signal.SIGHUP)

    async def limit_of_a_newcomer():
        newcomer = await people.guest(server)
        return newcomer.welcome["max_message_size"]

    deadline = time.monotonic() + 10
    while await limit_of_a_newcomer() != 16384:
        assert time.monotonic() < deadline
    assert (await client.ask(213))["type"] == 213


async def test_hup_changes_the_limits_of_those_who_are_there(own_house):
    folder = own_house.folder("conf")
    os.makedirs(folder)
    path = os.path.join(folder, "chatd.toml")

    def limit(members):
        with open(path, "w") as file:
            file.write(f"[chat]\nmax_group_members = {members}\n")

    limit(3)
    server = own_house.chatd(redis=own_house.redis(), config=path, workers=1)
    founder, *others = [await people.user(server, "early") for _ in range(4)]

    async def found():
        return (await founder.ask(1100, mess={
            "name": "four", "members": [other.user_id for other in others]})).get("code")

    assert await found() == "group_too_large"
    limit(4)
    server.signal(signal.SIGHUP)
    deadline = time.monotonic() + 10
    while await found() is not None:
        assert time.monotonic() < deadline


def test_usr1_reopens_the_log(own_house):
    folder = own_house.folder("log")
    os.makedirs(folder)
    log = os.path.join(folder, "chatd.log")
    server = own_house.chatd(redis=own_house.redis(), options=["--log-file", log])
    until(lambda: os.path.getsize(log) > 0, "the log is written to")
    os.rename(log, log + ".1")
    server.signal(signal.SIGUSR1)
    until(lambda: os.path.exists(log), "a new log file")
    old = os.path.getsize(log + ".1")
    killed = server.workers()[0]
    server.kill_worker(killed)
    until(lambda: "killed by SIGKILL" in text_of(log), "the new file is written to")
    assert os.path.getsize(log + ".1") == old
    until(lambda: len(set(server.workers()) - {killed}) == 2, "the worker is back")
    server.expect_new_workers()


async def test_managed_redis_lives_and_ends_with_the_master(own_house):
    server = own_house.chatd(workers=2)
    user = await people.user(server, "kept")
    acknowledged = await user.say("durable")
    redis = server.managed_redis()
    assert redis is not None
    sockets = glob.glob(os.path.join(server.data, "**/*.sock"), recursive=True)
    assert os.stat(os.path.dirname(sockets[0])).st_mode & 0o077 == 0
    server.signal(signal.SIGTERM)
    assert await asyncio.to_thread(server.wait) == 0
    assert processes.state(redis) is None
    server.start()
    again = await people.guest(server)
    await again.enter(user.user["username"], people.PASSWORD)
    assert (await again.history())["mess"][-1]["id"] == acknowledged["id"]


async def test_log_holds_no_secrets_and_no_message_text(own_house):
    server = own_house.chatd(redis=own_house.redis(), options=["--log-level", "debug"])
    user, legacy = await people.user(server, "quiet"), await people.legacy(server, "quiet")
    await user.say("very private words")
    await legacy.ask(100, mess="more private words")
    wrong = await people.guest(server)
    await wrong.enter(user.user["username"], "wrong-guess-77")
    await wrong.send_raw(b"\xc1 broken private words")
    with Wire(server) as wire:
        wire.open()
        wire.send(frame(TEXT, '{"type":205,"session_id":"%s"' % legacy.session_id))
        wire.frame()
    await user.whisper("whispered private words", legacy.user_id)
    body = json.dumps({"username": user.user["username"], "password": "wrong-guess-88"})
    for path, more in (("/session", ()), ("/nowhere?token=in-a-query-99", ()),
                       ("/session", ("Cookie: session=cookie-guess-66",))):
        with Wire(server) as wire:
            wire.request(f"POST {path} HTTP/1.1", [
                f"Host: localhost:{server.port}", f"Origin: http://localhost:{server.port}",
                "Content-Type: application/json", f"Content-Length: {len(body)}", *more],
                body.encode())
    server.redis.kill()
    await user.say("private words for nobody")
    await wrong.enter(user.user["username"], "wrong-guess-55")
    server.redis.start()
    for secret in ("private words", people.PASSWORD, "wrong-guess-77", "wrong-guess-88",
                   "wrong-guess-55", "in-a-query-99", "cookie-guess-66", user.session_id,
                   legacy.session_id, "$argon2id$"):
        assert secret not in server.log(), secret
