"""Something ends or breaks while an upgrade is under way: one server goes on, or none and nothing of it."""

import asyncio
import os
import signal

import pytest

from harness import people, processes
from harness.upgrades import HeldUpgrade, left_of
from harness.waiting import eventually

OPTIONS = ["--rate-limits", "off", "--upgrade-drain", "1s", "--drain-timeout", "2s"]


@pytest.fixture(autouse=True)
def orphans(own_house):
    """A test that fails may know neither master: nothing of its servers is left all the same."""
    processes.adopt_orphans()
    yield
    for server in own_house.servers():
        for pid, _ in left_of(server):
            if not processes.ended(pid):
                os.kill(pid, signal.SIGKILL)


class Site:
    """A server with managed Redis and a pid file, somebody connected, and an upgrade at its gate."""

    def __init__(self, house, **options):
        self.pid_file = os.path.join(house.directory, "chatd.pid")
        self.server = house.prepare(options=[*OPTIONS, "--pid-file", self.pid_file], **options)
        folder = house.folder("bin")
        os.makedirs(folder)
        self.folder = folder
        self.client = self.redis = self.upgrade = None

    async def begin(self, **options):
        self.upgrade = HeldUpgrade(self.server, self.folder, **options)
        await asyncio.to_thread(self.server.start)
        self.redis = self.server.managed_redis()
        self.client = await people.user(self.server, "there")
        await asyncio.to_thread(self.upgrade.begin)
        return self.upgrade

    def named(self):
        """The process id in the pid file, or None."""
        try:
            with open(self.pid_file) as file:
                return int(file.read())
        except FileNotFoundError:
            return None

    def new_serves(self):
        """From now on the new master is the server."""
        self.server.master = self.upgrade.new
        self.server.expected_workers = None

    async def serves(self):
        """The server takes people in, over the Redis that was there, and knows its id."""
        client = await people.user(self.server, "new")
        assert (await client.say("hello"))["type"] == 110
        assert self.server.managed_redis() == self.redis
        assert self.named() == self.server.master

    async def ends_for_good(self):
        if not processes.ended(self.server.master):
            self.server.signal(signal.SIGTERM)
        await self.nothing_is_left()
        assert self.named() is None

    async def nothing_is_left(self):
        def ended():  # a process that is about to end has no command line any more
            return left_of(self.server) == [] and processes.ended(self.server.master)

        await eventually(ended, f"nothing of {self.server.directory} runs", patience=30)


@pytest.fixture
def site(own_house):
    return Site(own_house)


STAGES = ["starting", "ready"]


async def reach(upgrade, stage):
    """The new master has not begun, or has nothing left to do but to say that it is ready."""
    if stage == "ready":
        await asyncio.to_thread(upgrade.ready_unheard)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT])
async def test_stop_during_an_upgrade_ends_both(site, number, stage):
    upgrade = await site.begin()
    await reach(upgrade, stage)
    site.server.signal(number)
    upgrade.wake_old()
    assert (await site.client.inbox.wait_closed())[0] == 1001
    assert await asyncio.to_thread(site.server.wait) == 0
    assert "takes over" not in site.server.log()
    await site.ends_for_good()


async def test_stop_ends_a_new_server_that_hangs(site):
    upgrade = await site.begin(stubborn=True)
    site.server.signal(signal.SIGTERM)
    assert await asyncio.to_thread(site.server.wait) == 0
    assert processes.ended(upgrade.new)
    await site.ends_for_good()


@pytest.mark.parametrize("stage", STAGES)
async def test_stop_of_the_new_server_leaves_the_old_one(site, stage):
    upgrade = await site.begin()
    await reach(upgrade, stage)
    workers = upgrade.workers()
    os.kill(upgrade.new, signal.SIGTERM)
    await eventually(lambda: processes.ended(upgrade.new), "the new master ends")
    upgrade.wake_old()
    await eventually(lambda: "the upgrade failed" in site.server.log(), "it is told")
    assert all(processes.ended(worker) for worker in workers)
    assert (await site.client.say("still here"))["type"] == 110
    await site.serves()
    await site.ends_for_good()


@pytest.mark.parametrize("stage", STAGES)
async def test_old_master_killed_before_the_new_one_took_over(site, stage):
    upgrade = await site.begin()
    await reach(upgrade, stage)
    old_workers = site.server.workers()
    os.kill(upgrade.old, signal.SIGKILL)
    site.server.process.wait()
    site.new_serves()
    upgrade.go_on()
    assert (await site.client.inbox.wait_closed())[0] == 1001
    await eventually(lambda: "listens on" in site.server.log().partition("starts as process")[2],
                     "the new master takes over", patience=30)
    await site.serves()
    await eventually(lambda: all(processes.ended(worker) for worker in old_workers), "workers end")
    assert "but:" not in site.server.log()
    await site.ends_for_good()


async def test_old_master_killed_while_it_drains(site):
    upgrade = await site.begin()
    old_workers = site.server.workers()
    upgrade.go_on()
    await eventually(lambda: "takes over" in site.server.log(), "it takes over", patience=30)
    os.kill(upgrade.old, signal.SIGKILL)
    site.server.process.wait()
    site.new_serves()
    assert (await site.client.inbox.wait_closed())[0] in (1001, 1012)
    await eventually(lambda: site.named() == upgrade.new, "the pid file follows")
    await site.serves()
    await eventually(lambda: all(processes.ended(worker) for worker in old_workers), "workers end")
    await site.ends_for_good()


@pytest.mark.parametrize("stage", STAGES)
async def test_new_master_killed_before_it_took_over(site, stage):
    upgrade = await site.begin()
    await reach(upgrade, stage)
    new_workers = upgrade.workers()
    os.kill(upgrade.new, signal.SIGKILL)
    await eventually(lambda: processes.ended(upgrade.new), "the new master is dead")
    upgrade.wake_old()
    await eventually(lambda: "the upgrade failed" in site.server.log(), "it is told")
    assert "was killed by SIGKILL" in site.server.log()
    await eventually(lambda: all(processes.ended(worker) for worker in new_workers), "workers end")
    assert (await site.client.say("still here"))["type"] == 110
    await site.serves()
    upgrade.go_on()
    assert await asyncio.to_thread(site.server.upgrade) == upgrade.old
    await site.serves()
    await site.ends_for_good()


async def test_new_master_killed_after_it_took_over(site):
    """As when any master is killed: all of it ends, and nothing is in the way of the next start."""
    upgrade = await site.begin()
    acknowledged = await site.client.say("kept")
    upgrade.go_on()
    await eventually(lambda: site.named() == upgrade.new, "it has taken over", patience=30)
    os.kill(upgrade.new, signal.SIGKILL)
    assert (await site.client.inbox.wait_closed())[0] == 1012
    assert await asyncio.to_thread(site.server.wait) == 0
    await site.nothing_is_left()
    await asyncio.to_thread(site.server.start)
    site.redis = site.server.managed_redis()
    await site.serves()
    back = await people.device(site.server, of=site.client)
    assert acknowledged["id"] in [message["id"] for message in (await back.history())["mess"]]
    await site.ends_for_good()


async def test_usr2_again_and_again_is_one_upgrade(site):
    upgrade = await site.begin()
    for pid in (upgrade.old, upgrade.new, upgrade.old):
        os.kill(pid, signal.SIGUSR2)
    await eventually(lambda: "no upgrade: an upgrade is under way" in site.server.log(), "it is told")
    upgrade.go_on()
    await eventually(lambda: "takes over" in site.server.log(), "it takes over", patience=30)
    for pid in (upgrade.old, upgrade.new):
        os.kill(pid, signal.SIGUSR2)
    site.new_serves()
    await eventually(lambda: site.named() == upgrade.new, "it has taken over")
    await site.serves()
    assert await asyncio.to_thread(site.server.process.wait, 30) == 0
    assert site.server.log().count("starts as process") == 1
    await site.ends_for_good()


@pytest.mark.parametrize("stage", STAGES)
async def test_what_the_old_master_was_asked_holds_for_the_new_one(own_house, stage):
    """HUP and USR1 while the new master may have read its configuration and opened its log already."""
    folder = own_house.folder("conf")
    os.makedirs(folder)
    config, log = os.path.join(folder, "chatd.toml"), os.path.join(folder, "chatd.log")

    def limit(size):
        with open(config, "w") as file:
            file.write(f"[log]\nlog_file = \"{log}\"\n[websocket]\nmax_message_size = {size}\n")

    limit(8192)
    site = Site(own_house, config=config)
    site.server.log_file = log
    upgrade = await site.begin()
    await reach(upgrade, stage)
    limit(9000)
    os.rename(log, log + ".1")
    for number in (signal.SIGHUP, signal.SIGUSR1):
        os.kill(upgrade.old, number)
    upgrade.wake_old()
    await eventually(lambda: os.path.exists(log), "the log is opened again")
    upgrade.go_on()
    await eventually(lambda: site.named() == upgrade.new, "it has taken over", patience=30)
    site.new_serves()

    async def limit_of_a_newcomer():
        return (await people.guest(site.server)).welcome["max_message_size"]

    while await limit_of_a_newcomer() != 9000:
        await asyncio.sleep(0.05)
    await eventually(lambda: "the server before this one has ended" in site.server.log(),
                     "the new master writes to the new log", patience=30)
    await site.ends_for_good()


async def test_usr2_is_heard_after_the_end_of_the_server_before(site):
    upgrade = await site.begin()
    upgrade.go_on()
    await eventually(lambda: site.named() == upgrade.new, "it has taken over", patience=30)
    site.new_serves()
    os.kill(upgrade.new, signal.SIGSTOP)
    assert await asyncio.to_thread(site.server.process.wait, 30) == 0
    os.kill(upgrade.new, signal.SIGUSR2)
    os.kill(upgrade.new, signal.SIGCONT)
    await eventually(lambda: site.server.log().count("starts as process") == 2, "it starts the next",
                     patience=30)
    assert "no upgrade" not in site.server.log()
    await eventually(lambda: site.named() != upgrade.new, "the next has taken over", patience=30)
    site.server.master = site.named()
    await site.serves()
    await eventually(lambda: processes.ended(upgrade.new), "it ends", patience=30)
    await site.ends_for_good()
