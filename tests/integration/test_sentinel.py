"""Redis under Sentinels: the server follows the primary, and nothing goes missing silently."""

import subprocess
import time

import pytest

from harness import people
from harness.sentinel_setup import NAME
from harness.server import CHATD, free_port
from harness.talkers import Talk
from harness.waiting import eventually


async def fail_over(setup, talk, strike):
    """Strikes the primary and waits until everybody talks again; seconds to the new primary."""
    old = setup.primary()
    struck = time.monotonic()
    strike(old)
    await eventually(lambda: setup.primary() is not old, "the Sentinels chose another", 30)
    chosen = time.monotonic()
    await talk.go_on(5)
    return old, chosen - struck, talk.back_after(chosen)


@pytest.mark.long
async def test_a_killed_primary_under_load_is_followed_and_losses_are_told(own_house):
    """Without `durable` Redis may lose its last moments: whoever saw them is sent to catch up."""
    setup = own_house.sentinels()
    server = own_house.chatd(redis=setup, workers=2)
    talk = await Talk.begin(server)
    epoch = (await people.user(server, "before")).history
    first = (await epoch())["epoch"]
    _, chosen, back = await fail_over(setup, talk, lambda primary: primary.kill())
    lost, doubled = await talk.outcome(f"primary killed, another chosen after {chosen:.2f} s", back)
    assert not doubled
    assert talk.codes() <= {"storage_unavailable", "busy"}
    assert back < 2
    if lost:
        assert (await (await people.user(server, "after")).history())["epoch"] != first


@pytest.mark.long
async def test_with_replicas_confirming_a_killed_primary_loses_nothing(own_house):
    setup = own_house.sentinels(replicas=2)
    server = own_house.chatd(redis=setup, workers=2, options=["--durable", "replica"])
    talk = await Talk.begin(server)
    _, chosen, back = await fail_over(setup, talk, lambda primary: primary.kill())
    lost, doubled = await talk.outcome(
        f"durable = replica, primary killed, another chosen after {chosen:.2f} s", back)
    assert not lost and not doubled
    assert talk.codes() <= {"storage_unavailable", "busy"}


@pytest.mark.long
async def test_a_primary_that_hangs_is_left_for_the_new_one_and_does_not_come_back_as_one(own_house):
    setup = own_house.sentinels(replicas=2, password="s3cret", sentinel_password="0ther")
    server = own_house.chatd(redis=setup, workers=2, options=["--durable", "replica"])
    talk = await Talk.begin(server)
    old, chosen, back = await fail_over(setup, talk, lambda primary: primary.freeze())
    old.thaw()
    await eventually(lambda: old.connect().info("replication")["role"] == "slave", "demoted", 30)
    await talk.go_on(20)
    lost, doubled = await talk.outcome(
        f"primary stopped, another chosen after {chosen:.2f} s", back)
    assert not lost and not doubled
    assert "s3cret" not in server.log() and "0ther" not in server.log()


def refused_start(redis):
    done = subprocess.run([CHATD, "-p", str(free_port()), "--data", "data", "--upload", "upload",
                           "--redis", redis, "--redis-timeout", "1s"],
                          capture_output=True, text=True, timeout=20)
    return done.returncode, done.stdout + done.stderr


def test_no_sentinel_to_ask_is_one_clear_line(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    port = free_port()
    code, said = refused_start(f"sentinel://127.0.0.1:{port}/none")
    assert code == 3
    assert f"no Sentinel names the primary none; 127.0.0.1:{port} does not answer" in said


def test_a_stale_sentinel_is_not_believed(own_house, tmp_path, monkeypatch):
    """One that was cut off and names what is a replica now: others are asked; alone, it is told."""
    monkeypatch.chdir(tmp_path)
    setup = own_house.sentinels()
    primary, replica = setup.servers
    stale = setup.add_stale_sentinel(replica)
    code, said = refused_start(f"sentinel://127.0.0.1:{stale.port}/{NAME}")
    assert code == 3
    assert f"127.0.0.1:{stale.port} names 127.0.0.1:{replica.port}, which is a replica" in said
    server = own_house.chatd(redis=setup, workers=2)
    assert f"the primary is redis://127.0.0.1:{primary.port}" in server.log()
    assert primary.connect(15).zcard("presence:workers") == 2


def test_a_redis_for_a_sentinel_and_the_other_way_round_is_told(own_house, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    setup = own_house.sentinels()
    code, said = refused_start(f"sentinel://127.0.0.1:{setup.servers[0].port}/{NAME}")
    assert code == 3 and "is a Redis and no Sentinel" in said
    code, said = refused_start(f"redis://127.0.0.1:{setup.sentinels[0].port}/15")
    assert code == 3 and "a Sentinel? Then it is --redis sentinel://HOST:PORT/NAME" in said


def test_wrong_passwords_name_the_setting(own_house, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    setup = own_house.sentinels(password="s3cret", sentinel_password="0ther")
    port, sentinel = setup.servers[0].port, setup.sentinels[0].port
    for redis, advice in [
            (f"redis://default:guess@127.0.0.1:{port}/15", "correct USER:PASSWORD in --redis"),
            (f"redis://127.0.0.1:{port}/15", "it wants a password: --redis redis://USER:PASSWORD@"),
            (f"sentinel://127.0.0.1:{sentinel}/{NAME}", "sentinel_password in --redis"),
            (f"sentinel://default:guess@127.0.0.1:{sentinel}/{NAME}?sentinel_password=0ther",
             "correct USER:PASSWORD in --redis")]:
        code, said = refused_start(redis)
        assert code == 3 and advice in said, said
        assert "guess" not in said


def test_a_sentinel_address_is_checked(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for address, complaint in [("sentinel://127.0.0.1", "must end with the primary's name"),
                               ("sentinel://a:x/name", "must have a port"),
                               ("sentinel://a/name?database=1", "may have ?db=NUMBER")]:
        done = subprocess.run([CHATD, "--test-config", "--redis", address], capture_output=True,
                              text=True)
        assert done.returncode == 1 and complaint in done.stdout + done.stderr
