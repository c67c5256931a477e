"""A client that loses nothing: how to log in, resume, keep messages in order and repeat sends in doubt.

It stays connected by itself. What an application sees of it:

    client = ReferenceClient(url, "ann", "secret", on_message=..., on_reset=...)
    await client.start()                      # logged in, everything missed is told
    stored = await client.send("0", "hello")  # returns when the message is durable, however long it takes

`on_message(message)` gets every message of every conversation once and in the order of its numbers.
`on_reset(conversation, state)` says that a conversation cannot go on where it stopped: what is held
of it must be read again. docs/protocol.md describes the messages used here.
"""

import asyncio
import itertools
import random
import uuid

import msgpack
import websockets

SUBPROTOCOL = "chat.msgpack.v1"
WELCOME, STORED, REGISTER, LOGIN = 1, 110, 204, 205
TEXT, TEXT_PRIVATE, EDIT, RECALL = 100, 103, 120, 121
HISTORY, HISTORY_PERSONAL, RESUME, RESUME_PAGE = 800, 801, 810, 811
NEWS = (200, 1108)  # for everybody concerned; they repeat the trace_id of the request that caused them
TRY_AGAIN = {"storage_unavailable", "busy", "rate_limited", "login_limited"}
FOR_GOOD = {4204, 4206, 4207, 4209}  # session over, disabled, logged in elsewhere, removed
TOLD_TO_RECONNECT = {1001, 1012}
LONGEST_BACKOFF = 2.0


class Refused(Exception):
    """The server refuses a request for good; `code` says why."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class ReferenceClient:
    def __init__(self, url, username, password, tls=None, on_message=None, on_reset=None):
        """url: one address, or a function that gives the address to try next."""
        self.url = url if callable(url) else lambda: url
        self.username, self.password, self.tls = username, password, tls
        self.on_message = on_message or (lambda message: None)
        self.on_reset = on_reset or (lambda conversation, state: None)
        self.welcome = {"reconnect_ms": 0}
        self.user_id = None
        self.session_id = None
        self.places = {}      # conversation: [seq, epoch], everything up to seq was given out
        self.times = {}       # conversation: when the newest message of it was sent
        self.connections = 0  # how often it logged in
        self.overlaps = 0     # messages that came both live and by resuming
        self.ready = asyncio.Event()
        self._unsent = {}     # id: (request, future), in the order of sending
        self._early = {}      # conversation: live messages that wait for what was missed before them
        self._answers = {}    # trace_id: future
        self._traces = itertools.count(1)
        self._socket = None
        self._told_wait = 0.0   # seconds over which the server wants its clients to come back
        self._task = None

    async def start(self):
        self._task = asyncio.create_task(self._run())
        ready = asyncio.create_task(self.ready.wait())
        await asyncio.wait([ready, self._task], return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            self._task.result()

    async def stop(self):
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def send(self, receiver_id, text, private=False, id=None):
        """Returns the acknowledgement. Raises Refused when trying again does not help."""
        return await self._store(TEXT_PRIVATE if private else TEXT, receiver_id, text, id)

    async def edit(self, receiver_id, seq, text, id=None):
        """Changes a text of one's own; as `send`."""
        return await self._store(EDIT, receiver_id, {"seq": seq, "mess": text}, id)

    async def recall(self, receiver_id, seq, id=None):
        """Takes a message back; as `send`."""
        return await self._store(RECALL, receiver_id, {"seq": seq}, id)

    async def _store(self, type, receiver_id, mess, id):
        id = id or str(uuid.uuid4())
        request = {"type": type, "receiver_id": receiver_id, "mess": mess, "id": id,
                   "trace_id": id}
        future = asyncio.get_running_loop().create_future()
        self._unsent[id] = request, future
        if self.ready.is_set():
            await self._transmit(request)
        return await future

    # The life of the connection.

    async def _run(self):
        failures = 0
        while True:
            begun = self.connections
            try:
                async with websockets.connect(
                        self.url(), ssl=self.tls, subprotocols=[SUBPROTOCOL], compression=None,
                        ping_interval=10, ping_timeout=20, max_size=None, open_timeout=20,
                        max_queue=None) as socket:
                    await self._serve(socket)
            except (OSError, asyncio.TimeoutError, websockets.WebSocketException):
                pass
            self._lose_connection()
            failures = 0 if self.connections > begun else failures + 1
            # At random, so that clients do not come back all at once.
            longest = max(min(LONGEST_BACKOFF, 0.1 * 2 ** failures), self._told_wait)
            self._told_wait = 0.0
            await asyncio.sleep(random.uniform(0, longest))

    async def _serve(self, socket):
        self._socket = socket
        reading = asyncio.create_task(self._read(socket))
        try:
            await self._log_in()
            await self._resume()
            self.ready.set()
            for request, _ in list(self._unsent.values()):
                await self._transmit(request)
            await reading
        except websockets.ConnectionClosed:
            pass
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        if socket.close_code in TOLD_TO_RECONNECT:
            self._told_wait = self.welcome["reconnect_ms"] / 1000
        if socket.close_code in FOR_GOOD:
            raise Refused(socket.close_code)

    def _lose_connection(self):
        self.ready.clear()
        self._early.clear()
        for future in self._answers.values():
            future.cancel()
        self._answers.clear()

    async def _log_in(self):
        while True:
            if self.session_id:
                answer = await self._ask(LOGIN, session_id=self.session_id)
            else:
                answer = await self._ask(REGISTER, username=self.username, password=self.password)
            if answer["type"] == LOGIN:
                break
            if answer.get("code") == "login_required":
                self.session_id = None  # it is over: by name again
            elif answer.get("code") in TRY_AGAIN:
                await asyncio.sleep(random.uniform(0.1, 0.5))
            else:
                raise Refused(answer.get("code"))
        user_id = answer["user"]["user_id"]
        if self.user_id not in (None, user_id):
            raise Refused("the account was made anew")  # the server lost its data
        self.user_id = user_id
        self.session_id = answer["session_id"]
        self.connections += 1

    async def _resume(self):
        """Logged in, messages come live already; what was missed is asked for now."""
        self._forget_oldest()
        places = [{"conversation": conversation, "seq": seq, "epoch": epoch}
                  for conversation, (seq, epoch) in self.places.items()]
        while (answer := await self._ask(RESUME, mess={"places": places, "count": 200})).get("code"):
            if answer["code"] not in TRY_AGAIN:
                raise Refused(answer["code"])
            await asyncio.sleep(random.uniform(0.1, 0.5))
        self.places.setdefault("lobby", [0, ""])  # no page of it: it is empty, of no epoch yet
        for conversation in list(self._early):
            await self._settle(conversation)

    def _forget_oldest(self):
        """The server allows so many places; of what is forgotten it tells as of something new."""
        newest = sorted(self.places, reverse=True, key=lambda conversation: (
            conversation == "lobby", self.times.get(conversation, 0)))
        for conversation in newest[self.welcome["resume_conversations"]:]:
            del self.places[conversation]
            self.on_reset(conversation, "forgotten")

    async def _ask(self, type, **fields):
        trace = f"t{next(self._traces)}"
        future = self._answers[trace] = asyncio.get_running_loop().create_future()
        await self._transmit({"type": type, "trace_id": trace, **fields})
        try:
            return await asyncio.wait_for(future, 30)
        except asyncio.CancelledError:
            if asyncio.current_task().cancelling():
                raise
            raise OSError("the connection was lost") from None
        finally:
            self._answers.pop(trace, None)

    async def _transmit(self, request):
        try:
            await self._socket.send(msgpack.packb(request))
        except websockets.ConnectionClosed:
            pass  # it stays in doubt, and is repeated

    async def _read(self, socket):
        try:
            async for data in socket:
                self._take(msgpack.unpackb(data))
        finally:
            for future in self._answers.values():
                future.cancel()

    # What comes in.

    def _take(self, frame):
        type, trace = frame["type"], frame.get("trace_id")
        if type == STORED or (trace in self._unsent and "code" in frame):
            self._take_outcome(trace, frame)
        elif type == RESUME_PAGE:
            self._take_page(frame)
        else:
            if type == WELCOME:
                self.welcome = frame
            if frame.get("seq"):
                self._take_live(frame)
            answered = self._answers.get(trace) if type not in NEWS else None
            if answered and not answered.done():
                answered.set_result(frame)

    def _take_outcome(self, id, frame):
        if id not in self._unsent:
            return
        request, future = self._unsent[id]
        if frame.get("code") in TRY_AGAIN:
            asyncio.get_running_loop().call_later(random.uniform(0.1, 0.5), self._repeat, id)
            return
        del self._unsent[id]
        if future.done():
            return
        if frame["type"] == STORED:
            future.set_result(frame)
        else:
            future.set_exception(Refused(frame["code"]))

    def _repeat(self, id):
        if id in self._unsent and self.ready.is_set():
            asyncio.ensure_future(self._transmit(self._unsent[id][0]))

    def _take_page(self, page):
        conversation, state = page["conversation"], page["state"]
        if state == "not_a_member":
            self.places.pop(conversation, None)
            self.on_reset(conversation, state)
            return
        place = self.places.get(conversation)
        if state != "continued":
            first = page["mess"][0]["seq"] if page["mess"] else page["last_seq"] + 1
            if place is not None or first > 1:
                self.on_reset(conversation, state)
            place = self.places[conversation] = [first - 1, page["epoch"]]
        place[1] = page["epoch"]  # the place of an empty conversation had none
        for message in page["mess"]:
            self._give_out(place, message)
        if page["complete"]:
            place[0] = max(place[0], page["last_seq"])

    def _take_live(self, message):
        conversation = message["conversation"]
        if not self.ready.is_set():
            self._early.setdefault(conversation, []).append(message)
            return
        place = self._place_before(message)
        if message["epoch"] != place[1] or message["seq"] > place[0] + 1:
            asyncio.ensure_future(self._socket.close())  # missed something: resume
        elif message["seq"] == place[0] + 1:
            self._give_out(place, message)

    def _place_before(self, message):
        """The place in the message's conversation, which may begin with it, or for this user do so."""
        beginning = [message["seq"] - 1, message["epoch"]]
        place = self.places.setdefault(message["conversation"], beginning)
        if place == [0, ""]:
            place[1] = message["epoch"]
        return place

    async def _settle(self, conversation):
        """What came live while resuming follows what was missed."""
        early = sorted(self._early.pop(conversation), key=lambda message: message["seq"])
        place = self._place_before(early[0])
        for message in early:
            if message["epoch"] != place[1] or message["seq"] > place[0] + 1:
                await self._socket.close()
                return
            self._give_out(place, message)

    def _give_out(self, place, message):
        if message["seq"] <= place[0]:
            self.overlaps += 1
            return
        place[0] = message["seq"]
        self.times[message["conversation"]] = message["timestamp"]
        self.on_message(message)
