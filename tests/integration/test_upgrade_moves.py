"""USR2 after a change of where the server is: port, addresses, data. Nothing of the old place is kept."""

import asyncio
import json
import os
import pwd
import signal
import socket

import pytest

from harness import people, processes
from harness.server import free_port
from harness.upgrades import short, upgraded
from harness.waiting import eventually


@pytest.fixture(autouse=True)
def orphans():
    processes.adopt_orphans()


class Configured:
    """A server whose place is in its file, to be changed there."""

    def __init__(self, house, drain="1s", **options):
        folder = house.folder("conf")
        os.makedirs(folder)
        self.config = os.path.join(folder, "chatd.toml")
        self.server = house.prepare(config=self.config, options=short(drain=drain), **options)
        words = self.server.command()
        for flag in ("-p", "--data"):
            del words[words.index(flag):words.index(flag) + 2]
        self.server.command = lambda: words
        self.written = {"port": self.server.port, "data": self.server.data}

    def change(self, **options):
        self.written.update(options)
        with open(self.config, "w") as file:
            file.write("[server]\n")
            file.writelines(f"{name} = {json.dumps(value)}\n" for name, value in self.written.items())
        self.server.port, self.server.data = self.written["port"], self.written["data"]


def reachable(server, host="127.0.0.1", port=None):
    try:
        socket.create_connection((host, port or server.port), 5).close()
        return True
    except OSError:
        return False


async def test_new_port_takes_the_place_of_the_old_one(own_house):
    configured = Configured(own_house, redis=own_house.redis())
    server = configured.server
    configured.change()
    server.start()
    client, old_port = await people.user(server, "moves"), server.port
    configured.change(port=free_port())
    await upgraded(server)
    assert client.inbox.closed[0] == 1012
    assert (await (await people.device(server, of=client)).say("here"))["type"] == 110
    assert not reachable(server, port=old_port), "nobody would accept there"


@pytest.mark.parametrize("old, new, before, after", [
    ("127.0.0.1", "*", (True, False), (True, True)), ("*", "127.0.0.1", (True, True), (True, False)),
    ("127.0.0.1", "::1", (True, False), (False, True))])
async def test_new_bind_on_the_same_port(own_house, old, new, before, after):
    configured = Configured(own_house, redis=own_house.redis())
    server = configured.server
    configured.change(bind=old)
    server.start()
    assert (reachable(server, "127.0.0.1"), reachable(server, "::1")) == before
    configured.change(bind=new)
    await upgraded(server)
    assert (reachable(server, "127.0.0.1"), reachable(server, "::1")) == after
    # Nothing of the two addresses is in the way of the next one.
    configured.change(bind=old)
    await upgraded(server)
    assert (await (await people.user(server, "back")).say("hello"))["type"] == 110
    assert (reachable(server, "127.0.0.1"), reachable(server, "::1")) == before


async def test_new_bind_of_a_server_that_changed_its_user(own_house):
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    os.chmod(own_house.directory, 0o755)
    configured = Configured(own_house)
    server = configured.server
    nobody = pwd.getpwnam("nobody")
    os.chown(server.upload, nobody.pw_uid, nobody.pw_gid)
    configured.change(user="nobody", bind="127.0.0.1")
    server.start()
    configured.change(bind="*")
    await upgraded(server)
    assert processes.user(server.master) == nobody.pw_uid
    assert reachable(server, "::1")


async def test_old_redis_ends_with_the_old_server_when_data_is_new(own_house):
    """However it ends: no process of the new server holds on to it."""
    configured = Configured(own_house, drain="20s")
    server = configured.server
    configured.change()
    server.start()
    stays, redis = await people.user(server, "stays"), server.managed_redis()
    configured.change(data=own_house.folder("data"))
    old = await asyncio.to_thread(server.upgrade)
    assert server.managed_redis() not in (None, redis)
    os.kill(old, signal.SIGKILL)
    assert (await stays.inbox.wait_closed())[0] in (1001, 1012)
    await eventually(lambda: processes.ended(redis), "the old Redis ends", patience=30)
    assert (await people.user(server, "new")).user_id
