"""The private Redis of a server: nobody else gets in, and the server can do only what it needs."""

import os
import re
import shutil
import subprocess

import pytest
import redis

from harness import people

FORBIDDEN = [
    "CONFIG GET dir", "CONFIG SET dir /", "DEBUG OBJECT k", "FLUSHALL", "FLUSHDB", "KEYS *",
    "MODULE LIST", "REPLICAOF 127.0.0.1 1", "SLAVEOF NO ONE", "SHUTDOWN NOSAVE", "SAVE", "BGSAVE",
    "BGREWRITEAOF", "ACL LIST", "ACL SETUSER default on nopass +@all", "CLIENT LIST", "MONITOR",
    "SCRIPT FLUSH", "FUNCTION LIST", "RENAME a b", "MIGRATE h 1 k 0 1", "RESTORE k 0 x", "SWAPDB 0 1",
    "SUBSCRIBE c", "PUBLISH c m", "XINFO HELP", "SORT k", "EVAL return(redis.call('FLUSHALL')) 0",
    "EVAL return(redis.call('KEYS','*')) 0"]


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(workers=1)


def folder_of(server):
    return os.path.join(server.data, "redis")


def test_nobody_gets_in_without_a_password(server):
    stranger = redis.Redis(unix_socket_path=os.path.join(folder_of(server), "redis.sock"))
    with pytest.raises(redis.exceptions.AuthenticationError):
        stranger.ping()


@pytest.mark.parametrize("command", FORBIDDEN)
def test_the_servers_user_may_not(server, command):
    database = server.managed_database("chatd")
    with pytest.raises(redis.exceptions.ResponseError) as refusal:
        database.execute_command(*command.split(" "))
    assert re.search("permission|can't run this|DEBUG command not allowed", str(refusal.value))


def test_the_user_of_everybody_can_do_nothing_although_it_has_rights(server):
    """Redis reads its append-only file with them."""
    stranger = redis.Redis(unix_socket_path=os.path.join(folder_of(server), "redis.sock"))
    for words in (["AUTH", "default", ""], ["AUTH", "x"], ["HELLO", "3"], ["GET", "k"]):
        with pytest.raises(redis.exceptions.RedisError):
            stranger.execute_command(*words)


def test_secrets_are_the_owners_alone_and_nowhere_else(server):
    folder = folder_of(server)
    assert os.stat(folder).st_mode & 0o777 == 0o700
    secrets = []
    for name in ("chatd.password", "admin.password"):
        assert os.stat(os.path.join(folder, name)).st_mode & 0o777 == 0o600
        secrets.append(open(os.path.join(folder, name)).read().strip())
    said = server.log() + open(os.path.join(folder, "redis.log")).read()
    for pid in [server.process.pid, server.managed_redis(), *server.workers()]:
        for source in ("cmdline", "environ"):
            said += open(f"/proc/{pid}/{source}", errors="replace").read()
    said += open(os.path.join(folder, "users.acl")).read()
    assert not [secret for secret in secrets if secret in said]


async def test_an_operator_makes_an_admin_with_redis_cli(server):
    """As docs/operating.md says."""
    user = await people.user(server, "promoted")
    folder = folder_of(server)
    done = subprocess.run(
        ["sh", "-c", 'REDISCLI_AUTH="$(cat redis/admin.password)" redis-cli -s redis/redis.sock '
         f'--user admin -n 15 HSET user_id:{user.user["user_id"]} role_id 99'],
        cwd=os.path.dirname(folder), capture_output=True, text=True, check=True)
    assert "ERR" not in done.stdout and not done.stderr
    again = await people.device(server, user)
    assert again.user["is_super_admin"] is True


async def test_a_data_folder_from_before_the_users_goes_on(own_house):
    """Its Redis had no password; the data stays, and the server's user gets its rights."""
    server = own_house.chatd(workers=1)
    user = await people.user(server, "older")
    await user.say("kept", id="kept")
    server.stop()
    for name in ("chatd.password", "admin.password", "users.acl"):
        os.remove(os.path.join(folder_of(server), name))
    before = own_house.prepare(workers=1)
    shutil.copytree(folder_of(server), folder_of(before))
    before.start()
    back = await people.guest(before)
    assert (await back.enter(user.user["username"], people.PASSWORD))["type"] == 205
    assert [message["id"] for message in (await back.history())["mess"]] == ["kept"]
