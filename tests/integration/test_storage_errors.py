"""Disks that are full and folders that cannot be written: clear errors, and the chat goes on."""

import asyncio
import os
import shutil
import time

import pytest

from harness import people
from harness.redis_server import RedisServer
from harness.server import Chatd
from harness.waiting import eventually

TEXT = b"words " * 100


async def stored(user, id):
    """Repeats a message until it is acknowledged; the refusals on the way."""
    codes, deadline = [], time.monotonic() + 20
    while (answer := await user.say(id, id=id))["type"] != 110:
        codes.append(answer["code"])
        assert time.monotonic() < deadline, codes
        await asyncio.sleep(0.05)
    return codes


async def refused(user, patience=10):
    """Says something until it is refused, as Redis notices a full disk when it writes; the code."""
    deadline = time.monotonic() + patience
    while (answer := await user.say("x" * 1000))["type"] == 110:
        assert time.monotonic() < deadline
    return answer["code"]


def incoming(server):
    return os.listdir(os.path.join(server.upload, ".open"))


async def check_upload_refused(server, user):
    answer = await user.upload(TEXT)
    assert (answer["type"], answer["mess"]) == (904, "文件保存失败，请重试"), answer
    assert "an upload cannot be kept" in server.log()
    mate = await people.user(server, "mate")
    assert (await mate.say("the chat goes on"))["type"] == 110


async def test_an_upload_folder_that_is_none_is_a_clear_refusal(own_house):
    server = own_house.chatd(workers=1)
    user = await people.legacy(server, "uploader")
    assert (await user.upload(TEXT))["type"] == 903
    shutil.rmtree(server.upload)
    with open(server.upload, "w", encoding="ascii"):
        await check_upload_refused(server, user)
    os.unlink(server.upload)
    os.mkdir(server.upload)
    assert (await user.upload(TEXT))["type"] == 903


async def test_a_full_disk_refuses_uploads_and_keeps_no_halves(own_house):
    disk = own_house.small_disk()
    server = own_house.prepare(workers=1, options=["--rate-limits", "off"])
    server.upload = os.path.join(disk.path, "upload")
    server.start()
    user = await people.legacy(server, "uploader")
    answer = await user.upload(b"a file larger than the disk " * 200_000)
    assert (answer["type"], answer["mess"]) == (904, "文件保存失败，请重试")
    await eventually(lambda: not incoming(server), "nothing is left of it")
    disk.fill()
    await check_upload_refused(server, user)
    assert "No space left on device" in server.log()
    disk.relieve()
    assert (await user.upload(TEXT))["type"] == 903


async def test_a_log_that_cannot_be_written_stops_nothing(own_house):
    disk = own_house.small_disk()
    path = os.path.join(disk.path, "chatd.log")
    server = own_house.chatd(workers=1, options=["--log-file", path])
    disk.fill()
    full = os.path.getsize(path)
    user = await people.user(server, "unlogged")
    assert (await user.say("still served"))["type"] == 110
    os.kill(server.managed_redis(), 9)  # worth several lines
    await stored(user, "after")
    disk.relieve()
    os.kill(server.managed_redis(), 9)
    await stored(user, "logged again")
    await eventually(lambda: os.path.getsize(path) > full, "logs go on")


async def test_redis_with_a_full_disk_refuses_and_recovers(own_house):
    disk = own_house.small_disk()
    redis = RedisServer(os.path.join(disk.path, "redis"), append_only=True).start()
    own_house.started.append(redis)
    server = own_house.chatd(redis=redis, workers=2)
    ann, ben = await people.on_two_workers(server)
    await stored(ann, "before")
    disk.fill()
    assert await refused(ann) == "storage_unavailable"
    await eventually(lambda: "Redis refuses commands: MISCONF" in server.log(), "told once")
    assert (await ben.history())["type"] == 800, "what is there can be read"
    disk.relieve()
    relieved = time.monotonic()
    codes = await stored(ben, "after")
    print(f"\n{len(codes)} refused after there was room; recovered in "
          f"{time.monotonic() - relieved:.2f} s")
    await ann.expect(100, id="after")
    assert server.log().count("Redis refuses commands") < 10
    assert ann.inbox.closed is None


@pytest.mark.parametrize("durable", ["redis", "disk"])
async def test_managed_redis_with_a_full_disk_comes_back_with_all_that_was_acknowledged(
        own_house, durable):
    """With `disk` it ends rather than answer for what it cannot flush, and is started again."""
    disk = own_house.small_disk()
    server = Chatd(os.path.join(disk.path, "s"), workers=2,
                   options=["--rate-limits", "off", "--durable", durable])
    own_house.started.append(server)
    server.output = server.log_file = os.path.join(own_house.directory, "output.log")
    server.start()
    user = await people.user(server, "careful")
    for number in range(20):
        await stored(user, f"before-{number}")
    disk.fill()
    assert await refused(user) == "storage_unavailable"
    disk.relieve()
    relieved = time.monotonic()
    await stored(user, "after")
    print(f"\ndurable = {durable}: recovered {time.monotonic() - relieved:.2f} s after there was room")
    reader = await people.enter_when_possible(server, people.new_name("reader"))
    page = await reader.history(after_seq=0, count=200)
    ids = [message["id"] for message in page["mess"]]
    assert [id for id in ids if id.startswith("before-")] == [f"before-{n}" for n in range(20)]
    assert ids.count("after") == 1
