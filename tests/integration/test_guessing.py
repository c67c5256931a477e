"""Guessing passwords: slow for whoever guesses, unnoticed by the owner, and without a hint.

`make guess` runs the attack with 100,000 guesses; the suite with a few thousand.
"""

import asyncio
import glob
import json
import math
import os
import statistics
import time

import pytest

from harness import people
from harness.http_session import HttpSession

GUESSES = int(os.environ.get("GUESSES", "3000"))
ADDRESSES = [f"127.0.1.{number}" for number in range(1, 21)]
CONNECTIONS = 2  # of each address
BATCH = 25
WRONG, LIMITED = "wrong_password", "login_limited"
OLD_HASH = "$2y$10$BaKEvTq7Keix5aavYven0OxAYtJnBysHN6e2ETt5aHbCrRsqSyMZm"
CLOSE = 0.05


def most_looked_at(seconds):
    """How many guesses of one address at one account are looked at in that time: three at once, then
    one after 0.5 s, 1 s, 2 s … and at last one a minute."""
    count, at, wait = 3, 0.0, 0.5
    while at <= seconds:
        count, at, wait = count + 1, at + wait, min(wait * 2, 60)
    return count


class Guesser:
    """One connection that posts guesses, many under way at a time."""

    def __init__(self, server, address, name):
        self.server, self.address, self.name = server, address, name
        self.codes = {}

    async def run(self, count):
        self.reader, self.writer = await asyncio.open_connection(
            "127.0.0.1", self.server.port, local_addr=(self.address, 0))
        for first in range(0, count, BATCH):
            numbers = range(first, min(first + BATCH, count))
            self.writer.write(b"".join(self._guess(number) for number in numbers))
            for _ in numbers:
                code = await self._answer()
                self.codes[code] = self.codes.get(code, 0) + 1
        self.writer.close()

    def _guess(self, number):
        body = json.dumps({"username": self.name, "password": f"guess {self.address} {number}",
                           "login_only": True}).encode()
        return (b"POST /session HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                b"Content-Length: %d\r\n\r\n" % len(body)) + body

    async def _answer(self):
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        length = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
        return json.loads(await self.reader.readexactly(length))["code"]


class Owner:
    """The owner: talks on, in a session begun before, and logs in from home now and then."""

    def __init__(self, server, client):
        self.server, self.client = server, client
        self.answers, self.logins = [], []

    async def live(self):
        while True:
            await self._timed(self.answers, self._talk())
            if len(self.answers) % 10 == 1 and len(self.logins) < 20:
                await self._timed(self.logins, self._come_home())

    async def _timed(self, times, doing):
        begun = time.monotonic()
        await doing
        times.append(time.monotonic() - begun)
        await asyncio.sleep(0.05)

    async def _talk(self):
        assert (await self.client.say("undisturbed")).get("code") is None

    async def _come_home(self):
        loop = asyncio.get_running_loop()
        session = HttpSession(self.server, source="127.0.0.2")
        name = self.client.user["username"]
        status, message = await loop.run_in_executor(None, session.login, name, people.PASSWORD)
        assert status == 200, message


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_guesses_are_slowed_down_and_the_owner_is_not(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=2, limits=True)
    owner = Owner(server, await people.user(server, "victim"))
    name = owner.client.user["username"]
    guessers = [Guesser(server, address, name) for address in ADDRESSES for _ in range(CONNECTIONS)]
    living = asyncio.create_task(owner.live())
    begun = time.monotonic()
    await asyncio.gather(*(guesser.run(GUESSES // len(guessers)) for guesser in guessers))
    seconds = time.monotonic() - begun
    assert not living.done(), living.exception()
    while not owner.logins:
        await asyncio.sleep(0.05)
    living.cancel()
    codes = {}
    for guesser in guessers:
        for code, count in guesser.codes.items():
            codes[code] = codes.get(code, 0) + count
    print(f"\n{sum(codes.values())} guesses in {seconds:.1f} s from {len(ADDRESSES)} addresses: {codes}; "
          f"the owner: {len(owner.answers)} messages, p50 {statistics.median(owner.answers):.3f} s, "
          f"{len(owner.logins)} logins, the slowest {max(owner.logins):.2f} s")
    assert set(codes) <= {WRONG, LIMITED}
    assert sum(codes.values()) == GUESSES // len(guessers) * len(guessers)
    assert 0 < codes[WRONG] <= len(ADDRESSES) * most_looked_at(math.ceil(seconds))
    assert max(owner.logins) < 5


def cpu_ns(server):
    """What the only worker has computed so far, hashing threads included."""
    total = 0
    for path in glob.glob(f"/proc/{server.workers()[0]}/task/*/schedstat"):
        with open(path, encoding="ascii") as file:
            total += int(file.read().split()[0])
    return total


@pytest.fixture(scope="module")
def open_server(house):
    return house.chatd(redis=house.redis(), workers=1, options=[
        "--hash-threads", "3", "--login-timeout", "5m"])


async def names_of(server):
    """Somebody of today, somebody with a hash of the PHP original, and nobody."""
    known = (await people.user(server, "known")).user["username"]
    old = await people.user(server, "old")
    server.database().hset(f"user_id:{old.user_id}", "password", OLD_HASH)
    return {"known": known, "old": old.user["username"], "unknown": people.new_name("nobody")}


def alike(middle):
    """Whether all values lie within a twentieth of each other."""
    return max(middle.values()) - min(middle.values()) <= CLOSE * max(middle.values())


async def measure_until_alike(what, measure):
    """Other work on the machine can make a difference once; one that is there stays."""
    for _ in range(4):
        middle = await measure()
        print(f"\n{what}: {middle}")
        if alike(middle):
            return
    raise AssertionError(f"{what}: {middle}")


def over_http(server, name):
    return HttpSession(server).login(name, "wrong", login_only=True)[1]


async def over_socket(client, name):
    return await client.ask(204, username=name, password="wrong", login_only=True)


@pytest.mark.long
@pytest.mark.parametrize("surface", ["http", "socket"])
async def test_known_and_unknown_names_are_refused_alike_in_text_and_time(open_server, surface):
    names = await names_of(open_server)
    clients = {kind: await people.guest(open_server) for kind in names}
    texts = set()

    async def timed_refusal(kind, times):
        begun = time.monotonic()
        if surface == "http":
            answer = await asyncio.to_thread(over_http, open_server, names[kind])
        else:
            answer = await over_socket(clients[kind], names[kind])
        times[kind].append(time.monotonic() - begun)
        texts.add(str({key: value for key, value in answer.items()
                       if key not in ("timestamp", "trace_id")}))

    async def measure():
        times = {kind: [] for kind in names}
        for _ in range(5):
            await asyncio.gather(*(timed_refusal(kind, times) for kind in names))
        return {kind: statistics.median(values) for kind, values in times.items()}

    await measure_until_alike(f"seconds to a refusal, {surface}", measure)
    assert len(texts) == 1 and WRONG in texts.pop()


@pytest.mark.long
async def test_an_unknown_name_costs_as_much_computing_as_a_known_one(open_server):
    names = await names_of(open_server)
    clients = [await people.guest(open_server) for _ in range(15)]

    async def measure():
        costs = {"known": [], "unknown": []}
        for _ in range(5):
            for kind in costs:
                before = cpu_ns(open_server)
                await asyncio.gather(*(over_socket(client, names[kind]) for client in clients))
                costs[kind].append((cpu_ns(open_server) - before) / len(clients) / 1e6)
        return {kind: statistics.median(values) for kind, values in costs.items()}

    await measure_until_alike("ms of computing for a refusal", measure)


async def test_a_refused_registration_does_not_tell_whether_the_name_is_known(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1, limits=True, options=[
        "--registrations-per-address", "1/h"])
    known = (await people.user(server, "known")).user["username"]
    answers = {}
    for kind, name in (("known", known), ("unknown", people.new_name("nobody"))):
        status, message = HttpSession(server).login(name, "wrong")
        assert 3000 < message["retry_after"] <= 3600
        answers[kind] = (status, message["code"], message["mess"])
    assert answers["known"] == answers["unknown"] and answers["known"][1] == LIMITED
    assert HttpSession(server).login(known, people.PASSWORD)[0] == 200, "the owner, there too"
    for name in (known, people.new_name("nobody")):
        codes = [HttpSession(server, source="127.0.0.9").login(name, "wrong", login_only=True)[1]["code"]
                 for _ in range(5)]
        assert codes[:3] == [WRONG] * 3 and codes[4] == LIMITED
