"""People who keep talking while something breaks, and what became of each of their messages."""

import asyncio
import time

import websockets

from . import people
from .waiting import eventually


class Talker:
    """One user who says one text after the other, and repeats each until it is acknowledged.

    It comes back when the server sends it away.
    """

    def __init__(self, server, client):
        self.server = server
        self.client = client
        self.acknowledged = {}  # id → (when, the acknowledgement)
        self.refused = []       # (when, code)
        self.closed = []        # close codes
        self._stopping = False
        self._task = asyncio.create_task(self._talk())

    @classmethod
    async def enter(cls, server, prefix="talker"):
        return cls(server, await people.user(server, prefix))

    async def stop(self):
        self._stopping = True
        await self._task

    async def _talk(self):
        number = 0
        while not self._stopping:
            id = f"{self.client.user_id}-{number}"
            number += 1
            while not self._stopping and id not in self.acknowledged:
                await self._try(id)

    async def _try(self, id):
        try:
            answer = await self.client.say(id, id=id)
        except (AssertionError, websockets.ConnectionClosed):
            await self._come_back()
            return
        if answer["type"] == 110:
            self.acknowledged[id] = (time.monotonic(), answer)
            await asyncio.sleep(0.002)
        else:
            self.refused.append((time.monotonic(), answer["code"]))
            await asyncio.sleep(0.05)

    async def _come_back(self):
        self.closed.append((await self.client.inbox.wait_closed())[0])
        session, user = self.client.session_id, self.client.user
        while not self._stopping:
            client = await people.guest(self.server)
            answer = await client.resume(session)
            if answer["type"] == 205:
                self.client = client
                return
            # A session of the last moment may be lost with the rest: in by name then.
            if answer["code"] == "login_required":
                answer = await client.enter(user["username"], people.PASSWORD)
                if answer["type"] == 205:
                    self.client = client
                    return
            await client.close()
            await asyncio.sleep(0.05)


class Talk:
    """Several talkers, and the figures of what they met."""

    def __init__(self, server, talkers):
        self.server = server
        self.talkers = talkers

    @classmethod
    async def begin(cls, server, count=6):
        talk = cls(server, [await Talker.enter(server) for _ in range(count)])
        await talk.go_on(20)
        return talk

    async def go_on(self, each, patience=30):
        """Waits until everybody got so many more acknowledgements."""
        before = [len(talker.acknowledged) for talker in self.talkers]
        await eventually(
            lambda: all(len(talker.acknowledged) >= count + each
                        for talker, count in zip(self.talkers, before)),
            f"{each} more acknowledgements for everybody", patience)

    async def stop(self):
        for talker in self.talkers:
            await talker.stop()

    def acknowledged(self):
        return {id: answer for talker in self.talkers
                for id, (_, answer) in talker.acknowledged.items()}

    def codes(self):
        return {code for talker in self.talkers for _, code in talker.refused}

    def back_after(self, moment):
        """Seconds from then until everybody had an acknowledgement again."""
        return max(min(when for when, _ in talker.acknowledged.values() if when > moment) - moment
                   for talker in self.talkers)

    async def stored(self):
        """The lobby's ids in the order of their numbers, as a newcomer reads them."""
        reader = await people.user(self.server, "reader")
        found, after, complete = [], 0, False
        while not complete:
            page = await reader.history(after_seq=after, count=200)
            found += [message["id"] for message in page["mess"]]
            after = page["mess"][-1]["seq"] if page["mess"] else after
            complete = page["complete"]
        return found

    async def outcome(self, what, back=None):
        """Stops everybody, prints the figures; (lost ids, ids stored twice)."""
        await self.stop()
        acknowledged, stored = self.acknowledged(), await self.stored()
        lost = [id for id in acknowledged if id not in set(stored)]
        doubled = [id for id in set(stored) if stored.count(id) > 1] if len(stored) > len(
            set(stored)) else []
        refused = sum(len(talker.refused) for talker in self.talkers)
        closed = [code for talker in self.talkers for code in talker.closed]
        print(f"\n{what}: {len(acknowledged)} acknowledged, {len(lost)} lost, {len(doubled)} doubled, "
              f"{refused} refused {sorted(self.codes())}, sent to catch up {len(closed)}"
              + (f", all back after {back:.2f} s" if back is not None else ""))
        return lost, doubled
