"""The users of a test: clients that are closed when the test is over, with names of their own."""

import asyncio
import itertools
import time

import websockets

from legacy_client import LegacyClient
from msgpack_client import MsgpackClient

from .waiting import eventually

PASSWORD = "pw-12345"
_numbers = itertools.count(1)
_present = []


def new_name(prefix):
    """A user name that no other test uses."""
    return f"{prefix}{next(_numbers)}"


async def legacy_guest(server, **options):
    """A connection on the legacy wire that has not logged in."""
    client = await LegacyClient.connect(server.url(), tls=server.tls(), **options)
    _present.append(client)
    return client


async def guest(server, **options):
    """A connection on the msgpack wire that has not logged in."""
    client = await MsgpackClient.connect(server.url(), tls=server.tls(), **options)
    _present.append(client)
    return client


async def legacy(server, prefix, **options):
    """A new user on the legacy wire."""
    return await logged_in(await legacy_guest(server, **options), new_name(prefix))


async def user(server, prefix, **options):
    """A new user on the msgpack wire."""
    return await logged_in(await guest(server, **options), new_name(prefix))


async def device(server, of, **options):
    """A further msgpack connection of somebody who is logged in."""
    client = await guest(server, **options)
    answer = await client.resume(of.session_id)
    assert answer["type"] == 205, answer
    return client


async def logged_in(client, name):
    answer = await client.enter(name, PASSWORD)
    assert answer["type"] == 205, answer
    return client


async def enter_when_possible(server, name):
    """Logs in by name as soon as the server takes logins again, and sends nobody away any more."""
    deadline = time.monotonic() + 30
    while True:
        client = await guest(server)
        try:
            while (await client.enter(name, PASSWORD))["type"] != 205:
                assert time.monotonic() < deadline
                await asyncio.sleep(0.1)
            return client
        except (AssertionError, websockets.ConnectionClosed):
            if client.inbox.closed is None or time.monotonic() > deadline:
                raise


async def on_each_worker(server, enter, prefix):
    """A new user on every worker of the server: `enter` is `user` or `legacy`."""
    arrive = {user: guest, legacy: legacy_guest}[enter]
    found = {}
    for _ in range(200):
        client = await arrive(server)
        worker = server.worker_of(client.port)
        if worker in found:
            await client.close()  # before a login, which costs a password's hash
        else:
            found[worker] = await logged_in(client, new_name(prefix))
        if len(found) == server.worker_count:
            return list(found.values())
    raise AssertionError(f"200 connections reached only {len(found)} workers")


async def on_two_workers(server):
    """Two new msgpack users whose connections are held by different workers."""
    return (await on_each_worker(server, user, "apart"))[:2]


async def until_offline(server, user_id):
    """Waits until a user who left is off the online list."""
    await eventually(lambda: not server.database().sismember("user", user_id), "offline",
                     patience=30)


async def dismiss():
    """Closes every client of the test that just ended."""
    while _present:
        client = _present.pop()
        await client.close()


def run(coroutine):
    """Runs a coroutine in a loop of its own; the clients that it opened are closed at its end."""
    async def run_and_dismiss():
        try:
            return await coroutine
        finally:
            await dismiss()

    return asyncio.run(run_and_dismiss())
