"""A client of the msgpack wire: subprotocol chat.msgpack.v1, one msgpack map a BINARY frame.

The connection remembers the login, so requests carry no session. Every message gets an id of the
client's choice; `say` returns when the server acknowledged it as durable, and the same id may be
sent again after a lost connection: it is stored once. `last_seq` holds the number up to which each
conversation was seen without a gap; a client that reconnects takes it over and calls `catch_up`.
"""

import asyncio
import itertools
import uuid

import msgpack
import websockets
from inbox import Inbox

SUBPROTOCOL = "chat.msgpack.v1"
LOBBY = "0"
WELCOME, STORED = 1, 110
REGISTER, LOGIN = 204, 205
NEWS = (200, 1108)
TEXT, TEXT_PRIVATE = 100, 103
HISTORY, HISTORY_PERSONAL = 800, 801
_traces = itertools.count(1)


class MsgpackClient:
    def __init__(self, socket):
        self.socket = socket
        self.inbox = Inbox()
        self.welcome = None
        self.user = None
        self.session_id = None
        self.last_seq = {}
        self._beyond_gap = {}
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, url, tls=None, **options):
        """Opens a connection and takes the server's welcome; `tls` is an ssl.SSLContext."""
        socket = await websockets.connect(
            url, ssl=tls, subprotocols=[SUBPROTOCOL], compression=None, ping_interval=None,
            max_size=None, **options)
        assert socket.subprotocol == SUBPROTOCOL
        client = cls(socket)
        client.welcome = await client.expect(WELCOME)
        return client

    @property
    def user_id(self):
        return self.user["user_id"]

    @property
    def port(self):
        """The client's own TCP port: tells which worker holds the connection."""
        return self.socket.local_address[1]

    async def send_raw(self, data):
        await self.socket.send(data)

    async def send(self, type, receiver_id=LOBBY, mess=None, **fields):
        """Sends a request and returns its trace id."""
        trace = fields.setdefault("trace_id", f"m{next(_traces)}")
        await self.send_raw(msgpack.packb(
            {"type": type, "receiver_id": receiver_id, "mess": mess, **fields}))
        return trace

    async def ask(self, type, receiver_id=LOBBY, mess=None, **fields):
        """Sends a request and returns its answer: the first frame with its trace id.

        News that a request caused, for everybody it concerns, repeat its trace id too.
        """
        trace = await self.send(type, receiver_id, mess, **fields)
        return await self.inbox.take(
            lambda frame: frame.get("trace_id") == trace and frame["type"] not in NEWS)

    async def expect(self, type, patience=10.0, **fields):
        """The first unread frame of this type whose fields have these values."""
        return await self.inbox.take(
            lambda frame: frame["type"] == type
            and all(frame.get(name) == value for name, value in fields.items()), patience)

    async def enter(self, username, password):
        """Registers or logs in by name; returns the answer, whatever it is."""
        return self._remember(await self.ask(REGISTER, username=username, password=password))

    async def resume(self, session_id):
        """Logs in with a session; returns the answer, whatever it is."""
        return self._remember(await self.ask(LOGIN, session_id=session_id))

    async def enter_by_cookie(self):
        """Logs in with the cookie of the handshake; returns the answer, whatever it is."""
        return self._remember(await self.ask(LOGIN))

    async def post(self, type, receiver_id, mess, id=None, **fields):
        """Sends a message; returns its acknowledgement, or the refusal."""
        id = id or str(uuid.uuid4())
        trace = await self.send(type, receiver_id, mess, id=id, **fields)
        return await self.inbox.take(
            lambda frame: frame.get("trace_id") == trace
            and (frame["type"] == STORED or "code" in frame))

    async def say(self, text, receiver_id=LOBBY, id=None):
        """Text to the lobby or a group; returns the acknowledgement, or the refusal."""
        return await self.post(TEXT, receiver_id, text, id)

    async def whisper(self, text, receiver_id, id=None):
        """Text to one user; returns the acknowledgement, or the refusal."""
        return await self.post(TEXT_PRIVATE, receiver_id, text, id)

    async def history(self, receiver_id=LOBBY, personal=False, **cursor):
        """A page of history: `until`, `before_seq`, `after_seq` and `count` say where."""
        return await self.ask(HISTORY_PERSONAL if personal else HISTORY, receiver_id, cursor)

    async def catch_up(self, conversation, receiver_id=LOBBY, personal=False, count=50):
        """Everything missed since `last_seq` that did not come live either, oldest first."""
        missed, complete = [], False
        while not complete:
            page = await self.history(receiver_id, personal, count=count,
                                      after_seq=self.last_seq.get(conversation, 0))
            missed += [message for message in page["mess"] if self._note_seq(message)]
            complete = page["complete"]
        return missed

    async def close(self):
        await self.socket.close()
        await self._reader

    def _remember(self, answer):
        if answer["type"] == LOGIN:
            self.user, self.session_id = answer["user"], answer.get("session_id")
        return answer

    def _note_seq(self, message):
        """Notes that a message was seen; False when it had been seen before."""
        conversation, seq = message["conversation"], message["seq"]
        last = self.last_seq.get(conversation, seq - 1)
        beyond = self._beyond_gap.setdefault(conversation, set())
        if seq <= last or seq in beyond:
            return False
        beyond.add(seq)
        while last + 1 in beyond:
            last += 1
            beyond.remove(last)
        self.last_seq[conversation] = last
        return True

    async def _read(self):
        try:
            async for data in self.socket:
                assert isinstance(data, bytes), "the msgpack wire answers in BINARY frames"
                frame = msgpack.unpackb(data)
                if "seq" in frame and frame["type"] != STORED:
                    self._note_seq(frame)
                self.inbox.put(frame)
        except websockets.ConnectionClosedError:
            pass
        self.inbox.finish(self.socket.close_code, self.socket.close_reason)
