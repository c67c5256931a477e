"""The servers that are measured: chatd, and what people would pick instead.

Each has a `wire` that the load clients speak to it; `raw` means that every message of a client goes to
everybody as it is. A server of any other kind is named by its path in BENCH_PEER: it is started as
`PATH PORT [CERTIFICATE KEY]`, listens on loopback, speaks `raw` at /ws, and ends on TERM.
"""

import functools
import os
import pwd
import shutil
import socket
import subprocess

from accounts import Accounts
from clients import BUILD, most_connections
from harness.redis_server import RedisServer
from harness.server import ROOT, Chatd, free_port
from harness.waiting import until

HERE = os.path.dirname(os.path.abspath(__file__))
NODE_MODULES = os.path.join(HERE, "peers/node_modules")


class Peer:
    """A server that is started by one command, with a Redis of its own where it uses one."""

    wire = "raw"
    with_redis = False
    program = None  # of node or a path

    def __init__(self, directory, certificate):
        self.directory = directory
        self.certificate = certificate
        self.tls = certificate is not None
        self.port = free_port()
        self.redis = None
        self.process = None
        os.makedirs(directory, exist_ok=True)

    def start(self):
        if self.with_redis:
            self.redis = RedisServer(os.path.join(self.directory, "redis")).start()
        with open(os.path.join(self.directory, "output"), "ab") as output:
            self.process = subprocess.Popen(self.command(), stdin=subprocess.DEVNULL, stdout=output,
                                            stderr=output, cwd=self.directory)
        until(self._listens, f"{type(self).__name__} listens", patience=20)
        return self

    def _listens(self):
        assert self.process.poll() is None, open(os.path.join(self.directory, "output")).read()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def command(self):
        words = [str(self.port)]
        if self.redis:
            words.append(self.redis.socket)
        if self.certificate:
            words += [self.certificate.cert, self.certificate.key]
        return [*self.program, *words]

    def pids(self):
        return [self.process.pid] + ([self.redis.process.pid] if self.redis else [])

    def sessions(self, first=0):
        """The load clients' file of accounts; these servers know none."""
        return None

    def ensure(self, count):
        pass

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(20)
        if self.redis:
            self.redis.stop()


class Floor(Peer):
    """A bare libevent broadcast server: tests/bench/floor."""

    program = [os.path.join(BUILD, "bin/bench-floor")]


class Ws(Peer):
    """npm ws with Redis pub/sub."""

    program = [os.path.join(ROOT, "tools/node"), os.path.join(HERE, "peers/ws.mjs")]
    with_redis = True


class Uws(Peer):
    """uWebSockets as uWebSockets.js, one process, nothing stored."""

    program = [os.path.join(ROOT, "tools/node"), os.path.join(HERE, "peers/uws.mjs")]


class SocketIo(Ws):
    """socket.io with its Redis adapter."""

    wire = "socketio"
    program = [os.path.join(ROOT, "tools/node"), os.path.join(HERE, "peers/socketio.mjs")]


class Nchan(Peer):
    """nginx with nchan, both from Debian."""

    configuration = "nginx.conf"

    def command(self):
        with open(os.path.join(HERE, "peers", self.configuration)) as file:
            text = file.read()
        certificate = self.certificate
        for name, value in {
            "USER": pwd.getpwuid(os.geteuid()).pw_name,
            "DESCRIPTORS": str(most_connections()),
            "FOLDER": self.directory,
            "PORT": str(self.port),
            "TLS": "ssl" if certificate else "",
            "CERTIFICATE": f"ssl_certificate {certificate.cert}; ssl_certificate_key "
                           f"{certificate.key}; ssl_protocols TLSv1.2 TLSv1.3;" if certificate else "",
        }.items():
            text = text.replace(f"@{name}@", value)
        path = os.path.join(self.directory, "nginx.conf")
        with open(path, "w") as file:
            file.write(text)
        return ["nginx", "-p", self.directory, "-c", path, "-e", f"{self.directory}/error.log"]


class Dav(Nchan):
    """nginx that takes files by PUT, beside the uploads of chatd."""

    configuration = "dav.conf"


class External(Peer):
    """The server that BENCH_PEER names."""

    program = [os.environ.get("BENCH_PEER", "")]


class ChatdPeer:
    """chatd with managed Redis, as it is shipped, but for the limits on what one address may do."""

    OPTIONS = ["--rate-limits", "off", "--outbox-limit", "64M", "--login-timeout", "1m"]
    wire = "msgpack"

    def __init__(self, directory, certificate, workers=1, redis=None, options=()):
        self.tls = certificate is not None
        self.server = Chatd(directory, certificate=certificate, workers=workers, redis=redis,
                            options=[*self.OPTIONS, *options])
        self.port = self.server.port
        self.directory = directory

    def start(self):
        self.server.start()
        return self

    def pids(self):
        redis = self.server.redis
        return [self.server.master] + ([redis.process.pid] if redis else [])

    @functools.cached_property
    def accounts(self):
        return Accounts(self, self.server.database(), self.directory)

    def ensure(self, count):
        self.accounts.ensure(count)

    def sessions(self, first=0):
        return self.accounts.file(first)

    def stop(self):
        self.server.stop()


class ChatdPair(ChatdPeer):
    """Two of one worker each on one Redis: whoever is on the one is on another worker than who is on
    the other."""

    def __init__(self, directory, certificate):
        redis = RedisServer(os.path.join(directory, "redis"), append_only=True)
        super().__init__(directory, certificate, redis=redis)
        self.neighbour = ChatdPeer(os.path.join(directory, "neighbour"), certificate, redis=redis)

    def start(self):
        self.server.redis.start()
        self.neighbour.start()
        return super().start()

    def stop(self):
        super().stop()
        self.neighbour.stop()
        self.server.redis.stop()


class ChatdJson(ChatdPeer):
    """The same, by clients of the original."""

    wire = "legacy"


PEERS = {
    "chatd": ChatdPeer,
    "chatd-json": ChatdJson,
    "chatd-pair": ChatdPair,
    "floor": Floor,
    "uws": Uws,
    "ws": Ws,
    "socket.io": SocketIo,
    "nchan": Nchan,
    "external": External,
}


def present():
    """Names of those that can be started here."""
    node = os.path.isdir(NODE_MODULES)
    there = {"chatd-pair": False, "uws": node, "ws": node, "socket.io": node,
             "nchan": shutil.which("nginx") is not None, "external": "BENCH_PEER" in os.environ}
    return [name for name in PEERS if there.get(name, True)]
