"""A Redis server of the tests' own, on a unix socket in its own folder.

Debian's package redis-tools holds the server program inside redis-check-rdb: it serves when it is
called by the name redis-server.
"""

import json
import os
import shutil
import subprocess

import redis

from .waiting import until

CHAT = 15
SESSIONS = 0


class RedisServer:
    """append_only: it writes everything to a file before it answers, and so survives a kill.

    (With `everysec` it would hold writes back while the disk is busy.)
    """

    def __init__(self, directory, append_only=False):
        self.directory = directory
        self.socket = os.path.join(directory, "redis.sock")
        self.append_only = append_only
        self.process = None

    @property
    def url(self):
        """What `chatd --redis` takes."""
        return f"unix://{self.socket}?db={CHAT}"

    def start(self):
        os.makedirs(self.directory, exist_ok=True)
        program = shutil.which("redis-server") or shutil.which("redis-check-rdb")
        log = open(os.path.join(self.directory, "redis.log"), "ab")
        self.process = subprocess.Popen(
            ["redis-server", "--port", "0", "--unixsocket", self.socket, "--dir", self.directory,
             "--save", "", "--appendonly", "yes" if self.append_only else "no",
             "--appendfsync", "no"],
            executable=program, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        log.close()
        until(self._answers, "Redis answers")
        return self

    def connect(self, database=CHAT):
        return redis.Redis(unix_socket_path=self.socket, db=database, decode_responses=True)

    def load(self, path):
        """Fills the server from a fixture: `[db, COMMAND, key, args…]` a line."""
        with open(path, encoding="utf-8") as lines:
            for line in lines:
                database, *command = json.loads(line)
                self.connect(int(database)).execute_command(*command)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)

    def _answers(self):
        assert self.process.poll() is None, "Redis ended at once"
        try:
            return self.connect().ping()
        except redis.exceptions.RedisError:
            return False
