"""Fixtures of the integration tests: servers, Redis, certificates, and `async def` tests."""

import asyncio
import inspect
import os
import shutil
import sys
import tempfile

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "../client")]

from harness.certificate import Certificate  # noqa: E402
from harness.redis_server import RedisServer  # noqa: E402
from harness.sentinel_setup import SentinelSetup  # noqa: E402
from harness.small_disk import SmallDisk  # noqa: E402
from harness.server import CHATD, Chatd  # noqa: E402
from harness import people  # noqa: E402

FIXTURES = os.path.join(HERE, "../fixtures")
TEST_TIMEOUT = 120
# The files that take longest, half a minute and more: begun first, they do not end last.
LONG_FILES = ("test_signals", "test_siege", "test_big_lobby", "test_redis_failure", "test_workers",
              "test_connections", "test_bench", "test_sentinel")


def pytest_configure(config):
    config.addinivalue_line("markers", "long: takes more than ten seconds")
    config.addinivalue_line("markers", "timeout(seconds): longest time of an async test")
    if not os.path.exists(CHATD):
        pytest.exit(f"no server to test at {CHATD}: run make, or set CHATD", returncode=2)


def pytest_collection_modifyitems(items):
    items.sort(key=lambda item: item.path.stem not in LONG_FILES)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Runs an `async def` test in a loop of its own and closes the clients that it opened."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    marker = pyfuncitem.get_closest_marker("timeout")
    timeout = marker.args[0] if marker else TEST_TIMEOUT

    people.run(asyncio.wait_for(pyfuncitem.obj(**arguments), timeout))
    return True


class House:
    """Makes servers and ends them all; their logs are shown when a test failed."""

    def __init__(self):
        self.directory = tempfile.mkdtemp(prefix="chatd-")
        self.started = []
        self._count = 0

    def folder(self, name):
        self._count += 1
        return os.path.join(self.directory, f"{name}{self._count}")

    def redis(self, **options):
        server = RedisServer(self.folder("r"), **options).start()
        self.started.append(server)
        return server

    def small_disk(self):
        """A disk of a few megabytes."""
        disk = SmallDisk(self.folder("d"))
        self.started.append(disk)
        return disk

    def sentinels(self, **options):
        """A primary, its replicas and three Sentinels."""
        setup = SentinelSetup(self.folder("c"), **options)
        self.started.append(setup)
        return setup.start()

    def prepare(self, **options):
        """A server that is not started yet."""
        server = Chatd(self.folder("s"), **options)
        self.started.append(server)
        return server

    def chatd(self, limits=False, **options):
        """A running server; limits per address and user are off unless the test is about them."""
        words = list(options.pop("options", ()))
        if not limits:
            words += ["--rate-limits", "off"]
        return self.prepare(options=words, **options).start()

    def servers(self):
        return [server for server in self.started if isinstance(server, Chatd)]

    def check(self):
        for server in self.servers():
            server.check()

    def close(self):
        for server in reversed(self.started):
            server.stop()
        shutil.rmtree(self.directory, ignore_errors=True)


_houses = []


def _open_house():
    house = House()
    _houses.append(house)
    try:
        yield house
        house.check()
    finally:
        _houses.remove(house)
        house.close()


@pytest.fixture(scope="module")
def house():
    """Servers that live as long as the tests of one file."""
    yield from _open_house()


@pytest.fixture
def own_house():
    """Servers of one test alone, which may break them."""
    yield from _open_house()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory):
    return Certificate(str(tmp_path_factory.mktemp("tls")))


@pytest.fixture(autouse=True)
def unharmed(request):
    """After each test: no worker died unasked, no sanitizer report."""
    yield
    for house in _houses:
        house.check()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item):
    outcome = yield
    report = outcome.get_result()
    if report.failed:
        for server in [server for house in _houses for server in house.servers()]:
            report.sections.append((f"chatd on port {server.port}", server.log()[-6000:]))
