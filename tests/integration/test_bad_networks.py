"""Connections that are slow, cut, half-open or late: every message reaches everybody once, in order."""

import asyncio
import random

from harness import people
from harness.bad_network import BadNetwork
from harness.waiting import eventually
from reference_client import ReferenceClient

CLIENTS = 8
ENOUGH = 300  # messages


class Traveller:
    """A client behind the bad network that says one thing after the other."""

    def __init__(self, network, number):
        self.given_out, self.sent, self.acknowledged, self.resets = [], [], {}, []
        self.client = ReferenceClient(
            network.url(), people.new_name("far"), people.PASSWORD,
            on_message=lambda message: self.given_out.append((message["seq"], message["id"])),
            on_reset=lambda *what: self.resets.append(what))
        self.number = number

    async def talk(self):
        while True:
            id = f"{self.number}-{len(self.sent)}"
            self.sent.append(id)
            self.acknowledged[id] = (await self.client.send("0", id, id=id))["seq"]

    def delivered(self):
        return [id for _, id in self.given_out]


async def test_slow_cut_half_open_and_late_connections_lose_and_double_nothing(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=2, options=["--max-devices", "50"])
    chance = random.Random(7)
    async with BadNetwork(server, chance) as network:
        travellers = [Traveller(network, number) for number in range(CLIENTS)]
        await asyncio.gather(*(traveller.client.start() for traveller in travellers))
        talking = [asyncio.create_task(traveller.talk()) for traveller in travellers]
        struck = dict.fromkeys(network.FAULTS, 0)

        def acknowledged():
            return sum(len(traveller.acknowledged) for traveller in travellers)

        rounds = 0
        while acknowledged() < ENOUGH or rounds < 12:
            fault = network.FAULTS[rounds % len(network.FAULTS)]
            struck[fault] += network.strike(fault, 0.5)
            rounds += 1
            await asyncio.sleep(chance.uniform(0.2, 0.6))
        network.bad = False
        for task in talking:
            task.cancel()
        await asyncio.gather(*talking, return_exceptions=True)

        sent = {id for traveller in travellers for id in traveller.sent}
        database = server.database()
        await eventually(lambda: database.zcard("message:common_id:0") == len(sent),
                         "all that was sent is stored", patience=60)
        await eventually(lambda: all(len(traveller.given_out) >= len(sent)
                                     for traveller in travellers), "all is there", patience=60)
        print(f"\n{len(sent)} messages, {acknowledged()} acknowledged to their senders meanwhile; "
              f"connections struck: {struck}; "
              f"{sum(traveller.client.connections - 1 for traveller in travellers)} reconnects")
        for traveller in travellers:
            assert traveller.resets == []
            assert [seq for seq, _ in traveller.given_out] == list(range(1, len(sent) + 1))
            assert set(traveller.delivered()) == sent
            assert traveller.delivered() == travellers[0].delivered()
            for id, seq in traveller.acknowledged.items():
                assert travellers[0].given_out[seq - 1] == (seq, id)
        assert all(struck.values())
        await asyncio.gather(*(traveller.client.stop() for traveller in travellers))
