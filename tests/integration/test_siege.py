"""The server under siege: slow sockets, stalled readers, aborted connections, too many newcomers.

`make abuse` (ABUSE=full) runs the full counts and prints the figures; `make test` a short form.
"""

import contextlib
import os
import re

import pytest

from harness import load, siege
from harness.server import SANITIZED, text_of
from harness.waiting import until
from harness.wire import Wire

FULL = os.environ.get("ABUSE") == "full"
ATTACKERS = 50  # addresses that attackers come from when they have many


@pytest.fixture(scope="module", autouse=True)
def programs():
    load.build()


@pytest.fixture(scope="module")
def server(house, certificate):
    """Limits per address hold; the attackers have many addresses, unless a test says otherwise."""
    return house.chatd(redis=house.redis(), certificate=certificate, workers=2, limits=True,
                       options=[
                           "--registrations-per-address", "1000/s",
                           "--logins-per-address", "10000/s"])


def own_memory(server, kind="RssAnon"):
    """Bytes that the workers hold for themselves, code and files aside; VmHWM: the most ever."""
    return sum(int(re.search(kind + r":\s*(\d+)", text_of(f"/proc/{worker}/status"))[1]) << 10
               for worker in server.workers())


def descriptors(server):
    return sum(len(os.listdir(f"/proc/{worker}/fd")) for worker in server.workers())


def guests(server, seconds, rate=30):
    """Honest people who log in and leave, from addresses of their own."""
    return siege.Siege("visits", server, seconds=seconds, rate=rate, accounts=20, sources=200)


def say(what, **figures):
    print(f"{what}: " + ", ".join(f"{name} {value}" for name, value in figures.items()))


@pytest.mark.parametrize("sources", [ATTACKERS, 1], ids=["many addresses", "one address"])
def test_slow_sockets_do_not_keep_guests_out(server, sources):
    """Half-open TLS, ClientHellos in drops, heads, bodies and messages a byte a second."""
    sockets, seconds = (5000, 60) if FULL else (600, 4)
    with guests(server, seconds) as visits:
        visits.until_registered()
        with siege.Siege("slow", server, sockets=sockets, seconds=seconds, sources=sources) as slow:
            slow_figures = slow.figures()
        figures = visits.figures()
    say(f"{sockets} slow sockets from {sources} address(es) for {seconds} s", **slow_figures,
        **figures)
    total = figures["logins"] + figures["failed"]
    assert total >= 0.99 * seconds * 30
    assert figures["logins"] >= 0.999 * total, figures
    if sources > 1:
        assert slow_figures["open_on_average"] > 0.7 * sockets
    else:
        # 200 from an address, those told why, and those that the siege has just begun to open.
        assert slow_figures["open_on_average"] < 400 + sockets // 10
    until(lambda: descriptors(server) < 100, "all sockets are closed", patience=30)


@pytest.mark.long
def test_aborted_connections_leave_nothing_behind(server):
    """More connections than a 16 bit number counts, broken off at every stage."""
    stages = {"tcp": 800_000, "tls": 100_000, "upgrade": 100_000} if FULL else {
        "tcp": 68_000, "tls": 1500, "upgrade": 1500}
    for stage in stages:
        siege.run("abort", server, stage=stage, count=500, parallel=64, sources=ATTACKERS)
    until(lambda: descriptors(server) < 100, "the first are gone")
    before, descriptors_before = own_memory(server), descriptors(server)
    done = 0
    for stage, count in stages.items():
        figures = siege.run("abort", server, stage=stage, count=count, parallel=64,
                            sources=ATTACKERS)
        say(f"aborted at {stage}", **figures)
        assert figures["failed"] <= count * 0.001, figures
        done += figures["aborted"]
    until(lambda: descriptors(server) <= descriptors_before + 4, "all descriptors are closed")
    after = own_memory(server)
    say("aborted in all", connections=done, memory_before=f"{before >> 10} kB",
        memory_after=f"{after >> 10} kB", descriptors_before=descriptors_before,
        descriptors_after=descriptors(server))
    assert done > 65_536
    if not SANITIZED:
        assert after < before * 1.1 + (1 << 20)
    assert siege.run("visits", server, seconds=1, rate=20, sources=200)["failed"] == 0
    server.check()


@pytest.mark.skipif(SANITIZED, reason="says more about speed than about memory")
def test_stalled_readers_do_not_slow_the_others(own_house):
    clients, messages, text = (2000, 3000, 1000) if FULL else (300, 600, 1000)
    figures, peak = {}, {}
    for stalled in (0, clients // 2):
        server = own_house.chatd(redis=own_house.redis(), workers=2, options=[
            "--outbox-limit", "256K"])
        code, figures[stalled], errors = load.run(
            [server.port], clients=clients, stalled=stalled, messages=messages, senders=20,
            rate=100 if FULL else 200, window=1000, text_size=text, patience=60)
        assert code == 0, (figures[stalled], errors)
        peak[stalled] = own_memory(server, "VmHWM")
        server.stop()
    say(f"{clients} clients, none stalled", **figures[0], peak_memory=f"{peak[0] >> 10} kB")
    stalled = clients // 2
    say(f"{clients} clients, {stalled} stalled", **figures[stalled],
        peak_memory=f"{peak[stalled] >> 10} kB")
    quick, slow = (figures[key]["delivery_ms"]["p99"] for key in (0, stalled))
    assert slow < 2 * quick + 5
    # Frames are shared: a stalled reader costs its bound at most, and in a common lobby far less.
    assert peak[stalled] < peak[0] + stalled * (256 << 10) // 4
    assert figures[stalled]["closed"] == 0


@contextlib.contextmanager
def crowd(server, count):
    with contextlib.ExitStack() as stack:
        yield [stack.enter_context(Wire(server)).open() for _ in range(count)]


@pytest.mark.parametrize("tls", [False, True], ids=["plain", "tls"])
def test_newcomers_too_many_are_told_when_to_come_again(own_house, certificate, tls):
    server = own_house.chatd(redis=own_house.redis(), certificate=certificate if tls else None,
                             workers=1, options=["--max-connections", "20"])
    with crowd(server, 20) as present:
        waits = set()
        for _ in range(11):
            with Wire(server) as wire:
                response = wire.upgrade()
                assert response.status == 503 and response.headers["connection"] == "close"
                assert "frame-ancestors 'none'" in response.headers["content-security-policy"]
                waits.add(int(response.headers["retry-after"]))
                assert wire.ended()
        # Another number for each: they do not all come back at once.
        assert len(waits) > 5 and min(waits) >= 5 and max(waits) <= 20
        for wire in present:
            wire.socket.settimeout(0.01)
            with pytest.raises(TimeoutError):
                wire.frame()
    until(lambda: Wire(server).upgrade().status == 101, "there is room again")


@pytest.mark.skipif(SANITIZED, reason="says more about speed than about memory")
def test_flood_of_handshakes_does_not_slow_those_inside(own_house, certificate):
    """Strangers connect as fast as they can; people inside go on talking."""
    seconds = 20 if FULL else 4
    server = own_house.chatd(redis=own_house.redis(), certificate=certificate, workers=2, options=[
        "--max-handshakes", "50"])

    def talk():
        code, figures, errors = load.run(
            [server.port], tls=True, clients=50, senders=10, messages=seconds * 50, rate=50,
            patience=30)
        assert code == 0, errors
        return figures

    calm = talk()
    with siege.Siege("abort", server, stage="tls", count=10_000_000, parallel=400,
                     sources=ATTACKERS):
        figures = talk()
    say("calm", **calm)
    say("under a flood of handshakes", **figures)
    assert figures["delivery_ms"]["p99"] < calm["delivery_ms"]["p99"] + 200
