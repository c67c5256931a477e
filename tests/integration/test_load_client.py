"""The load client itself: it finds what a bad server loses, doubles or brings out of order."""

import asyncio
import contextlib

import msgpack
import pytest
import websockets

from harness import load

CLIENTS, MESSAGES = 4, 30


class Lobby:
    """A server that says what the load client wants to hear, but for one delivery."""

    def __init__(self, fault=None):
        self.fault = fault
        self.sockets = []
        self.seq = 0

    async def serve(self, socket):
        with contextlib.suppress(websockets.ConnectionClosedError):
            await self.answer(socket)

    async def answer(self, socket):
        await socket.send(msgpack.packb({"type": 1, "server": "fake"}))
        async for data in socket:
            request = msgpack.unpackb(data)
            if request["type"] == 204:
                user = {"user_id": request["username"][-8:], "username": request["username"]}
                await socket.send(msgpack.packb(
                    {"type": 205, "user": user, "session_id": "s" * 32}))
                self.sockets.append(socket)
            else:
                self.seq += 1
                await self.deliver(request)
                await socket.send(msgpack.packb(
                    {"type": 110, "seq": self.seq, "timestamp": 1.5, "id": request["id"]}))

    async def deliver(self, request):
        frames = [{"type": 100, "mess": request["mess"], "seq": self.seq, "id": request["id"]}]
        for place, socket in enumerate(self.sockets):
            mine = list(frames)
            if place == 2 and self.seq == 20:
                mine = self.spoil(frames[0])
            for frame in mine:
                await socket.send(msgpack.packb(frame))

    def spoil(self, frame):
        return {None: [frame], "lost": [], "doubled": [frame, frame],
                "reordered": [{**frame, "seq": 5}]}[self.fault]


@pytest.mark.parametrize("fault", [None, "lost", "doubled", "reordered"])
async def test_fault_is_counted(fault):
    load.build()
    async with websockets.serve(Lobby(fault).serve, "127.0.0.1", 0,
                                subprotocols=["chat.msgpack.v1"], compression=None) as server:
        port = server.sockets[0].getsockname()[1]
        code, figures, errors = await asyncio.to_thread(
            load.run, [port], clients=CLIENTS, messages=MESSAGES, senders=2, patience=1)
    assert errors == ""
    found = [name for name in ("lost", "doubled", "reordered") if figures[name] > 0]
    assert found == ([fault] if fault else [])
    assert code == (0 if fault is None else 1)
    assert figures["acknowledged"] == MESSAGES
