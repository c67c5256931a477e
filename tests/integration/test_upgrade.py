"""USR2 replaces the server by a new one without refusing or losing anything, or changes nothing."""

import asyncio
import os
import pwd
import shutil
import signal
import socket
import ssl
import time

import pytest
import redis as redis_library

from harness import people, processes
from harness.connector import Connector
from harness.senders import Senders
from harness.server import CHATD, environment
from harness.upgrades import short, upgraded
from harness.waiting import eventually, until

UPGRADES = int(os.environ.get("CHATD_UPGRADES", "3"))
RATE = int(os.environ.get("CHATD_CONNECTION_RATE", "40"))


@pytest.fixture(autouse=True)
def orphans():
    processes.adopt_orphans()


@pytest.mark.long
@pytest.mark.timeout(60 + 30 * UPGRADES)
async def test_upgrades_under_load_refuse_nobody_and_lose_nothing(own_house, certificate):
    server = own_house.prepare(certificate=certificate, options=short(drain="2s")).start()
    redis = server.managed_redis()
    senders = Senders(server, reference=6, legacy=3)
    async with Connector(server, RATE) as connector:
        await senders.start()
        for _ in range(UPGRADES):
            await upgraded(server)
    await senders.stop()
    await senders.judge()
    print(f"\n{UPGRADES} upgrades; {connector.figures()}; {senders.figures()}")
    assert connector.failed == {}
    assert senders.refused == 0
    assert senders.reconnects >= 5 * UPGRADES
    assert server.managed_redis() == redis


async def test_old_server_ends_with_0_and_its_clients_leave_one_by_one(own_house):
    server = own_house.prepare(redis=own_house.redis(), options=short(drain="3s")).start()
    clients = [await people.user(server, "spread") for _ in range(30)]
    begun = time.monotonic()
    await asyncio.to_thread(server.upgrade)

    async def leave(client):
        assert (await client.inbox.wait_closed())[0] == 1012
        return time.monotonic() - begun

    moments = sorted(await asyncio.gather(*(leave(client) for client in clients)))
    assert await asyncio.to_thread(server.process.wait, 15) == 0
    most = max(sum(begin <= moment < begin + 0.5 for moment in moments) for begin in moments)
    print(f"\n30 clients left from {moments[0]:.2f} to {moments[-1]:.2f} s, {most} in half a second")
    assert moments[-1] - moments[0] > 1.5
    assert most <= 15


def break_config(server):
    with open(server.config, "w") as file:
        file.write("[server]\nnonsense = 1\n")


def replace_program(server, text):
    with open(server.program + ".new", "w") as file:
        file.write(text)
    os.chmod(server.program + ".new", 0o755)
    os.rename(server.program + ".new", server.program)


FAILURES = {
    "missing": (lambda server: os.remove(server.program), "No such file"),
    "exits": (lambda server: replace_program(server, "#!/bin/sh\nexit 3\n"), "ended with code 3"),
    "crashes": (lambda server: replace_program(server, "#!/bin/sh\nkill -SEGV $$\n"),
                "was killed by SIGSEGV"),
    "hangs": (lambda server: replace_program(server, "#!/bin/sh\nexec sleep 60\n"),
              "not ready within 1500 ms"),
    "bad config": (break_config, "nonsense"),
}


@pytest.mark.parametrize("failure", FAILURES)
async def test_upgrade_that_fails_changes_nothing(own_house, failure):
    folder = own_house.folder("bin")
    os.makedirs(folder)
    config = os.path.join(folder, "chatd.toml")
    with open(config, "w") as file:
        file.write("[server]\nupgrade_timeout = \"1500ms\"\n")
    server = own_house.prepare(config=config, options=short())
    server.program = shutil.copy(CHATD, folder)
    server.start()
    client, redis, size = await people.user(server, "stays"), server.managed_redis(), len(server.log())
    spoil, reason = FAILURES[failure]
    spoil(server)
    server.signal(signal.SIGUSR2)
    await eventually(lambda: "the upgrade failed" in server.log()[size:], "the failure is logged")
    failed = [line for line in server.log()[size:].splitlines() if "the upgrade failed" in line]
    assert len(failed) == 1 and reason in failed[0]
    assert (await client.say("still here"))["type"] == 110
    assert server.managed_redis() == redis
    server.check()
    with open(config, "w") as file:
        file.write("")
    replace_program(server, "")
    shutil.copy(CHATD, server.program)
    await upgraded(server)
    assert client.inbox.closed[0] == 1012
    assert server.managed_redis() == redis


async def test_usr2_during_an_upgrade_is_refused(own_house):
    server = own_house.prepare(redis=own_house.redis(), options=short(drain="3s")).start()
    await people.user(server, "slow")
    await asyncio.to_thread(server.upgrade)
    server.signal(signal.SIGUSR2)
    await eventually(lambda: "no upgrade: the server before this one still drains" in server.log(),
                     "the refusal is logged")
    assert server.log().count("takes over") == 1
    assert await asyncio.to_thread(server.process.wait, 15) == 0


async def test_managed_redis_belongs_to_the_new_server(own_house):
    server = own_house.prepare(options=short()).start()
    redis = server.managed_redis()
    await upgraded(server)
    assert server.managed_redis() == redis
    os.kill(redis, signal.SIGKILL)
    await eventually(lambda: server.managed_redis() not in (None, redis), "Redis is back")
    redis = server.managed_redis()
    user = await people.guest(server)
    deadline = time.monotonic() + 10
    while (await user.enter("after", people.PASSWORD))["type"] != 205:
        assert time.monotonic() < deadline
    assert (await user.say("kept"))["type"] == 110
    server.signal(signal.SIGTERM)
    await eventually(lambda: processes.ended(server.master), "the server ends")
    assert processes.ended(redis)


async def test_running_redis_learns_at_once_what_the_new_version_may_do(own_house):
    """It was started by a version that used other commands; nobody's connection to it ends."""
    server = own_house.prepare(options=short()).start()
    admin, chatd = server.database(), server.managed_database("chatd")
    # As that version would have it: only a sweep of the dead takes out of sets at random.
    admin.execute_command("ACL SETUSER", "chatd", "-spop", "+hlen")
    admin.execute_command("ACL SAVE")
    with pytest.raises(redis_library.exceptions.NoPermissionError):
        chatd.spop("anything")
    connected = {line["id"] for line in admin.client_list()}
    redis = server.managed_redis()
    await asyncio.to_thread(server.upgrade)
    assert connected <= {line["id"] for line in admin.client_list()}
    chatd.spop("anything")
    chatd.hlen("anything")
    await eventually(lambda: processes.ended(server.process.pid), "the old server ends")
    os.kill(redis, signal.SIGKILL)
    await eventually(lambda: server.managed_redis() not in (None, redis), "Redis is back")
    await eventually(lambda: may(chatd.spop), "so it stays")


def may(command):
    try:
        command("anything")
        return True
    except redis_library.exceptions.ConnectionError:
        return False


async def test_managed_redis_ends_when_the_new_server_is_killed(own_house):
    server = own_house.prepare(options=short()).start()
    redis = server.managed_redis()
    await upgraded(server)
    server.signal(signal.SIGKILL)
    await eventually(lambda: processes.ended(redis), "Redis ends")


async def test_new_server_reads_the_configuration_anew(own_house):
    folder = own_house.folder("conf")
    os.makedirs(folder)
    config = os.path.join(folder, "chatd.toml")
    with open(config, "w") as file:
        file.write("[redis]\nbus_length = 2000\n")
    server = own_house.prepare(redis=own_house.redis(), config=config, options=short()).start()
    with open(config, "w") as file:
        file.write("[chat]\nhash_threads = 1\n[websocket]\nmax_message_size = \"8K\"\n")
    await upgraded(server)
    assert (await people.guest(server)).welcome["max_message_size"] == 8192


async def test_pid_file_follows_and_goes_with_the_last(own_house):
    path = os.path.join(own_house.directory, "chatd.pid")
    server = own_house.prepare(redis=own_house.redis(), options=[*short(), "--pid-file", path]).start()

    def pid():
        with open(path) as file:
            return int(file.read())

    assert pid() == server.master
    await upgraded(server)
    assert pid() == server.master != server.process.pid
    server.signal(signal.SIGTERM)
    await eventually(lambda: processes.ended(server.master), "the server ends")
    assert not os.path.exists(path)


def free_low_port():
    for port in range(1023, 500, -1):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise AssertionError("no port below 1024 is free")


async def test_server_that_dropped_its_privileges_keeps_its_low_port(own_house):
    if os.geteuid() != 0:
        pytest.skip("only root can listen below 1024 and become somebody else")
    os.chmod(own_house.directory, 0o755)
    pid_file = os.path.join(own_house.directory, "chatd.pid")
    server = own_house.prepare(options=[*short(), "--user", "nobody", "--pid-file", pid_file])
    server.program = shutil.copy(CHATD, own_house.directory)
    server.port = free_low_port()
    nobody = pwd.getpwnam("nobody")
    os.chown(server.upload, nobody.pw_uid, nobody.pw_gid)
    server.start()
    for _ in range(2):
        await upgraded(server)
        assert processes.user(server.master) == nobody.pw_uid
        with open(pid_file) as file:
            assert int(file.read()) == server.master
        assert (await (await people.user(server, "low")).say("hello"))["type"] == 110


async def test_in_the_background_it_stays_there(own_house):
    server = own_house.prepare(options=["--upgrade-drain", "1s", "-d"])
    server.launch()
    assert await asyncio.to_thread(server.wait) == 0
    with open(os.path.join(server.data, "chatd.pid")) as file:
        server.master = int(file.read())
    server.log_file = os.path.join(server.data, "chatd.log")
    old = await upgraded(server)
    assert server.master != old
    assert (await people.user(server, "quiet")).user_id


def resumed(server, context, session=None):
    """(whether the TLS session was resumed, the session) of one connection."""
    with socket.create_connection(("127.0.0.1", server.port)) as plain:
        with context.wrap_socket(plain, server_hostname="localhost", session=session) as wrapped:
            wrapped.sendall(b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            while wrapped.recv(4096):
                pass
            return wrapped.session_reused, wrapped.session


async def test_tls_sessions_resume_with_the_new_server(own_house, certificate):
    server = own_house.prepare(redis=own_house.redis(), certificate=certificate,
                               options=short()).start()
    context = ssl.create_default_context(cafile=certificate.cert)
    first, session = resumed(server, context)
    assert not first
    for _ in range(2):
        await upgraded(server)
        again, session = resumed(server, context, session)
        assert again


async def test_http_request_under_way_is_answered_in_full(own_house):
    server = own_house.prepare(redis=own_house.redis(), options=short(drain="2s"), workers=1)
    content = os.urandom(16 * 1024 * 1024)
    folder = own_house.folder("html")
    os.makedirs(folder)
    with open(os.path.join(folder, "big.bin"), "wb") as file:
        file.write(content)
    server.options += ["--html", folder]
    server.start()
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port, limit=64 * 1024)
    late_reader, late_writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    await reader.readuntil(b"\r\n\r\n")
    begin = await reader.readexactly(1000)
    await asyncio.to_thread(server.upgrade)
    # Accepted by the old server, which owes an answer.
    late_writer.write(b"GET /big.bin HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert (await late_reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200")
    late_writer.close()
    assert begin + await reader.read() == content
    writer.close()


async def test_service_manager_is_told_who_the_server_is(own_house):
    server = own_house.prepare(redis=own_house.redis(), options=short())
    path = os.path.join(own_house.directory, "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(10)
        server.environment = environment(NOTIFY_SOCKET=path)
        server.start()
        assert manager.recv(100) == b"READY=1"
        await upgraded(server)
        assert manager.recv(100) == b"MAINPID=%d" % server.master
        assert manager.recv(100) == b"READY=1"
        server.signal(signal.SIGTERM)
        assert manager.recv(100) == b"STOPPING=1"
    until(lambda: processes.ended(server.master), "the server ends")
