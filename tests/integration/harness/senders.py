"""People who write numbered messages to the lobby and come back whenever they are sent away."""

import asyncio
from collections import Counter

import websockets

from legacy_client import LegacyClient
from reference_client import ReferenceClient

from . import people


class Senders:
    """`reference` clients of the msgpack wire and `legacy` ones, which send until they are stopped.

    The first hear everything, over every reconnect. An acknowledged message is one that is stored;
    on the legacy wire, which knows none, that is said by the sender's own copy.
    """

    def __init__(self, server, reference=4, legacy=2, pause=0.05):
        self.server = server
        self.pause = pause
        self.acknowledged = []
        self.heard = [[] for _ in range(reference)]
        self.reconnects = 0
        self.refused = 0  # connections that legacy clients could not make
        self.clients = [self._listener(heard) for heard in self.heard]
        self._legacy = [people.new_name("old") for _ in range(legacy)]
        self._stopping = False
        self._tasks = []

    async def start(self):
        await asyncio.gather(*(client.start() for client in self.clients))
        self._tasks = [asyncio.create_task(self._speak(client)) for client in self.clients]
        self._tasks += [asyncio.create_task(self._speak_legacy(name)) for name in self._legacy]

    async def stop(self):
        """Everybody ends after the last acknowledgement."""
        self._stopping = True
        await asyncio.gather(*self._tasks)
        self.reconnects += sum(client.connections - 1 for client in self.clients)

    async def judge(self):
        """Waits until all is heard; fails unless that is each message once and in order."""
        wanted = set(self.acknowledged)
        deadline = asyncio.get_running_loop().time() + 30
        while not all(wanted <= {id for _, id in heard} for heard in self.heard):
            assert asyncio.get_running_loop().time() < deadline, self.figures()
            await asyncio.sleep(0.05)
        for client in self.clients:
            await client.stop()
        for heard in self.heard:
            seqs = [seq for seq, _ in heard]
            assert seqs == list(range(seqs[0], seqs[0] + len(seqs))), "without gaps, in order"
            assert max(Counter(id for _, id in heard).values()) == 1, "nothing twice"

    def figures(self):
        missing = [len(set(self.acknowledged) - {id for _, id in heard}) for heard in self.heard]
        return (f"{len(self.acknowledged)} messages acknowledged, {len(self.heard)} listeners, "
                f"missing {missing}, {self.reconnects} reconnects, {self.refused} refused")

    def _listener(self, heard):
        return ReferenceClient(
            self.server.url(), people.new_name("sender"), people.PASSWORD, tls=self.server.tls(),
            on_message=lambda message: heard.append((message["seq"], message["id"])))

    async def _speak(self, client):
        number = 0
        while not self._stopping:
            number += 1
            stored = await client.send("0", f"{number}")
            self.acknowledged.append(stored["id"])
            await asyncio.sleep(self.pause)

    async def _speak_legacy(self, name):
        number = 0
        while not self._stopping:
            try:
                client = await LegacyClient.connect(self.server.url(), tls=self.server.tls())
            except (OSError, websockets.WebSocketException):
                self.refused += 1
                continue
            try:
                await client.enter(name, people.PASSWORD)
                while not self._stopping:
                    number += 1
                    await client.send(100, mess=f"{number}", id=f"{name}-{number}")
                    await client.expect(100, id=f"{name}-{number}")
                    self.acknowledged.append(f"{name}-{number}")
                    await asyncio.sleep(self.pause)
            except (AssertionError, websockets.ConnectionClosed):
                code, _ = await client.inbox.wait_closed(patience=2)
                assert code in (1001, 1012), code
                self.reconnects += 1
            finally:
                await client.close()
