"""Replays what was recorded of the PHP original, with one client for each recorded one."""

import time

from . import people
from .translation import Difference, Translation
from .waiting import eventually

ASK_TOTAL = 213
PRESENCE = (200, 201)


class Replay:
    """Clients by their recorded names, and the names and times learnt so far."""

    def __init__(self, server, agent=""):
        self.server = server
        self.agent = agent
        self.clients = {}
        self.translation = Translation()
        self.presence = {}
        self.finished = []

    async def client(self, who):
        """The open connection of a recorded client; a closed one is replaced, as browsers do."""
        client = self.clients.get(who)
        if client is None or client.inbox.closed:
            client = await self.connect(who)
        return client

    async def connect(self, who):
        if who in self.clients:
            self.finished.append((who, self.clients[who]))
        self.clients[who] = await people.legacy_guest(self.server, agent=self.agent)
        return self.clients[who]

    async def send(self, who, request):
        """Sends a recorded request in today's names; times in requests become now."""
        client = await self.client(who)
        if isinstance(request, bytes):
            await client.send_raw(request)
        else:
            await client.send_raw(self.translation.render(request))

    async def expect(self, who, recorded, patience=5):
        """Compares the next frame of a client, presence aside, with the recorded one."""
        client = self.clients[who]
        try:
            frame = await client.inbox.take(self._is_answer, patience)
        except AssertionError as error:
            raise Difference(f"{who}: expected {recorded}, but {error}") from None
        self.note_login(client, frame)
        self.translation.compare(recorded, frame.raw)

    async def settle(self):
        """Waits until everything sent before has been handled and its answers have come."""
        for who, client in self.clients.items():
            if client.user and not client.inbox.closed:
                trace = await client.send(ASK_TOTAL)
                answer = await client.inbox.take(lambda frame: frame["trace_id"] == trace)
                if answer["type"] != ASK_TOTAL:
                    raise Difference(f"{who}: asked for the total, got {answer.raw}")

    async def until_offline(self, who):
        """Waits until the server has taken a client that left off the online list."""
        user_id = self.clients[who].user["user_id"]
        database = self.server.database()
        await eventually(lambda: not database.sismember("user", user_id), f"{who} is offline")

    def surplus(self):
        """Frames nobody expected, presence aside; each is told once."""
        found = []
        for who, client in [*self.finished, *self.clients.items()]:
            while frame := client.inbox.pick(self._is_answer):
                found.append(f"{who}: {frame.raw}")
        return found

    @staticmethod
    def note_login(client, frame):
        if frame["type"] == 205:
            client.user, client.session_id = frame["user"], frame["session_id"]

    @staticmethod
    def _is_answer(frame):
        return frame["type"] not in PRESENCE


def with_time_of_now(request):
    """A history request (800, 801) asks from a time: in a replay that is now."""
    if request.get("type") in (800, 801) and isinstance(request["mess"], float):
        request["mess"] = time.time()
    return request
