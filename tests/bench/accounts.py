"""Users with sessions, put into chatd's Redis as many at once: a password hash each would take minutes.

They are copies of one user who registered as everybody does.
"""

import hashlib
import os
import time

from clients import client

PER_PIPELINE = 2000


class Accounts:
    """Those of one server. Files in `folder` name them for the load clients."""

    def __init__(self, server, database, folder):
        self.database = database
        self.folder = folder
        self.count = 0
        with client("hold", server, clients=1, logins=1) as first:
            first.expect("ready")
            key = next(key for key in database.scan_iter("user_id:*"))
            self.user = database.hgetall(key)
        self.lines = []

    def ensure(self, count):
        """There are at least so many."""
        while self.count < count:
            self._add(min(PER_PIPELINE, count - self.count))

    def _add(self, count):
        now = int(time.time())
        with self.database.pipeline(transaction=False) as pipeline:
            for number in range(self.count, self.count + count):
                user, name, token = f"{number:013x}", f"bench{number}", f"bench{number:027x}"
                session = hashlib.sha256(token.encode()).hexdigest()
                pipeline.hset(f"user_id:{user}",
                              mapping={**self.user, "user_id": user, "username": name})
                pipeline.set(f"username:{name}", user)
                pipeline.hset(f"session:{session}", mapping={
                    "user_id": user, "created": now, "used": now, "address": "127.0.0.1",
                    "agent": "bench"})
                pipeline.expire(f"session:{session}", 86_400)
                pipeline.zadd(f"user_sessions:user_id:{user}", {session: now})
                self.lines.append(f"{name} {token} {user}\n")
            pipeline.execute()
        self.count += count

    def file(self, first=0):
        """The accounts from `first` on."""
        path = os.path.join(self.folder, f"accounts-from-{first}-of-{self.count}")
        if not os.path.exists(path):
            with open(path, "w") as file:
                file.writelines(self.lines[first:])
        return path
