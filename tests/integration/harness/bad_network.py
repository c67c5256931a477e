"""A network between clients and a server: slow, and now and then broken as networks break."""

import asyncio
import contextlib


class BadNetwork:
    """Forwards TCP to a server; use as an async context manager. While `bad`, pieces are late.

    random: where delays and faults are drawn from.
    """

    # What is done to all who are connected:
    # cut: both ends are reset;
    # late: the client's end is reset, and the server still gets what was under way, later;
    # dead: the client's end is reset, and the server's stays open and says nothing any more.
    FAULTS = ("cut", "late", "dead")

    def __init__(self, server, random):
        self.server, self.random = server, random
        self.bad = True
        self._lines = set()  # (the client's end, the server's) of those that are whole
        self._ends = []      # the server's, of all
        self._tasks = set()

    async def __aenter__(self):
        self._listener = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port = self._listener.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_):
        self._listener.close()
        for line in list(self._lines):
            self._break(line, "cut")
        for end in self._ends:
            end.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def url(self):
        return f"ws://127.0.0.1:{self.port}/ws"

    def strike(self, fault, share):
        """Breaks that share of the connections; how many those were."""
        struck = [line for line in self._lines if self.random.random() < share]
        for line in struck:
            self._break(line, fault)
        return len(struck)

    async def _connect(self, reader, writer):
        upstream = await asyncio.open_connection("127.0.0.1", self.server.port)
        line = (writer, upstream[1])
        self._lines.add(line)
        self._ends.append(upstream[1])
        for source, sink, is_up in ((reader, upstream[1], True), (upstream[0], writer, False)):
            task = asyncio.create_task(self._pump(line, source, sink, is_up))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _pump(self, line, source, sink, is_up):
        """What came in one piece leaves in one, some time later; the order stays."""
        try:
            while piece := await source.read(65536):
                if self.bad:
                    await asyncio.sleep(self.random.uniform(0, 0.06))
                if line not in self._lines and not is_up:
                    continue  # the client is not there any more
                sink.write(piece)
                await sink.drain()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            if line in self._lines:
                self._break(line, "cut")

    def _break(self, line, fault):
        client, server = line
        self._lines.discard(line)
        with contextlib.suppress(OSError):
            client.transport.abort()
            if fault == "cut":
                server.transport.abort()
            elif fault == "late":
                asyncio.get_running_loop().call_later(1.0, server.transport.abort)
