"""Somebody with a msgpack connection in calls: requests, and the call as the events tell it."""

import itertools

from . import people

START, STATE, RING, JOIN, DECLINE, MEMBER, SIGNAL, LEAVE, ENDED, INVITE = range(610, 620)
LIST, MEDIA, ROOM, FULL, ICE, QUIET, RUNNING, REMOVE, RECORD = (
    620, 621, 622, 623, 624, 625, 626, 627, 630)
CREATE, OLD_JOIN, OLD_SIGNAL, OFFLINE, CLOSE, EXIT = range(600, 606)
OFFER = {"type": "offer", "description": {"type": "offer", "sdp": "v=0\r\n"}}
ANSWER = {"type": "answer", "description": {"type": "answer", "sdp": "v=0\r\n"}}
_devices = itertools.count(1)


class Caller:
    """One page of one user. Events are taken in any order; what a test waits for, it names."""

    def __init__(self, client):
        self.client = client
        self.device = f"device-{next(_devices)}"
        self.sent = {}

    @property
    def user_id(self):
        return self.client.user_id

    async def ask(self, type, mess=None, receiver_id="0"):
        """The answer that is for this connection: the state, the list, or a refusal."""
        trace = await self.client.send(type, receiver_id, mess)
        return await self.client.inbox.take(
            lambda frame: frame.get("trace_id") == trace
            and (frame["type"] in (STATE, LIST, ICE) or "code" in frame))

    async def start(self, conversation, **options):
        return await self.ask(START, {"conversation": conversation, "device": self.device, **options})

    async def call(self, *others, **options):
        """Calls another user; the call's id once it rings everywhere."""
        answer = await self.start(f"user:{others[0].user_id}", **options)
        assert answer["type"] == STATE, answer
        call_id = answer["mess"]["call"]["call_id"]
        for other in others:
            await other.rings(call_id)
        return call_id

    async def rings(self, call_id):
        return (await self.client.inbox.take(
            lambda frame: frame["type"] == RING and frame["mess"]["call"]["call_id"] == call_id))["mess"]

    async def join(self, call_id, **options):
        return await self.ask(JOIN, {"call_id": call_id, "device": self.device, **options})

    async def joined(self, call_id, **options):
        """Joins and returns the call as it stands."""
        answer = await self.join(call_id, **options)
        assert answer["type"] == STATE, answer
        return answer["mess"]["call"]

    async def do(self, type, call_id, **fields):
        """A request that is answered by the change it makes; that change, or the refusal."""
        trace = await self.client.send(type, "0", {"call_id": call_id, **fields})
        return await self.client.inbox.take(
            lambda frame: frame.get("trace_id") == trace
            and (frame["type"] in (MEMBER, ENDED) or "code" in frame))

    async def sees(self, user, state, **fields):
        """The first unread news that `user` is in that state."""
        def fits(frame):
            if frame["type"] != MEMBER:
                return False
            member = frame["mess"]["member"]
            return (member["user_id"] == user.user_id and member["state"] == state
                    and all(member.get(name) == value for name, value in fields.items()))
        return (await self.client.inbox.take(fits))["mess"]

    async def ended(self, call_id):
        return (await self.client.inbox.take(
            lambda frame: frame["type"] == ENDED and frame["mess"]["call_id"] == call_id))["mess"]

    async def send_signal(self, call_id, to, from_stay, to_stay, signal, n=None):
        """Sends the next signal to that member, or the one with number `n`."""
        pair = (call_id, to.user_id, from_stay, to_stay)
        if n is None:
            n = self.sent[pair] = self.sent.get(pair, 0) + 1
        return await self.client.send(SIGNAL, to.user_id, {
            "call_id": call_id, "from_stay": from_stay, "to_stay": to_stay, "n": n, "signal": signal})

    async def signal_refused(self, *arguments, **options):
        trace = await self.send_signal(*arguments, **options)
        frame = await self.client.inbox.take(
            lambda frame: frame.get("trace_id") == trace and "code" in frame)
        return frame["code"]

    async def gets_signal(self, sender):
        return (await self.client.expect(SIGNAL, sender_id=sender.user_id))["mess"]

    async def state(self, call_id):
        """The call as the server has it; None when there is none that concerns this user."""
        overview = (await self.ask(LIST))["mess"]
        return next((call for call in overview["calls"] if call["call_id"] == call_id), None)

    async def settle(self):
        """Waits until everything this client sent has been handled."""
        await self.client.ask(213)

    def has(self, type):
        """The frames of that type that came and were not looked at."""
        return [frame for frame in self.client.inbox.frames if frame["type"] == type]


async def caller(server, name):
    return Caller(await people.user(server, name))


async def callers(server, *names):
    return [await caller(server, name) for name in names]


async def device(server, of):
    """A further device of somebody."""
    return Caller(await people.device(server, of.client))


async def back(server, of):
    """The same page after its connection was lost and made again."""
    page = Caller(await people.device(server, of.client))
    page.device, page.sent = of.device, of.sent
    return page


def member(call, user):
    return next(each for each in call["members"] if each["user_id"] == user.user_id)


def states(call):
    return {each["user_id"]: each["state"] for each in call["members"]}


async def group_of(*members):
    """A group that the first one founds; its id."""
    first, *others = [each.client if isinstance(each, Caller) else each for each in members]
    created = await first.ask(1100, mess={"name": "callers",
                                          "members": [other.user_id for other in others]})
    for other in others:
        await other.expect(1100)
    return created["receiver_id"]
