"""A client of the legacy wire: one JSON object a TEXT frame, no subprotocol.

It does what the original's browser client does: it keeps the session id that a login gave it,
sends it with every request, and matches answers by `trace_id`.
"""

import asyncio
import itertools
import json

import websockets
from inbox import Inbox

LOBBY = "0"
ONLINE = 200
_traces = itertools.count(1)


class Frame(dict):
    """A decoded message; `raw` is the text as it came."""

    def __init__(self, raw):
        super().__init__(json.loads(raw))
        self.raw = raw


class LegacyClient:
    def __init__(self, socket):
        self.socket = socket
        self.inbox = Inbox()
        self.user = None
        self.session_id = ""
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def connect(cls, url, tls=None, agent="", **options):
        """Opens a connection; `agent` is the User-Agent, `tls` an ssl.SSLContext for wss URLs."""
        socket = await websockets.connect(
            url, ssl=tls, compression=None, ping_interval=None, max_size=None,
            extra_headers={"User-Agent": agent}, **options)
        return cls(socket)

    @property
    def user_id(self):
        return self.user["user_id"] if self.user else 0

    @property
    def port(self):
        """The client's own TCP port: tells which worker holds the connection."""
        return self.socket.local_address[1]

    async def send_raw(self, data):
        await self.socket.send(data)

    async def send(self, type, receiver_id=LOBBY, mess=None, **fields):
        """Sends a request and returns its trace id."""
        trace = fields.setdefault("trace_id", f"t{next(_traces)}")
        request = {"session_id": self.session_id, "sender_id": self.user_id,
                   "receiver_id": receiver_id, "mess": mess, "type": type, **fields}
        await self.send_raw(json.dumps(request, ensure_ascii=False))
        return trace

    async def ask(self, type, receiver_id=LOBBY, mess=None, **fields):
        """Sends a request and returns its answer: the first frame with its trace id.

        The news that somebody came online repeats the trace id of that login, and is no answer.
        """
        trace = await self.send(type, receiver_id, mess, **fields)
        return await self.inbox.take(
            lambda frame: frame["trace_id"] == trace and frame["type"] != ONLINE)

    async def expect(self, type, patience=10.0, **fields):
        """The first unread frame of this type whose fields have these values."""
        return await self.inbox.take(
            lambda frame: frame["type"] == type
            and all(frame.get(name) == value for name, value in fields.items()), patience)

    async def enter(self, username, password):
        """Registers or logs in by name; returns the answer, whatever it is."""
        await self.send_raw(json.dumps({"type": 204, "username": username, "password": password}))
        answer = await self.inbox.take(
            lambda frame: frame["type"] in (204, 205, 206, 208, 900, 901))
        self._remember(answer)
        return answer

    async def resume(self, session_id):
        """Logs in with a session; returns the answer, whatever it is."""
        self.session_id = session_id
        answer = await self.ask(205)
        self._remember(answer)
        return answer

    async def upload(self, content):
        """Sends a file as one BINARY frame; returns the 903 or 904."""
        await self.send_raw(content)
        return await self.inbox.take(lambda frame: frame["type"] in (903, 904))

    async def close(self):
        await self.socket.close()
        await self._reader

    def _remember(self, answer):
        if answer["type"] == 205:
            self.user, self.session_id = answer["user"], answer["session_id"]

    async def _read(self):
        try:
            async for text in self.socket:
                assert isinstance(text, str), "the legacy wire answers in TEXT frames"
                self.inbox.put(Frame(text))
        except websockets.ConnectionClosedError:
            pass
        self.inbox.finish(self.socket.close_code, self.socket.close_reason)
