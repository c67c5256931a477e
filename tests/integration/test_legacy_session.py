"""The recorded session of three browsers gets the same answers again, byte for byte.

Register, lobby, private and group messages, a picture, a reload, a three-way video call, the
removal of a user and a second login. Every answer goes with the request whose trace id it echoes.
Presence (200, 201) came late and to whoever was there by then: it is checked by its own rule.
"""

import base64
import json
import os

from conftest import FIXTURES
from harness.replay import PRESENCE, Replay, with_time_of_now

AGENT = ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
         "HeadlessChrome/156.0.0.0 Safari/537.36")
REGISTER, LOGIN, UPLOADED, REMOVE = 204, 205, 903, 209
# Before she loaded the page for this login, alice was made an admin in redis-cli.
ADMIN_LOGIN_TRACE = "swa5rlr8wr"


class Step:
    """What one client sent, and what came of it: [(who, recorded text)]."""

    def __init__(self, who, request):
        self.who = who
        self.request = request  # None: the upload of the picture
        self.answers = []


def read_lines(name):
    with open(os.path.join(FIXTURES, name), encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def read_steps():
    """The steps in recorded order; some answers were written down before their requests."""
    rows = [(row, json.loads(row["text"])) for row in read_lines("legacy-session.jsonl")]
    steps, by_trace = [], {}
    for row, frame in rows:
        if row["dir"] == "c2s":
            steps.append(Step(row["who"], frame))
            by_trace[frame.get("trace_id", row["t"])] = steps[-1]
        elif frame["type"] == UPLOADED:
            steps.append(Step(row["who"], None))
            steps[-1].answers.append((row["who"], row["text"]))
    password_login = None
    for row, frame in rows:
        if row["dir"] == "c2s":
            if frame["type"] == REGISTER:
                password_login = by_trace[row["t"]]
        elif frame["type"] not in (*PRESENCE, UPLOADED):
            step = by_trace[frame["trace_id"]] if frame["trace_id"] else password_login
            step.answers.append((row["who"], row["text"]))
    return steps


def picture():
    """The recording lacks the picture's bytes; the recorded answers hold the same picture."""
    rows = read_lines("legacy-answers.jsonl")
    upload = next(row for row in rows if row["title"] == "upload png")
    return base64.b64decode(upload["request"]["binary_b64"])


async def load_page_anew(replay, step):
    """A browser that logs in by session has reloaded the page: its old connection is gone."""
    client = replay.clients[step.who]
    await client.close()
    await replay.until_offline(step.who)
    if step.request["trace_id"] == ADMIN_LOGIN_TRACE:
        replay.server.database().hset(f"user_id:{client.user['user_id']}", "role_id", 99)
    await replay.connect(step.who)


async def test_recorded_session(house):
    replay = Replay(house.chatd(redis=house.redis(), workers=3), agent=AGENT)
    steps = read_steps()
    assert sum(len(step.answers) for step in steps) == 97
    for step in steps:
        if step.request is None:
            await replay.send(step.who, picture())
        else:
            if step.request["type"] == LOGIN:
                await load_page_anew(replay, step)
            request = json.dumps(with_time_of_now(step.request), ensure_ascii=False)
            await replay.send(step.who, request)
        for receiver, recorded in step.answers:
            await replay.expect(receiver, recorded)
        if step.request and step.request["type"] == REMOVE:
            await replay.clients["carol"].inbox.wait_closed()
        await replay.settle()
        assert replay.surplus() == []
    check_presence(replay)


def check_presence(replay):
    """Whoever was online when somebody came or went was told so, in the original's form."""
    alice, bob = replay.finished[0][1], replay.clients["bob"]
    arrivals = [frame for frame in alice.inbox.frames if frame["type"] == 200]
    names = [frame["user"]["username"] for frame in arrivals]
    assert names.count("bobys6i") == 1 and names.count("carolys6i") == 1
    departures = [frame for frame in bob.inbox.frames if frame["type"] == 201]
    assert [frame["user"]["username"] for frame in departures].count("aliceys6i") == 2
    for frame, fields in [(frame, ["user_id", "username", "avatar"]) for frame in arrivals] + [
            (frame, ["user_id", "username"]) for frame in departures]:
        assert list(frame) == ["type", "user", "timestamp", "trace_id"]
        assert list(frame["user"]) == fields
