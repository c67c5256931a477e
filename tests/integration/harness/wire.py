"""A bare socket that speaks HTTP and WebSocket as badly as a test wants it to."""

import base64
import hashlib
import os
import socket
import struct
from typing import NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
KEY = base64.b64encode(bytes(range(16))).decode()
ACCEPT = base64.b64encode(
    hashlib.sha1((KEY + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()


class Response(NamedTuple):
    status: int
    headers: dict  # names in lower case
    body: bytes


class Frame(NamedTuple):
    opcode: int
    payload: bytes
    fin: bool = True
    rsv: int = 0

    @property
    def close_code(self):
        return struct.unpack("!H", self.payload[:2])[0] if self.payload else None


def frame(opcode, payload=b"", fin=True, rsv=0, mask=True, length=None, wide=None):
    """A client's frame. `length` declares another length; `wide` forces 16 or 64 bit lengths."""
    if isinstance(payload, str):
        payload = payload.encode()
    declared = len(payload) if length is None else length
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    mask_bit = 0x80 if mask else 0
    if wide == 64 or (wide is None and declared > 0xFFFF):
        head += bytes([mask_bit | 127]) + struct.pack("!Q", declared)
    elif wide == 16 or (wide is None and declared > 125):
        head += bytes([mask_bit | 126]) + struct.pack("!H", declared)
    else:
        head += bytes([mask_bit | declared])
    if not mask:
        return head + payload
    key = os.urandom(4)
    return head + key + masked(payload, key)


def masked(payload, key):
    """The payload under a masking key (RFC 6455 section 5.3), as one long number for speed."""
    repeated = (key * (len(payload) // 4 + 1))[:len(payload)]
    number = int.from_bytes(payload, "big") ^ int.from_bytes(repeated, "big")
    return number.to_bytes(len(payload), "big")


def close_frame(code=None, reason=b""):
    return frame(CLOSE, struct.pack("!H", code) + reason if code is not None else b"")


class Wire:
    """One connection to a server; use as a context manager."""

    def __init__(self, server, patience=10, receive_buffer=None):
        self.server = server
        self.socket = socket.socket()
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.settimeout(patience)
        self.socket.connect(("127.0.0.1", server.port))
        self.port = self.socket.getsockname()[1]
        if server.certificate:
            self.socket = server.tls().wrap_socket(self.socket, server_hostname="localhost")
        self.pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def request(self, line="GET / HTTP/1.1", headers=("Host: localhost",), body=b""):
        """Sends a request and returns the response."""
        self.send("\r\n".join([line, *headers, "", ""]).encode("latin-1") + body)
        return self.response(head_only=line.startswith("HEAD "))

    def response(self, head_only=False):
        """The next response; `head_only` after a HEAD request."""
        while b"\r\n\r\n" not in self.pending:
            self._more()
        head, self.pending = self.pending.split(b"\r\n\r\n", 1)
        status_line, *lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for line in lines:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        status = int(status_line.split()[1])
        assert status_line.startswith("HTTP/1.1 "), status_line
        body = b""
        if not head_only and status not in (101, 204, 304):
            body = self.take(int(headers.get("content-length", 0)))
        return Response(status, headers, body)

    def upgrade(self, path="/ws", headers=(), host="localhost"):
        """Asks for a WebSocket and returns the response."""
        return self.request(f"GET {path} HTTP/1.1", [
            f"Host: {host}", "Upgrade: websocket", "Connection: Upgrade",
            f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 13", *headers])

    def open(self, path="/ws", headers=()):
        """Becomes a WebSocket; fails when the server refuses."""
        response = self.upgrade(path, headers)
        assert response.status == 101, response
        assert response.headers["sec-websocket-accept"] == ACCEPT
        return self

    def frame(self):
        """The next frame from the server, which must not be masked."""
        first, second = self.take(2)
        length = second & 0x7F
        assert not second & 0x80, "servers do not mask"
        if length == 126:
            length, = struct.unpack("!H", self.take(2))
        elif length == 127:
            length, = struct.unpack("!Q", self.take(8))
        return Frame(first & 0x0F, self.take(length), bool(first & 0x80), first >> 4 & 7)

    def closed_with(self):
        """The code of the server's Close frame; after it the connection must end."""
        while (got := self.frame()).opcode != CLOSE:
            pass
        self.send(close_frame(got.close_code))
        assert self.ended()
        return got.close_code

    def ended(self):
        """True once the server has closed the connection, whatever it sent before."""
        self.rest()
        return True

    def rest(self):
        """What the server sends until it closes the connection; fails when it does not."""
        try:
            while True:
                self._more()
        except ConnectionError:
            rest, self.pending = self.pending, b""
            return rest

    def take(self, count):
        while len(self.pending) < count:
            self._more()
        data, self.pending = self.pending[:count], self.pending[count:]
        return data

    def _more(self):
        data = self.socket.recv(65536)
        if not data:
            raise ConnectionError(f"closed by the server after {self.pending[:200]!r}")
        self.pending += data
