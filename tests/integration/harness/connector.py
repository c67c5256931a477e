"""New connections at a steady rate, each with one request: who was refused, who was reset."""

import asyncio
import time
from collections import Counter

REQUEST = b"GET /ws HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
PATIENCE = 20


class Connector:
    """While it is entered, `rate` connections a second; `outcomes` counts how they ended."""

    def __init__(self, server, rate):
        self.server = server
        self.rate = rate
        self.outcomes = Counter()
        self.longest = 0.0
        self.seconds = 0.0  # how long it went on
        self._task = None
        self._open = set()

    async def __aenter__(self):
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_):
        self._task.cancel()
        await asyncio.gather(self._task, *self._open, return_exceptions=True)

    @property
    def failed(self):
        return {name: count for name, count in self.outcomes.items() if name != "answered"}

    def figures(self):
        count = sum(self.outcomes.values())
        return (f"{count} connections, {count / max(self.seconds, 0.001):.0f}/s of {self.rate}/s wanted: "
                f"{dict(self.outcomes)}, the slowest {self.longest * 1000:.0f} ms")

    async def _run(self):
        begun = next_at = time.monotonic()
        while True:
            self.seconds = time.monotonic() - begun
            task = asyncio.create_task(self._connect())
            self._open.add(task)
            task.add_done_callback(self._open.discard)
            next_at += 1 / self.rate
            await asyncio.sleep(max(0, next_at - time.monotonic()))

    async def _connect(self):
        begun = time.monotonic()
        try:
            outcome = await asyncio.wait_for(self._ask(), PATIENCE)
        except ConnectionRefusedError:
            outcome = "refused"
        except asyncio.TimeoutError:
            outcome = "silent"
        except OSError as error:
            outcome = f"reset ({error.__class__.__name__})"
        self.outcomes[outcome] += 1
        self.longest = max(self.longest, time.monotonic() - begun)

    async def _ask(self):
        tls = self.server.tls()
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", self.server.port, ssl=tls, server_hostname="localhost" if tls else None)
        writer.write(REQUEST)
        answer = await reader.read()
        writer.close()
        return "answered" if answer.startswith(b"HTTP/1.1 426") else "closed without an answer"
