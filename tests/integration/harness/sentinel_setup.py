"""A primary, replicas and three Sentinels that watch them, on loopback ports of their own."""

import os
import shutil
import signal
import subprocess

import redis

from .redis_server import CHAT
from .server import free_port
from .waiting import until

NAME = "chat-primary"
DOWN_AFTER_MS = 1000


class Process:
    """A Redis server or Sentinel."""

    def __init__(self, directory, name, settings, password=""):
        self.directory = directory
        self.name = name
        self.settings = [*settings, f"requirepass {password}"] if password else settings
        self.password = password
        self.port = free_port()
        self.process = None

    def start(self):
        os.makedirs(self.directory, exist_ok=True)
        program = shutil.which(self.name) or shutil.which("redis-check-rdb")
        path = os.path.join(self.directory, "server.conf")
        if not os.path.exists(path):
            with open(path, "w", encoding="ascii") as file:
                file.write(f"port {self.port}\nbind 127.0.0.1\ndir {self.directory}\n"
                           + "".join(f"{line}\n" for line in self.settings))
        with open(os.path.join(self.directory, "server.log"), "ab") as log:
            self.process = subprocess.Popen([self.name, path], executable=program,
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        until(self._answers, f"{self.name} answers")
        return self

    def connect(self, database=0):
        return redis.Redis(port=self.port, db=database, password=self.password or None,
                           decode_responses=True)

    def ask(self, *words):
        """The answer to one command, as it comes."""
        client = self.connect()
        try:
            return client.execute_command(*words)
        finally:
            client.close()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def freeze(self):
        self.process.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.process.send_signal(signal.SIGCONT)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.kill()

    def _answers(self):
        assert self.process.poll() is None, f"{self.name} ended at once: see {self.directory}"
        try:
            return self.ask("PING")
        except redis.exceptions.RedisError:
            return False


class SentinelSetup:
    """`servers[0]` is the primary at the start; in `chatd`'s eyes a RedisServer."""

    def __init__(self, directory, replicas=1, password="", sentinel_password=""):
        kept = ["appendonly yes", "save \"\"", "repl-diskless-sync-delay 0"]
        kept += [f"masterauth {password}"] if password else []
        self.password, self.sentinel_password = password, sentinel_password
        self.servers = [Process(os.path.join(directory, "server0"), "redis-server", kept, password)]
        first = self.servers[0].port
        for number in range(1, replicas + 1):
            self.servers.append(Process(
                os.path.join(directory, f"server{number}"), "redis-server",
                [*kept, f"replicaof 127.0.0.1 {first}"], password))
        watch = [f"sentinel monitor {NAME} 127.0.0.1 {first} 2",
                 f"sentinel down-after-milliseconds {NAME} {DOWN_AFTER_MS}",
                 f"sentinel failover-timeout {NAME} 6000"]
        watch += [f"sentinel auth-pass {NAME} {password}"] if password else []
        watch += [f"sentinel sentinel-pass {sentinel_password}"] if sentinel_password else []
        self.sentinels = [
            Process(os.path.join(directory, f"sentinel{number}"), "redis-sentinel", watch,
                    sentinel_password) for number in range(3)]

    @property
    def url(self):
        """What `chatd --redis` takes."""
        user = f"default:{self.password}@" if self.password else ""
        hosts = ",".join(f"127.0.0.1:{sentinel.port}" for sentinel in self.sentinels)
        secret = f"&sentinel_password={self.sentinel_password}" if self.sentinel_password else ""
        return f"sentinel://{user}{hosts}/{NAME}?db={CHAT}{secret}"

    def start(self):
        for process in self.servers + self.sentinels:
            process.start()
        until(self._in_order, "the Sentinels know each other and every replica", patience=30)
        return self

    def add_stale_sentinel(self, server):
        """The first of the list from now on: one that takes that server for the primary."""
        directory = os.path.join(os.path.dirname(server.directory), "stale")
        stale = Process(directory, "redis-sentinel",
                        [f"sentinel monitor {NAME} 127.0.0.1 {server.port} 2"])
        self.sentinels.insert(0, stale.start())
        return stale

    def primary(self):
        """The server that the Sentinels name now."""
        _, port = self.sentinels[0].ask("SENTINEL", "get-master-addr-by-name", NAME)
        return next(server for server in self.servers if server.port == int(port))

    def connect(self, database=CHAT):
        return self.primary().connect(database)

    def stop(self):
        for process in self.sentinels + self.servers:
            process.stop()

    def _in_order(self):
        try:
            for sentinel in self.sentinels:
                if len(sentinel.ask("SENTINEL", "sentinels", NAME)) != 2:
                    return False
                if len(sentinel.ask("SENTINEL", "replicas", NAME)) != len(self.servers) - 1:
                    return False
            found = self.servers[0].connect().info("replication")
        except redis.exceptions.RedisError:
            return False
        return all(found.get(f"slave{number}", {}).get("state") == "online"
                   for number in range(len(self.servers) - 1))
