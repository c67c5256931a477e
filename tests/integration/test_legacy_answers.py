"""The 63 recorded requests of the PHP original get the same answers, byte for byte.

Ids, session ids, upload names and times are those of the run; everything else, the order of keys
and the spelling of numbers included, is compared as text. MENDED lists every intended difference.
"""

import base64
import json
import os

import pytest

from conftest import FIXTURES
from harness import people
from harness.replay import Replay, with_time_of_now
from harness.translation import Difference

with open(os.path.join(FIXTURES, "legacy-answers.jsonl"), encoding="utf-8") as lines:
    ROWS = [json.loads(line) for line in lines]


def without(who):
    """Nothing for `who`: the original told connections that never logged in, too."""
    return lambda answers: [answer for answer in answers if answer["to"] != who]


def refused_as_disabled(answers):
    """A disabled user who gives the right password is refused at once, not at the next action."""
    refusal = {"type": 206, "mess": "你已被管理员禁用，不能发送消息",
               "timestamp": 1795225442.407185, "trace_id": ""}
    return [{"to": "ben", "text": json.dumps(refusal, ensure_ascii=False, separators=(",", ":"))},
            {"to": "ben", "closed": 1000}]


MENDED = {
    "lobby text": without("xen"),
    "lobby text without id": without("xen"),
    "lobby emotion": without("xen"),
    "lobby file": without("xen"),
    "lobby music": without("xen"),
    "disabled user logs in by password": refused_as_disabled,
}


async def play(replay, row):
    """Sends one recorded request and compares everything that comes of it."""
    who, request = row["from"], row["request"]
    if row["title"] == "remove an unknown user":
        ann = replay.clients["ann"].user["user_id"]
        replay.server.database().hset(f"user_id:{ann}", "role_id", 99)
    if "close" in request:
        await replay.clients[who].close()
        await replay.until_offline(who)
    elif "binary_b64" in request:
        await replay.send(who, base64.b64decode(request["binary_b64"]))
    else:
        text = request["text"]
        if text.startswith('{"session_id"'):
            text = json.dumps(with_time_of_now(json.loads(text)), ensure_ascii=False)
        await replay.send(who, text)
    answers = MENDED.get(row["title"], lambda rows: rows)(row["answers"])
    for answer in answers:
        if "closed" in answer:
            code, _ = await replay.clients[answer["to"]].inbox.wait_closed()
            if code != answer["closed"]:
                raise Difference(f"{answer['to']}: closed with {code}, not {answer['closed']}")
        else:
            await replay.expect(answer["to"], answer["text"])
    await replay.settle()
    if surplus := replay.surplus():
        raise Difference(f"nobody should have got {surplus}")


@pytest.fixture(scope="module")
def outcomes(house):
    """What became of each row: None, or how the answers differ."""
    redis = house.redis()
    redis.load(os.path.join(FIXTURES, "legacy-redis.jsonl"))
    server = house.chatd(redis=redis, workers=3)

    async def play_all():
        replay = Replay(server)
        found = []
        for row in ROWS:
            try:
                await play(replay, row)
                found.append(None)
            except Difference as difference:
                found.append(str(difference))
        return found

    return people.run(play_all())


@pytest.mark.parametrize("number", range(len(ROWS)), ids=[row["title"] for row in ROWS])
def test_answer(outcomes, number):
    assert outcomes[number] is None, outcomes[number]


def test_every_mended_row_exists():
    assert len(ROWS) == 63
    assert set(MENDED) <= {row["title"] for row in ROWS}
