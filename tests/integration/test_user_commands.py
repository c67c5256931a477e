"""What an operator does to one user on the command line, beside the running server."""

import os
import re
import shutil
import subprocess

import pytest

from harness import people
from harness.server import CHATD, SANITIZER_REPORT, environment

SESSION_OVER, LOGIN_REQUIRED = 4204, 204


def command(server, *words, program=CHATD, **options):
    """(exit code, standard output, standard error) of a command with the server's own options."""
    given = server.command()[1:]
    done = subprocess.run([program, *given, *words], capture_output=True, text=True, timeout=60,
                          env=environment(), **options)
    assert not SANITIZER_REPORT.search(done.stderr), done.stderr
    return done.returncode, done.stdout, done.stderr


def reset(server, name):
    """The new password, and how many sessions that ended."""
    code, said, errors = command(server, "--reset-password", name)
    assert (code, errors) == (0, "")
    password, ended = re.fullmatch(r"new password: ([0-9a-f]{20})\nsessions ended: (\d+)\n", said).groups()
    return password, int(ended)


@pytest.fixture(scope="module", params=["managed", "own"])
def server(request, house):
    return house.chatd(redis=None if request.param == "managed" else house.redis(), workers=2)


async def over(client):
    """The connection is closed because its session ended, and the session is gone."""
    assert (await client.inbox.wait_closed())[0] == SESSION_OVER
    return True


async def test_a_new_password_ends_all_sessions_everywhere(server):
    user = await people.user(server, "lost it")
    name = user.user["username"]
    other, same = await people.guest(server), await people.device(server, of=user)
    await other.enter(name, people.PASSWORD)
    bystander = await people.user(server, "bystander")
    password, ended = reset(server, name)
    assert ended == 2
    for client in (user, other, same):
        assert await over(client)
    guest = await people.guest(server)
    assert (await guest.resume(user.session_id))["type"] == LOGIN_REQUIRED
    assert (await guest.enter(name, people.PASSWORD))["code"] == "wrong_password"
    back = await people.guest(server)
    assert (await back.enter(name, password))["user"]["user_id"] == user.user_id
    assert (await bystander.ask(213))["type"] == 213
    assert password not in server.log()


async def test_ended_sessions_leave_the_password(server):
    user = await people.user(server, "telephone")
    name = user.user["username"]
    assert command(server, "--end-sessions", name) == (0, "sessions ended: 1\n", "")
    assert await over(user)
    assert command(server, "--end-sessions", name) == (0, "sessions ended: 0\n", "")
    back = await people.guest(server)
    assert (await back.enter(name, people.PASSWORD))["type"] == 205


@pytest.mark.parametrize("flag", ["--reset-password", "--end-sessions"])
@pytest.mark.parametrize("name", ["nobody here", "", "x" * 5000, "\x1b[2J"])
def test_a_name_that_nobody_has_is_told(server, flag, name):
    shown = {"\x1b[2J": "?[2J"}.get(name, name[:100] + ("..." if len(name) > 100 else ""))
    assert command(server, f"{flag}={name}") == (1, "", f'chatd: nobody is called "{shown}"\n')


async def test_a_redis_of_its_own_needs_no_server(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    user = await people.user(server, "early")
    server.stop()
    password, _ = reset(server, user.user["username"])
    server.start()
    back = await people.guest(server)
    assert (await back.enter(user.user["username"], password))["type"] == 205


async def test_managed_redis_needs_its_server(own_house):
    server = own_house.prepare(workers=1)
    code, said, error = command(server, "--reset-password", "somebody")
    assert (code, said) == (1, "")
    assert "no server has run there: name its folder with --data" in error
    assert not os.path.exists(server.data), "nothing is made"
    server.start()
    await people.user(server, "somebody")
    server.stop()
    code, said, error = command(server, "--reset-password", "somebody")
    assert (code, said) == (3, "")
    assert f"the Redis of the server in {server.data} does not answer: it runs while the server" in error


def test_who_may_not_read_the_password_of_redis_is_told(own_house):
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    server = own_house.chatd(workers=1)
    os.chmod(own_house.directory, 0o755)
    program = shutil.copy(CHATD, own_house.directory)
    code, _, error = command(server, "--reset-password", "x", program=program, user="nobody",
                             extra_groups=[], cwd=own_house.directory)
    assert code == 1
    assert "Permission denied; do this as root, or as the user that the server runs as" in error


def test_a_redis_that_is_away_is_told(own_house):
    redis = own_house.redis()
    server = own_house.prepare(redis=redis)
    redis.stop()
    code, _, error = command(server, "--end-sessions", "x")
    assert code == 3 and "does not answer" in error and error.count("\n") == 1
