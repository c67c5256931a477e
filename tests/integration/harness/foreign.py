"""Clients that other people wrote: npm `ws` and headless Chromium."""

import asyncio
import base64
import json
import os
import shutil
import subprocess
import tempfile

import websockets

from .server import ROOT
from .waiting import eventually

NODE = os.path.join(ROOT, "tests/integration/node")


class NodeClient:
    """node/chat.mjs, driven line by line. Use as an async context manager."""

    def __init__(self, certificate=None):
        self.environment = dict(os.environ)
        if certificate:
            self.environment["NODE_EXTRA_CA_CERTS"] = certificate.cert

    async def __aenter__(self):
        subprocess.run([os.path.join(ROOT, "tools/node-packages"), NODE], check=True,
                       capture_output=True)
        self.process = await asyncio.create_subprocess_exec(
            os.path.join(ROOT, "tools/node"), "chat.mjs", cwd=NODE, env=self.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=1 << 24)
        return self

    async def __aexit__(self, *_):
        self.process.stdin.close()
        try:
            await asyncio.wait_for(self.process.wait(), 2)
        except asyncio.TimeoutError:
            self.process.kill()
            await self.process.wait()

    async def run(self, do, **arguments):
        self.process.stdin.write(json.dumps({"do": do, **arguments}).encode() + b"\n")
        await self.process.stdin.drain()

    async def open(self, url, **arguments):
        await self.run("open", url=url, **arguments)
        return await self.event("open")

    async def event(self, kind):
        """The next event, which must be of this kind."""
        line = await asyncio.wait_for(self.process.stdout.readline(), 10)
        event = json.loads(line)
        assert event["event"] == kind, event
        return event

    async def message(self):
        """The next message: str, or bytes."""
        event = await self.event("message")
        return base64.b64decode(event["data"]) if event["binary"] else event["data"]

    async def frame(self, type):
        """The next legacy message of this type; others are passed over."""
        while True:
            frame = json.loads(await self.message())
            if frame["type"] == type:
                return frame


class Chromium:
    """A headless browser with one page, driven over its debugging protocol."""

    FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--ignore-certificate-errors", "--remote-debugging-port=0"]

    async def __aenter__(self):
        self.profile = tempfile.mkdtemp(prefix="chatd-chromium-")
        self.process = await asyncio.create_subprocess_exec(
            shutil.which("chromium"), *self.FLAGS, f"--user-data-dir={self.profile}",
            "about:blank", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        port_file = os.path.join(self.profile, "DevToolsActivePort")

        def debugger():
            if os.path.exists(port_file):
                with open(port_file) as file:
                    return file.read().split()
            return None

        port, path = await eventually(debugger, "Chromium is ready", patience=30)
        self.socket = await websockets.connect(f"ws://127.0.0.1:{port}{path}", max_size=None,
                                               ping_interval=None)
        self.requests = 0
        self.session = None
        self.events = []
        self.pages = {}
        target = await self.call("Target.createTarget", url="about:blank")
        attached = await self.call("Target.attachToTarget", targetId=target["targetId"],
                                   flatten=True)
        self.session = attached["sessionId"]
        return self

    async def __aexit__(self, *_):
        await self.socket.close()
        self.process.terminate()
        await self.process.wait()
        shutil.rmtree(self.profile, ignore_errors=True)

    async def call(self, method, **parameters):
        number = await self._send(method, parameters)
        while True:
            answer = json.loads(await asyncio.wait_for(self.socket.recv(), 60))
            if answer.get("id") == number:
                assert "error" not in answer, answer
                return answer["result"]
            if answer.get("method") == "Fetch.requestPaused":
                await self._give_page(answer["params"])
            elif "method" in answer:
                self.events.append(answer)

    async def _send(self, method, parameters):
        self.requests += 1
        request = {"id": self.requests, "method": method, "params": parameters}
        if self.session:
            request["sessionId"] = self.session
        await self.socket.send(json.dumps(request))
        return self.requests

    async def give_pages(self, pages):
        """Has the browser see these texts, as HTML without any policy, at these addresses."""
        self.pages = pages
        await self.call("Fetch.enable", patterns=[{"urlPattern": url} for url in pages])

    async def _give_page(self, paused):
        page = self.pages[paused["request"]["url"]].encode()
        await self._send("Fetch.fulfillRequest", {
            "requestId": paused["requestId"], "responseCode": 200, "body": base64.b64encode(page).decode(),
            "responseHeaders": [{"name": "Content-Type", "value": "text/html; charset=utf-8"}]})

    async def evaluate(self, script):
        """The value of a script, or of the promise that it returns."""
        result = await self.call("Runtime.evaluate", expression=script, awaitPromise=True,
                                 returnByValue=True)
        assert "exceptionDetails" not in result, result["exceptionDetails"]
        return result["result"].get("value")
