#!/usr/bin/env python3
"""Chaos: hundreds of clients talk over two nodes while everything is killed, paused, cut and restarted.

At the end every acknowledged message must have reached every client it was for, once and in order, and say
there what it said last. Prints what was done and what became of it; exits with 1 when anything was lost,
doubled, out of order or stale.
"""

import argparse
import asyncio
import multiprocessing
import os
import random
import sys
import tempfile
import time
from collections import Counter

HERE = os.path.dirname(os.path.abspath(__file__))
for folder in (HERE, os.path.join(HERE, "..", "integration"), os.path.join(HERE, "..", "client")):
    sys.path.insert(0, folder)

import crowd  # noqa: E402
from faults import Faults  # noqa: E402
from harness.redis_server import RedisServer  # noqa: E402
from harness.server import Chatd  # noqa: E402
from judge import judge  # noqa: E402

OPTIONS = ["--rate-limits", "off", "--drain-timeout", "5s", "--redis-timeout", "2s"]


class CrowdProcess:
    """A crowd in a process of its own."""

    def __init__(self, *arguments):
        self.pipe, other = multiprocessing.Pipe()
        self.process = multiprocessing.Process(target=crowd.run, args=(other, *arguments), daemon=True)
        self.process.start()
        other.close()
        self._turn = asyncio.Lock()

    async def ask(self, *command):
        async with self._turn:
            self.pipe.send(command)
            return await asyncio.to_thread(self.pipe.recv)


class Run:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.folder = tempfile.TemporaryDirectory(prefix="chaos-")
        self.redis = RedisServer(self._path("redis"), append_only=True)
        self.nodes = []
        self.crowds = []
        self.groups = {}
        self.struck = Counter()

    def _path(self, name):
        return os.path.join(self.folder.name, name)

    async def start(self):
        self.redis.start()
        for number in range(2):
            os.makedirs(self._path(f"node{number}"))
            node = Chatd(self._path(f"node{number}"), redis=self.redis, workers=2, options=OPTIONS)
            self.nodes.append(node.start())
        urls = [node.url() for node in self.nodes]
        share = self.options.clients // self.options.processes
        for number in range(self.options.processes):
            names = [f"c{number}x{place}" for place in range(share)]
            self.crowds.append(CrowdProcess(
                urls, names, "pw-12345", self.options.rate / self.options.processes,
                self.random.random()))
        self.users = sum(await asyncio.gather(*(each.ask("start") for each in self.crowds)), [])
        for _ in range(self.options.groups):
            users = self.random.sample(self.users, max(3, len(self.users) // 10))
            answer = await self.crowds[0].ask("found", users)
            self.groups[answer["receiver_id"]] = {*users, self.users[0]}
        await asyncio.gather(*(each.ask("talk", self.groups, self.users) for each in self.crowds))

    async def break_things(self):
        """All faults, then on until enough was delivered."""
        faults = Faults(self)
        kinds = self.options.kinds or faults.WEIGHTS
        names, weights = zip(*((kind, faults.WEIGHTS[kind]) for kind in kinds))
        for number in range(self.options.faults):
            name = self.random.choices(names, weights)[0]
            self.struck[name] += 1
            await faults.strike(name)
            await asyncio.sleep(self.random.uniform(0, 2 * self.options.pause))
            if (number + 1) % 20 == 0:
                print(f"{number + 1} faults, {await self._delivered():,} deliveries", flush=True)
        await faults.heal()
        deadline = time.monotonic() + self.options.patience
        while await self._delivered() < self.options.deliveries and time.monotonic() < deadline:
            await asyncio.sleep(0.5)

    async def _delivered(self):
        return sum(await asyncio.gather(*(each.ask("count") for each in self.crowds)))

    async def verdict(self):
        acknowledged = sum(await asyncio.gather(*(each.ask("hush") for each in self.crowds)), [])
        texts = {}
        for each in self.crowds:
            texts |= await each.ask("texts")
        heads = {}
        for conversation, seq, _ in acknowledged:
            newest, users = heads.get(conversation, (0, self._users_of(conversation)))
            heads[conversation] = max(newest, seq), users
        answers = await asyncio.gather(
            *(each.ask("finish", heads, self.options.patience) for each in self.crowds))
        self.members = sum(answers, [])
        return judge(acknowledged, self.members, self.groups, texts)

    def _users_of(self, conversation):
        if conversation.startswith("group:"):
            return self.groups[conversation.removeprefix("group:")]
        if conversation.startswith("direct:"):
            return set(conversation.removeprefix("direct:").split(","))
        return None

    def stop(self):
        for each in self.crowds:
            each.process.kill()
        for node in self.nodes:
            node.stop()
        self.redis.stop()
        self.folder.cleanup()

    def report(self, verdict, seconds):
        for name, times in self.struck.most_common():
            print(f"  {times:5}  {name.replace('_', ' ')}")
        resets = Counter(state for member in self.members for _, state in member["resets"])
        print(f"faults {sum(self.struck.values())}, seconds {seconds:.0f}, seed {self.options.seed}")
        print(f"clients {len(self.members)}, reconnects "
              f"{sum(member['connections'] - 1 for member in self.members)}, longest away "
              f"{max(member['longest_away'] for member in self.members):.1f} s, overlaps sorted out "
              f"{sum(member['overlaps'] for member in self.members)}, told to reload {dict(resets)}")
        print(f"acknowledged {verdict.acknowledged}, delivered {verdict.delivered}, lost {verdict.lost}, "
              f"doubled {verdict.doubled}, out of order {verdict.out_of_order}, changed "
              f"{verdict.changed}, stale {verdict.stale}", flush=True)
        for member in self.members:
            for conversation, state in member["resets"]:
                print(f"  told to reload: {member['id']} {conversation} {state}")
        for example in verdict.examples:
            print(f"  {example}")


async def run(options):
    run = Run(options)
    begun = time.monotonic()
    try:
        await run.start()
        await run.break_things()
        verdict = await run.verdict()
    finally:
        run.stop()
    run.report(verdict, time.monotonic() - begun)
    enough = verdict.delivered >= options.deliveries
    if not enough:
        print(f"fewer than {options.deliveries} deliveries")
    return 0 if verdict.clean and enough else 1


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clients", type=int, default=500)
    parser.add_argument("--processes", type=int, default=4, help="that the clients are spread over")
    parser.add_argument("--groups", type=int, default=10)
    parser.add_argument("--faults", type=int, default=200)
    parser.add_argument("--kinds", nargs="*", choices=Faults.WEIGHTS, help="these faults only")
    parser.add_argument("--pause", type=float, default=1.2, help="mean seconds between two faults")
    parser.add_argument("--rate", type=float, default=15, help="messages a second of all together")
    parser.add_argument("--deliveries", type=int, default=1_000_000, help="at least so many")
    parser.add_argument("--patience", type=float, default=120, help="longest wait for the rest")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1_000_000))
    return asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    sys.exit(main())
