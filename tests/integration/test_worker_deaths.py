"""Workers killed again and again under load: back at once, their own clients only, no ghosts.

CHATD_FULL=1 kills a hundred times; otherwise ten.
"""

import asyncio
import os
import random
import statistics
import time

import pytest

from harness import people, processes
from harness.waiting import eventually
from reference_client import ReferenceClient

KILLS = 100 if os.environ.get("CHATD_FULL") else 10
CLIENTS = 30


class Crowd:
    def __init__(self, server):
        self.given = []
        self.clients = []
        for _ in range(CLIENTS):
            numbers = []
            self.given.append(numbers)
            self.clients.append(ReferenceClient(
                server.url(), people.new_name("crowd"), people.PASSWORD,
                on_message=lambda message, numbers=numbers: numbers.append(message["seq"])))
        self.acknowledged = []

    async def start(self):
        await asyncio.gather(*(client.start() for client in self.clients))

    async def talk(self):
        while True:
            stored = await random.choice(self.clients).send("0", "still there?")
            self.acknowledged.append(stored["seq"])

    def ports(self):
        return [client._socket.local_address[1] for client in self.clients]

    def ready(self):
        return all(client.ready.is_set() for client in self.clients)


async def killed(server, crowd):
    """Kills one worker; seconds until a new one serves, once every client is back."""
    held = server.workers_of(crowd.ports())
    victim = random.choice([worker for worker in held if worker])
    expected = [client.connections + (worker == victim)
                for client, worker in zip(crowd.clients, held)]
    begun = time.monotonic()
    size = len(server.log())
    server.kill_worker(victim)
    await eventually(lambda: "is ready" in server.log()[size:], "a new worker", pause=0.005)
    took = time.monotonic() - begun
    await eventually(lambda: crowd.ready() and all(
        client.connections >= count for client, count in zip(crowd.clients, expected)),
                     "those that it held are back", patience=20)
    assert [client.connections for client in crowd.clients] == expected
    return took


@pytest.mark.long
@pytest.mark.timeout(600)
async def test_workers_die_under_load_and_nobody_else_notices(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=3)
    crowd = Crowd(server)
    await crowd.start()
    talking = [asyncio.create_task(crowd.talk()) for _ in range(3)]
    took = [await killed(server, crowd) for _ in range(KILLS)]
    for task in talking:
        task.cancel()
    await asyncio.gather(*talking, return_exceptions=True)
    server.expect_new_workers()

    database = server.database()
    ids = {client.user_id for client in crowd.clients}
    await eventually(lambda: database.smembers("user") == ids, "no ghost is online", patience=35)
    newest = database.zcard("message:common_id:0")
    await eventually(lambda: all(numbers and numbers[-1] == newest for numbers in crowd.given),
                     "everybody has all")
    for numbers in crowd.given:
        assert numbers == list(range(numbers[0], newest + 1))
    assert set(crowd.acknowledged) <= set(crowd.given[0])
    print(f"{KILLS} kills, {newest} messages, back after {statistics.median(took):.3f} s (median), "
          f"{max(took):.3f} s (longest), {sum(client.connections - 1 for client in crowd.clients)} "
          f"reconnects, memory {[processes.resident(pid) >> 20 for pid in server.workers()]} MiB")
    assert statistics.median(took) < 1
    await asyncio.gather(*(client.stop() for client in crowd.clients))
