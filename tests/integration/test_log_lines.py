"""The log tells an operator what happened: once, at its level, and with what to do about it."""

import asyncio
import json
import os
import re
import signal

import pytest

from harness import people, processes
from harness.waiting import eventually, until


def lines(server, begin=0):
    """(level, text) of all that the server logged after its first `begin` characters."""
    entries = [json.loads(line) for line in server.log()[begin:].splitlines() if line.startswith("{")]
    return [(entry["level"], entry["text"]) for entry in entries]


def texts(server, level, begin=0):
    return [text for at, text in lines(server, begin) if at == level]


def test_a_worker_that_dies_is_one_error(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    size, worker = len(server.log()), server.workers()[0]
    server.kill_worker(worker)
    until(lambda: any("is ready" in text for text in texts(server, "info", size)), "a new worker")
    errors = texts(server, "error", size)
    assert len(errors) == 1
    assert re.fullmatch(rf"worker w0-\w+ \(process {worker}\) was killed by SIGKILL; "
                        r"starting it again in 0 ms", errors[0])
    assert not texts(server, "warn", size)
    server.expect_new_workers()


async def test_a_managed_redis_that_is_killed_is_one_error(own_house):
    server = own_house.chatd(workers=1)
    size, redis = len(server.log()), server.managed_redis()
    os.kill(redis, signal.SIGKILL)
    await eventually(lambda: "connected to Redis" in texts(server, "info", size), "Redis is back")
    errors = texts(server, "error", size)
    assert len(errors) == 1
    assert re.fullmatch(r"managed Redis was killed by SIGKILL; starting it again in \d+ ms", errors[0])


async def test_a_password_that_redis_does_not_take_any_more_is_an_error(own_house):
    redis = own_house.redis()
    server = own_house.chatd(redis=redis, workers=1)
    user, size, admin = await people.user(server, "waits"), len(server.log()), redis.connect()
    admin.config_set("requirepass", "changed")
    admin.client_kill_filter(_type="normal", skipme=True)
    await eventually(lambda: texts(server, "error", size), "it is told")
    assert texts(server, "error", size)[0] == (
        "Redis cannot be used: it refuses SELECT: NOAUTH Authentication required. "
        "(it wants a password: --redis redis://USER:PASSWORD@HOST:PORT/15)")
    admin.config_set("requirepass", "")
    await eventually(lambda: "connected to Redis" in texts(server, "info", size), "it is back")

    async def stored():
        while (await user.say("again"))["type"] != 110:
            await asyncio.sleep(0.1)

    await asyncio.wait_for(stored(), 30)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGQUIT])
def test_the_drain_names_its_signal(own_house, number):
    server = own_house.chatd(redis=own_house.redis(), workers=1, options=["--drain-timeout", "2s"])
    server.signal(number)
    assert server.wait() == 0
    assert f"{number.name}: draining for 2000 ms at most" in texts(server, "info")


def test_usr1_is_the_first_line_of_the_new_log(own_house):
    log = os.path.join(own_house.directory, "chatd.log")
    server = own_house.chatd(redis=own_house.redis(), options=["--log-file", log])
    os.rename(log, log + ".1")
    server.signal(signal.SIGUSR1)
    until(lambda: os.path.exists(log) and os.path.getsize(log) > 0, "a new log file")
    assert lines(server)[0] == ("info", "SIGUSR1: the log file was opened again")


def test_usr1_without_a_log_file_says_so(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    server.signal(signal.SIGUSR1)
    until(lambda: any(text.startswith("SIGUSR1: the log is standard error")
                      for text in texts(server, "info")), "it is told")


def test_usr2_to_a_program_that_is_not_there_starts_nothing(own_house):
    server = own_house.prepare(redis=own_house.redis())
    program = os.path.join(own_house.directory, "chatd")
    os.symlink(server.program, program)
    server.program = program
    size = len(server.start().log())
    os.remove(program)
    server.signal(signal.SIGUSR2)
    until(lambda: texts(server, "error", size), "it is told")
    assert lines(server, size) == [
        ("error", f"the upgrade failed, this server goes on: {program}: No such file or directory")]
    assert not processes.ended(server.master)


def test_durable_replica_without_one_is_warned_of_at_the_start(own_house):
    redis = own_house.redis()
    server = own_house.chatd(redis=redis, workers=1, options=["--durable", "replica"])
    assert texts(server, "warn") == [f"durable = replica, and Redis at {redis.url} has none: until it "
                                     "has, all sends are refused"]
