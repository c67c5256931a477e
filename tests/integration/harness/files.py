"""Files over HTTP: tus by hand, by curl and by tus-js-client, and pictures to send."""

import asyncio
import base64
import http.client
import json
import os
import shutil
import struct
import subprocess
import zlib

from . import people
from .foreign import NODE
from .server import ROOT

TUS = {"Tus-Resumable": "1.0.0"}
PART = {"Content-Type": "application/offset+octet-stream"}


class Visitor:
    """Somebody who asks over HTTP with the token of a session, or with none."""

    def __init__(self, server, token=None, user_id=None, fields=None):
        self.server = server
        self.token = token
        self.user_id = user_id
        self.fields = fields or {}

    def request(self, method, path, headers=None, body=None):
        """(response, bytes of its body)"""
        connection = self.connect()
        try:
            connection.request(method, path, body, self.headers(headers))
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def headers(self, headers=None):
        fields = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        return {**fields, **self.fields, **(headers or {})}

    def connect(self):
        if not self.server.certificate:
            return http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
        return http.client.HTTPSConnection("127.0.0.1", self.server.port, timeout=60,
                                           context=self.server.tls())

    def tus(self, method, path, body=None, **fields):
        """One request of tus: (response, body). `upload_offset=3` is the header Upload-Offset: 3."""
        headers = {name.replace("_", "-"): str(value) for name, value in fields.items()}
        headers = {**TUS, **(PART if body is not None else {}), **headers}
        return self.request(method, path, headers, body)

    def create(self, length, name="file.bin", body=None, **fields):
        """Begins an upload: its path."""
        metadata = "filename " + base64.b64encode(name.encode()).decode()
        response, data = self.tus("POST", "/files/", body, upload_length=length,
                                  upload_metadata=metadata, **fields)
        assert response.status == 201, (response.status, data)
        return response.getheader("Location")

    def append(self, path, offset, body, **fields):
        return self.tus("PATCH", path, body, upload_offset=offset, **fields)

    def upload(self, content, name="file.bin"):
        """Uploads all at once: what `info` says of it then."""
        path = self.create(len(content), name, content)
        return self.info(path)

    def offset(self, path):
        response, _ = self.tus("HEAD", path)
        assert response.status == 200, response.status
        return int(response.getheader("Upload-Offset"))

    def info(self, path):
        response, data = self.request("GET", path + "/info")
        assert response.status == 200, (response.status, data)
        return json.loads(data)

    def fetch(self, path, **headers):
        return self.request("GET", path, {name.replace("_", "-"): text for name, text in headers.items()})


async def visitor(server, prefix="file"):
    """A new user, who chats by the client in `.client`."""
    client = await people.user(server, prefix)
    someone = Visitor(server, client.session_id, client.user_id)
    someone.client = client
    return someone


def new_visitor(server, prefix="file"):
    """A new user who only asks over HTTP."""
    async def register():
        client = await people.user(server, prefix)
        return Visitor(server, client.session_id, client.user_id)

    return people.run(register())


def code_of(data):
    return json.loads(data)["code"]


def curl(visitor, *words):
    """(status, headers in small letters, body) of a request by the program curl."""
    url = visitor.server.http(words[0])
    result = subprocess.run(
        [shutil.which("curl"), "--silent", "--show-error", "--insecure", "--include", url,
         "-H", f"Authorization: Bearer {visitor.token}", *words[1:]],
        capture_output=True, timeout=60, check=True)
    head, _, body = result.stdout.partition(b"\r\n\r\n")
    while head.startswith(b"HTTP/1.1 100"):
        head, _, body = body.partition(b"\r\n\r\n")
    lines = head.decode().split("\r\n")
    fields = dict(line.split(": ", 1) for line in lines[1:])
    return int(lines[0].split()[1]), {name.lower(): text for name, text in fields.items()}, body


async def by_tus_js(visitor, file, **options):
    """Uploads a file with the npm package tus-js-client: the events that it tells."""
    subprocess.run([os.path.join(ROOT, "tools/node-packages"), NODE], check=True, capture_output=True)
    environment = dict(os.environ)
    if visitor.server.certificate:
        environment["NODE_EXTRA_CA_CERTS"] = visitor.server.certificate.cert
    task = {"endpoint": visitor.server.http("/files/"), "file": str(file), "token": visitor.token,
            "name": os.path.basename(str(file)), **options}
    process = await asyncio.create_subprocess_exec(
        os.path.join(ROOT, "tools/node"), "tus.mjs", cwd=NODE, env=environment,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    output, _ = await asyncio.wait_for(process.communicate(json.dumps(task).encode() + b"\n"), 90)
    return [json.loads(line) for line in output.splitlines()]


def png(width=1, height=1, seed=b"", extra=b""):
    """A picture of one colour; each seed makes another content. extra: chunks before the end."""
    def pixel():
        return (zlib.crc32(seed) & 0xFFFFFF).to_bytes(3, "big")

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + pixel() * width) * height
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra
            + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


def chunk(name, data):
    """A chunk of a PNG file."""
    return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")
