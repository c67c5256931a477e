"""What Redis does by itself with the script that stores a private message: redis-benchmark runs the very
call that chatd makes, as MONITOR showed it."""

import os
import re
import subprocess
import time

ELSEWHERE = "w9-elsewhere"
KEYSPACE = "1000000000000"


def calls(monitor):
    """The words of each command that Redis is given, as bytes."""
    while True:
        line = monitor.connection.read_response()
        line = line.encode("latin-1", "replace") if isinstance(line, str) else line
        quoted = re.findall(rb'"((?:[^"\\]|\\.)*)"', line)
        yield [unescaped(word) for word in quoted]


def unescaped(word):
    plain = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b"}
    return re.sub(rb"\\(x[0-9a-f]{2}|.)", lambda match: (
        bytes([int(match[1][1:], 16)]) if match[1][:1] == b"x" else plain.get(match[1], match[1])), word)


def storing_call(monitor):
    return next(words for words in calls(monitor)
                if words and words[0].upper() == b"EVALSHA" and b"direct" in words)


def per_second(server, words, seconds, pipeline):
    """Messages that Redis stores a second, 50 connections asking, each for `pipeline` at once."""
    database = server.database()
    sender, receiver = users(words)
    # Somebody must be there for the messages to be posted, and nobody that takes time to read them.
    database.zadd("presence:workers", {ELSEWHERE: int(time.time() * 1000) + 3_600_000})
    for user in (sender, receiver):
        database.hset(f"presence:user:{user}", f"{ELSEWHERE}/1", "v1 1")
    try:
        probe = run(server, words, 2000, pipeline)
        return run(server, words, int(probe * seconds), pipeline)
    finally:
        database.delete(f"presence:user:{sender}", f"presence:user:{receiver}",
                        f"bus:worker:{ELSEWHERE}")
        database.zrem("presence:workers", ELSEWHERE)


def users(words):
    start = words.index(b"direct")
    return words[start + 2].decode(), words[start + 3].decode()


def run(server, words, count, pipeline):
    folder = os.path.join(server.data, "redis")
    with open(os.path.join(folder, "admin.password")) as file:
        password = file.read().strip()
    # An id is stored once; an argument of a program holds no NUL.
    identity = words[words.index(b"direct") + 4]
    arguments = [word.replace(identity, b"load-__rand_int__").replace(b"\0", b"0") for word in words]
    done = subprocess.run(
        ["redis-benchmark", "-s", os.path.join(folder, "redis.sock"), "--user", "admin", "-a", password,
         "--dbnum", "15", "-c", "50", "-n", str(max(count, 1000)), "-P", str(pipeline), "-r", KEYSPACE,
         "--csv", *arguments],
        capture_output=True, timeout=120, check=True)
    lines = done.stdout.decode("latin-1").strip().splitlines()
    return float(lines[-1].rsplit('","', 7)[1].strip('"'))
