"""Redis lost what was acknowledged, whoever was there to notice: nobody goes on over the hole."""

import os
import shutil
import signal

import websockets

from harness import people
from harness.waiting import eventually
from reference_client import ReferenceClient

RESUME, PAGE = 810, 811


async def spoken(client, count, prefix):
    """Says so much; the last acknowledgement."""
    return [await client.say(f"{prefix} {number}") for number in range(count)][-1]


async def enter_for(server, name, ask):
    """What `ask(client)` returns, in spite of a worker that sends its clients away meanwhile."""
    while True:
        client = await people.enter_when_possible(server, name)
        try:
            return await ask(client)
        except (AssertionError, websockets.ConnectionClosed):
            if client.inbox.closed is None:
                raise


async def state_of_lobby(server, name, held):
    """How the lobby goes on for a client that held everything up to the message `held`."""
    place = {"conversation": "lobby", "seq": held["seq"], "epoch": held["epoch"]}

    async def resume(client):
        trace = await client.send(RESUME, mess={"places": [place]})
        page = await client.inbox.take(lambda frame: frame.get("trace_id") == trace)
        assert (page["type"], page["conversation"]) == (PAGE, "lobby"), page
        return page["state"]

    return await enter_for(server, name, resume)


async def write_past(server, name, held):
    """Somebody writes until the number of `held` is given out again, to another message."""
    async def write(client):
        while (await client.say("instead")).get("seq", 0) < held["seq"] + 3:
            pass

    await enter_for(server, name, write)


def stop_cleanly(server):
    server.signal(signal.SIGTERM)
    server.wait()


async def test_an_older_copy_put_back_while_the_server_was_stopped_is_renumbered(own_house):
    redis = own_house.redis()
    server = own_house.chatd(redis=redis)
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    await spoken(ann, 5, "in the copy")
    redis.connect().save()
    held = await spoken(ann, 5, "after the copy")
    await people.dismiss()
    stop_cleanly(server)
    redis.kill()
    redis.start()
    server.start()
    await write_past(server, ann.user["username"], held)
    assert await state_of_lobby(server, ben.user["username"], held) == "renumbered"


async def test_a_copy_made_of_a_stopped_server_is_good_for_one_start(own_house):
    redis = own_house.redis()
    server = own_house.chatd(redis=redis)
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    before = await spoken(ann, 5, "in the copy")
    await people.dismiss()
    stop_cleanly(server)
    redis.connect().save()
    for expected in ("continued", "renumbered"):
        redis.kill()
        redis.start()
        server.start()
        await write_past(server, ann.user["username"], before)
        assert await state_of_lobby(server, ben.user["username"], before) == expected
        await people.dismiss()
        stop_cleanly(server)


async def test_a_managed_server_that_stops_goes_on_where_it_was(own_house):
    server = own_house.chatd()
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    held = await spoken(ann, 3, "seen")
    await spoken(ann, 2, "missed")
    for _ in range(2):
        await people.dismiss()
        stop_cleanly(server)
        server.start()
        assert await state_of_lobby(server, ben.user["username"], held) == "continued"


async def test_the_end_of_the_managed_file_lost_with_the_machine_is_renumbered(own_house, tmp_path):
    server = own_house.chatd()
    folder = os.path.join(server.data, "redis", "appendonlydir")
    ann, ben = await people.user(server, "ann"), await people.user(server, "ben")
    await spoken(ann, 3, "flushed")
    shutil.copytree(folder, tmp_path / "flushed")
    held = await spoken(ann, 3, "not flushed")
    everything = [server.managed_redis(), server.master, *server.workers()]
    server.expected_workers = None
    for pid in everything:
        os.kill(pid, signal.SIGKILL)
    server.process.wait()
    await people.dismiss()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "flushed", folder)
    server.start()
    await write_past(server, ann.user["username"], held)
    assert await state_of_lobby(server, ben.user["username"], held) == "renumbered"


async def test_a_crash_of_everything_loses_and_doubles_nothing_though_numbering_begins_anew(own_house):
    server = own_house.chatd()
    ann, held, resets = await people.user(server, "ann"), [], []

    def begin_anew(conversation, state):
        resets.append((conversation, state))
        held.clear()

    reader = ReferenceClient(server.url(), people.new_name("reader"), people.PASSWORD,
                             on_message=lambda message: held.append(message["mess"]),
                             on_reset=begin_anew)
    await reader.start()
    said = [f"{number}" for number in range(50)]
    before = [await ann.say(text, id=f"id-{text}") for text in said]
    await eventually(lambda: held == said, "all is heard")
    server.expected_workers = None
    for pid in [server.managed_redis(), server.master, *server.workers()]:
        os.kill(pid, signal.SIGKILL)
    server.process.wait()
    server.start()
    await eventually(lambda: resets and held == said, "all is read anew, once", patience=30)
    assert resets == [("lobby", "renumbered")]
    ann = await people.enter_when_possible(server, ann.user["username"])
    again = await ann.say("in doubt", id="id-49")
    assert (again["seq"], again["timestamp"]) == (before[-1]["seq"], before[-1]["timestamp"])
    assert again["epoch"] != before[-1]["epoch"]
    said.append("new")
    assert (await ann.say("new"))["seq"] == before[-1]["seq"] + 1
    await eventually(lambda: held == said, "the new one follows")
    await reader.stop()


async def test_two_losses_one_after_the_other_are_two(own_house):
    redis = own_house.redis()
    server = own_house.chatd(redis=redis)
    name = (await people.user(server, "ann")).user["username"]

    async def lose(ann):
        await spoken(ann, 3, "in the copy")
        redis.connect().save()
        held = await spoken(ann, 3, "after the copy")
        redis.kill()
        redis.start()
        assert (await ann.inbox.wait_closed())[0] == 1012
        return held

    first, held = [await enter_for(server, name, lose) for _ in range(2)]
    await write_past(server, name, held)
    assert first["epoch"] != held["epoch"]
    assert await state_of_lobby(server, name, held) == "renumbered"


async def test_a_flushed_database_cuts_nobody_off_from_the_bus(own_house):
    redis = own_house.redis()
    server = own_house.chatd(redis=redis, workers=2)
    ann, ben = await people.on_two_workers(server)
    await spoken(ann, 60, "soon forgotten")
    server.database().flushdb()
    for client in (ann, ben):
        assert (await client.inbox.wait_closed(30))[0] == 1012
    cyd, dan = await people.on_two_workers(server)
    said = await cyd.say("heard by all")
    assert (await dan.expect(100, id=said["id"]))["seq"] == said["seq"]
    assert cyd.inbox.closed is None and dan.inbox.closed is None
