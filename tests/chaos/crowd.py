"""A process full of reference clients that talk until told to stop, and keep what they were given.

Driven over a pipe by the run; answers every command with one object:

    ("found", members)       makes the group `members` and answers its id
    ("talk", groups)         begins to talk to the lobby, to groups and to each other
    ("cut", share)           breaks that share of the connections off, without a word
    ("stall", share, time)   stops reading on that share of the connections for some seconds
    ("count",)               how many messages were given out so far
    ("hush",)                stops talking; answers all acknowledgements once every send has one
    ("texts",)               what each message that was changed or taken back says in the end
    ("finish", heads, time)  waits until every client has all up to `heads`; answers everything
"""

import asyncio
import os
import random
import sys
import time
import uuid

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "client"))

from reference_client import ReferenceClient  # noqa: E402

LOBBY = "lobby"
EDIT, RECALL = 120, 121
FOUND_GROUP = 1100


def canonical(conversation, user_id):
    """A name that is the same for all who are in the conversation."""
    if not conversation.startswith("user:"):
        return conversation
    return "direct:" + ",".join(sorted([user_id, conversation.removeprefix("user:")]))


class Member:
    """One client, and what it was given."""

    def __init__(self, urls, name, password, random_source):
        self.given = {}   # conversation: [(seq, id), …] in the order it came
        self.texts = {}   # (conversation, seq): what that message says now; None: taken back
        self.said = []    # (conversation, receiver, seq) of messages that may still be changed
        self.resets = []  # (conversation, state) that cannot go on
        self.groups = []
        self.away_since = None
        self.longest_away = 0.0
        self.client = ReferenceClient(
            lambda: random_source.choice(urls), name, password,
            on_message=self._on_message, on_reset=self._on_reset)

    @property
    def id(self):
        return self.client.user_id

    def _on_message(self, message):
        conversation = canonical(message["conversation"], self.id)
        self.given.setdefault(conversation, []).append((message["seq"], message.get("id", "")))
        mess = message["mess"]
        if message["type"] in (EDIT, RECALL):
            self.texts[conversation, mess["seq"]] = mess.get("mess")
        else:
            self.texts[conversation, message["seq"]] = None if message.get("recalled") else mess

    def _on_reset(self, conversation, state):
        if state != "new":
            self.resets.append((conversation, state))

    def watch(self, now):
        """Notes how long it was not connected."""
        if self.client.ready.is_set():
            self.away_since = None
        else:
            self.away_since = self.away_since or now
            self.longest_away = max(self.longest_away, now - self.away_since)


class Crowd:
    def __init__(self, urls, names, password, rate, seed):
        self.random = random.Random(seed)
        self.members = [Member(urls, name, password, self.random) for name in names]
        self.rate = rate  # messages a second of all its members together
        self.everybody = []
        self.acknowledged = []  # (conversation, seq, id)
        self.changed = {}       # (conversation, seq): what that message says since; None: taken back
        self.sending = set()
        self.talking = None
        self.watching = None

    async def start(self):
        gate = asyncio.Semaphore(20)

        async def start(member):
            async with gate:
                await member.client.start()

        await asyncio.gather(*(start(member) for member in self.members))
        self.watching = asyncio.create_task(self._watch())
        return [member.id for member in self.members]

    async def found(self, members):
        founder = self.members[0].client
        answer = await founder._ask(FOUND_GROUP, mess={"name": "chaos", "members": members})
        return answer

    async def talk(self, groups, everybody):
        self.everybody = everybody
        for member in self.members:
            member.groups = [group for group, users in groups.items() if member.id in users]
        self.talking = asyncio.create_task(self._talk())

    async def cut(self, share):
        for member in self._some(share):
            socket = member.client._socket
            if socket is not None and socket.transport is not None:
                socket.transport.abort()

    async def stall(self, share, seconds):
        stalled = [member.client._socket.transport for member in self._some(share)
                   if member.client.ready.is_set()]
        for transport in stalled:
            self._quietly(transport.pause_reading)
        loop = asyncio.get_running_loop()
        for transport in stalled:
            loop.call_later(seconds, self._quietly, transport.resume_reading)

    async def count(self):
        return sum(len(given) for member in self.members for given in member.given.values())

    async def hush(self):
        self.talking.cancel()
        await asyncio.gather(*self.sending)
        return self.acknowledged

    async def texts(self):
        return self.changed

    async def finish(self, heads, patience):
        deadline = time.monotonic() + patience

        def behind(member):
            own = {canonical(name, member.id): place[0]
                   for name, place in member.client.places.items()}
            return any(own.get(name, 0) < seq for name, (seq, users) in heads.items()
                       if users is None or member.id in users)

        while any(behind(member) for member in self.members) and time.monotonic() < deadline:
            await asyncio.sleep(0.2)
        self.watching.cancel()
        for member in self.members:
            await member.client.stop()
        return [{"id": member.id, "given": member.given, "texts": member.texts, "resets": member.resets,
                 "connections": member.client.connections, "overlaps": member.client.overlaps,
                 "longest_away": member.longest_away} for member in self.members]

    def _some(self, share):
        return self.random.sample(self.members, max(1, int(len(self.members) * share)))

    @staticmethod
    def _quietly(act):
        try:
            act()
        except RuntimeError:
            pass  # the connection is gone

    async def _watch(self):
        while True:
            now = time.monotonic()
            for member in self.members:
                member.watch(now)
            await asyncio.sleep(0.1)

    async def _talk(self):
        begun, said = time.monotonic(), 0
        while True:
            while said < (time.monotonic() - begun) * self.rate:
                said += 1
                task = asyncio.create_task(self._say_something())
                self.sending.add(task)
                task.add_done_callback(self.sending.discard)
            await asyncio.sleep(0.02)

    async def _say_something(self):
        member, kind, id = self.random.choice(self.members), self.random.random(), str(uuid.uuid4())
        if kind < 0.15 and member.said:
            return await self._change_something(member, id)
        if kind < 0.7:
            conversation, receiver, private = LOBBY, "0", False
        elif kind < 0.9 and member.groups:
            receiver, private = self.random.choice(member.groups), False
            conversation = f"group:{receiver}"
        else:
            receiver, private = self.random.choice(self.everybody), True
            conversation = canonical(f"user:{receiver}", member.id)
        stored = await member.client.send(receiver, f"said {id}", private=private, id=id)
        self.acknowledged.append((conversation, stored["seq"], id))
        member.said.append((conversation, receiver, stored["seq"]))

    async def _change_something(self, member, id):
        # Out of the list meanwhile, so that of two changes it is known which is the last.
        what = member.said.pop(self.random.randrange(len(member.said)))
        conversation, receiver, seq = what
        text = f"changed {id}" if self.random.random() < 0.8 else None
        if text is None:
            stored = await member.client.recall(receiver, seq, id)
        else:
            stored = await member.client.edit(receiver, seq, text, id)
            member.said.append(what)
        self.acknowledged.append((conversation, stored["seq"], id))
        self.changed[conversation, seq] = text


def run(pipe, urls, names, password, rate, seed):
    """The life of a crowd's process."""
    asyncio.run(_obey(pipe, Crowd(urls, names, password, rate, seed)))


async def _obey(pipe, crowd):
    loop = asyncio.get_running_loop()
    word = None
    while word != "finish":
        word, *arguments = await loop.run_in_executor(None, pipe.recv)
        pipe.send(await getattr(crowd, word)(*arguments))
