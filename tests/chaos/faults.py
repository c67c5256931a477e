"""What can go wrong with two servers, their Redis and their clients, each as a function to call."""

import asyncio
import os
import signal

from harness import processes


class Faults:
    """House: `nodes`, `redis`, `crowds` (each with `ask(word, …)`), `random`."""

    def __init__(self, house):
        self.house = house
        self.healing = set()  # what undoes a fault later
        self.busy = set()     # nodes that are being started again

    # One of these is drawn with this weight.
    WEIGHTS = {
        "worker_killed": 24, "worker_paused": 10, "worker_taken_for_dead": 1, "redis_killed": 8,
        "redis_paused": 6, "node_killed": 6, "node_restarted": 6, "master_killed": 5,
        "upgraded": 6, "configuration_reloaded": 8, "sockets_cut": 16, "readers_stalled": 10,
    }

    async def strike(self, name):
        await getattr(self, name)()

    async def heal(self):
        """Waits until everything that was broken is whole again."""
        while self.healing:
            await asyncio.gather(*self.healing)

    # The faults.

    async def worker_killed(self):
        worker = await self._worker()
        if worker:
            self._kill(worker, signal.SIGKILL)

    async def worker_paused(self):
        self._pause(await self._worker(), self.house.random.uniform(1, 8))

    async def worker_taken_for_dead(self):
        self._pause(await self._worker(), 25)

    async def redis_killed(self):
        redis = self.house.redis
        if redis.process.poll() is None:
            redis.kill()
            await asyncio.sleep(self.house.random.uniform(0, 1.5))
            await asyncio.to_thread(redis.start)

    async def redis_paused(self):
        self._pause(self.house.redis.process.pid, self.house.random.uniform(0.5, 4))

    async def node_killed(self):
        node = await self._node()
        for pid in [node.master, *node.workers()]:
            self._kill(pid, signal.SIGKILL)
        self._start_again(node)

    async def node_restarted(self):
        node = await self._node()
        node.signal(signal.SIGTERM)
        self._start_again(node)

    async def master_killed(self):
        node = await self._node()
        self._kill(node.master, signal.SIGKILL)
        self._start_again(node)

    async def upgraded(self):
        """The server is replaced by a new one, as for a new version."""
        node = await self._node()
        self.busy.add(node)
        self._later(self._upgrade(node))

    async def configuration_reloaded(self):
        (await self._node()).signal(signal.SIGHUP)

    async def sockets_cut(self):
        await self._crowd().ask("cut", self.house.random.uniform(0.02, 0.3))

    async def readers_stalled(self):
        await self._crowd().ask("stall", 0.05, self.house.random.uniform(1, 6))

    # What they are made of.

    def _crowd(self):
        return self.house.random.choice(self.house.crowds)

    async def _node(self):
        """A node that runs; others may be on their way."""
        while len(self.busy) == len(self.house.nodes):
            await asyncio.sleep(0.1)
        return self.house.random.choice([node for node in self.house.nodes
                                         if node not in self.busy])

    async def _worker(self):
        workers = (await self._node()).workers()
        return self.house.random.choice(workers) if workers else None

    @staticmethod
    def _kill(pid, number):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass  # it ended by itself just now

    def _pause(self, pid, seconds):
        if pid is None:
            return
        self._kill(pid, signal.SIGSTOP)
        self._later(self._go_on(pid, seconds))

    async def _go_on(self, pid, seconds):
        await asyncio.sleep(seconds)
        if processes.state(pid) == "T":
            self._kill(pid, signal.SIGCONT)

    def _start_again(self, node):
        self.busy.add(node)
        self._later(self._start(node))

    async def _upgrade(self, node):
        try:
            await asyncio.to_thread(node.upgrade)
        except AssertionError:
            pass  # as while Redis is away: the old one goes on
        self.busy.discard(node)

    async def _start(self, node):
        while not processes.ended(node.master):
            node.process.poll()
            await asyncio.sleep(0.05)
        await asyncio.sleep(self.house.random.uniform(0, 1))
        while True:
            try:
                await asyncio.to_thread(node.start)
                break
            except AssertionError:  # as while Redis is away, or the old workers still drain
                node.process.kill()
                await asyncio.to_thread(node.process.wait)
                await asyncio.sleep(0.5)
        self.busy.discard(node)

    def _later(self, coroutine):
        task = asyncio.create_task(coroutine)
        self.healing.add(task)
        task.add_done_callback(self.healing.discard)
