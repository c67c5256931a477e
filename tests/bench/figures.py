"""The figures that chatd and its peers are measured by.

A figure is a class whose measure(case, server) does it once and returns numbers by name. The runner
takes care of servers, repetitions and medians.
"""

import time

from clients import Held, client, siege
from usage import Cpu, memory

RECEIVERS = 1000
TICK_SECONDS = 0.01  # no CPU time is known more precisely


class Figure:
    """`cases` are what is measured; `fresh`: every measurement with a new server; `only`: the one
    server that has it, or None. Made with a size: full, quick or smoke."""

    fresh = True
    only = None
    repeat_most = 5  # however often was asked

    @staticmethod
    def tls(case):
        return not case.startswith("plain")

    @staticmethod
    def settings(case):
        """How the server differs from the usual one."""
        return {}


class Connect(Figure):
    """Connections accepted and upgraded, then reset by the client."""

    name = "connect"
    cases = ("plain", "tls", "resumed")
    fresh = False
    COUNTS = {"plain": 30_000, "tls": 5000, "resumed": 8000}

    def __init__(self, size):
        self.share = {"full": 1, "quick": 0.3, "smoke": 0.02}[size]

    def measure(self, case, server):
        count = int(self.COUNTS[case] * self.share)
        cpu = Cpu(server).start()
        with siege("abort", server, stage="upgrade", parallel=min(64, count // 10), count=count,
                   sources=16, resume=True if case == "resumed" else None) as run:
            figures = run.figures()
        cpu.stop()
        assert figures["failed"] == 0, figures
        if case == "resumed":
            assert figures["resumed"] > 0.8 * count, figures
        return {"per_cpu": figures["aborted"] / max(cpu.total, TICK_SECONDS), "p50_ms": figures["p50_ms"],
                "p99_ms": figures["p99_ms"]}


class Idle(Figure):
    """Memory of connections that do nothing: of many, less that of a hundred."""

    name = "idle"
    cases = ("plain", "tls")

    FEW = 100

    def __init__(self, size):
        self.count = {"full": 5000, "quick": 2000, "smoke": 100}[size]

    def measure(self, case, server):
        server.ensure(self.FEW + self.count)
        with Held(server, self.FEW):
            few, few_redis = self._settled(server)
            with Held(server, self.FEW + self.count, skip=self.FEW):
                many, many_redis = self._settled(server)
        return {"bytes": (many - few) / self.count, "redis_bytes": (many_redis - few_redis) / self.count}

    @staticmethod
    def _settled(server):
        """Once it has stopped changing, but for a little, or after five seconds."""
        before = memory(server)
        for _ in range(10):
            time.sleep(0.5)
            now = memory(server)
            if abs(now[0] - before[0]) < 64 << 10:
                break
            before = now
        return now


class Deliver(Figure):
    """Lobby messages to a thousand receivers at a given rate."""

    name = "deliver"
    cases = ("plain 50k/s", "tls 50k/s", "plain 500k/s", "tls 500k/s")

    def __init__(self, size):
        self.receivers = 50 if size == "smoke" else RECEIVERS
        self.seconds = {"full": 3, "quick": 2, "smoke": 0.3}[size]
        self.warm_up = 0.2 if size == "smoke" else 1

    def measure(self, case, server):
        offered = (50_000 if " 50k" in case else 500_000) * self.receivers / RECEIVERS
        server.ensure(self.receivers)
        return deliver(server, clients=self.receivers, rate=offered / self.receivers,
                       seconds=self.seconds, warm_up=self.warm_up)


def deliver(server, *others, **options):
    """One run of `bench-client deliver`, with the CPU time of the first server."""
    with client("deliver", server, *others, sessions=server.sessions(), **options) as run:
        run.expect("ready").go().expect("begin")
        cpu = Cpu(server).start()
        run.expect("end")
        cpu.stop()
        figures = run.figures()
    cpu_seconds = max(cpu.total, TICK_SECONDS)
    assert figures["delivered"] > 0 and figures["refused"] == 0, figures
    delivered = figures["delivered"]
    return {
        "per_cpu": delivered / cpu_seconds,
        "per_cpu_of_busiest": delivered / max(cpu.busiest, TICK_SECONDS),
        "per_second": delivered / figures["seconds"], "redis_share": cpu.redis / cpu_seconds,
        "cpu": cpu.total / figures["seconds"], "cpu_per_message": cpu_seconds / figures["sent"],
        "p50_ms": figures["delivery_ms"]["p50"], "p99_ms": figures["delivery_ms"]["p99"],
        "acknowledged_per_second": figures["acknowledged"] / figures["seconds"],
        "acknowledgement_p99_ms": figures["acknowledgement_ms"]["p99"],
    }


FIGURES = (Connect, Idle, Deliver)
