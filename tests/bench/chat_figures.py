"""The figures of what only chatd does: stored private messages, logins, uploads, growth, workers."""

import ctypes
import threading
import time

import script_floor
from clients import client, siege
from figures import RECEIVERS, Figure, deliver
from fit import exponent
from usage import Cpu, memory


class ChatFigure(Figure):
    """Of chatd alone."""

    only = "chatd"
    cases = ("plain",)

    def __init__(self, size):
        self.size = size
        self.seconds = {"full": 4, "quick": 1.5, "smoke": 0.3}[size]
        self.receivers = 50 if size == "smoke" else RECEIVERS

    @staticmethod
    def tls(case):
        return case == "tls"


class Private(ChatFigure):
    """Private messages acknowledged as stored, beside what Redis does with the same script alone."""

    name = "private"
    CLIENTS = 100

    @staticmethod
    def settings(case):
        return {"workers": 2}

    def measure(self, case, server):
        server.ensure(self.CLIENTS)
        with server.server.database().monitor() as monitor:
            deliver(server, clients=2, to="partner", rate=20, seconds=0.3, warm_up=0.1)
            words = script_floor.storing_call(monitor)
        figures = deliver(server, clients=self.CLIENTS, senders=self.CLIENTS, to="partner", rate=0,
                          window=256, seconds=self.seconds)
        alone = script_floor.per_second(server.server, words, self.seconds, pipeline=1)
        pipelined = script_floor.per_second(server.server, words, self.seconds, pipeline=16)
        stored = figures["acknowledged_per_second"]
        return {"per_second": stored, "p99_ms": figures["acknowledgement_p99_ms"],
                "redis_alone": alone, "redis_pipelined": pipelined, "share": stored / alone,
                "cpu": figures["cpu"], "redis_share": figures["redis_share"]}


class Hop(ChatFigure):
    """Private messages, one at a time: to somebody on the same worker, and on another."""

    name = "hop"
    only = "chatd-pair"
    cases = ("same worker", "other worker")

    def measure(self, case, server):
        server.ensure(2)
        if case == "same worker":
            return self._delay(server)
        return self._delay(server, server.neighbour)

    def _delay(self, *servers):
        figures = deliver(*servers, clients=2, senders=2, to="partner", rate=300,
                          seconds=self.seconds)
        return {"p50_ms": figures["p50_ms"], "p99_ms": figures["p99_ms"]}


class Storm(ChatFigure):
    """Logins by password, as many as there may be, and the lobby meanwhile."""

    name = "storm"
    AT_ONCE = 32
    LOBBY = {"rate": 50, "warm_up": 1}

    def measure(self, case, server):
        server.ensure(self.receivers)
        calm = deliver(server, clients=self.receivers, seconds=self.seconds, **self.LOBBY)
        with self._logins(server, self.seconds + 2.5) as storm:
            lobby = deliver(server, clients=self.receivers, seconds=self.seconds, **self.LOBBY)
            storm.figures()
        with self._logins(server, self.seconds) as storm:
            begun = time.monotonic()
            logins = storm.figures()
            alone = logins["logins"] / (time.monotonic() - begun)
        assert logins["failed"] == 0, logins
        hashes = self._hashes_per_second(threads=2, seconds=self.seconds)
        return {"per_second": alone, "p99_ms": logins["p99_ms"], "hashes_per_second": hashes,
                "share": alone / hashes, "calm_p99_ms": calm["p99_ms"],
                "storm_p99_ms": lobby["p99_ms"], "p99_ratio": lobby["p99_ms"] / calm["p99_ms"]}

    def _logins(self, server, seconds):
        return siege("visits", server, passwords=True, sessions=server.sessions(), accounts=50,
                     most=self.AT_ONCE, rate=100_000, seconds=seconds)

    @staticmethod
    def _hashes_per_second(threads, seconds):
        """argon2id as chatd uses it (19 MiB, twice), by libsodium in as many threads."""
        sodium = ctypes.CDLL("libsodium.so.23")
        sodium.sodium_init()
        made = []

        def work():
            out = ctypes.create_string_buffer(128)
            while time.monotonic() < end:
                sodium.crypto_pwhash_str_alg(out, b"load-client-password", ctypes.c_ulonglong(20),
                                             ctypes.c_ulonglong(2), ctypes.c_size_t(19 << 20), 2)
                made.append(1)

        begun = time.monotonic()
        end = begun + seconds
        workers = [threading.Thread(target=work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return len(made) / (time.monotonic() - begun)


class Upload(ChatFigure):
    """Files of 8 MiB, one after the other, over one connection."""

    name = "upload"
    only = "chatd-json"  # the wire that has uploads
    cases = ("plain", "tls")

    def measure(self, case, server):
        server.ensure(1)
        with client("upload", server, clients=1, logins=1, sessions=server.sessions(),
                    seconds=self.seconds) as run:
            run.expect("ready").go().expect("begin")
            cpu = Cpu(server).start()
            run.expect("end")
            cpu.stop()
            figures = run.figures()
        return {"mb_per_cpu": figures["bytes"] / 1e6 / cpu.total,
                "mb_per_second": figures["bytes"] / 1e6 / figures["seconds"]}


class Growth(ChatFigure):
    """What everybody costs together, from few online to many: the exponents of the growth."""

    name = "growth"
    repeat_most = 3  # each takes a minute and a half
    LOGINS = 300

    def __init__(self, size):
        super().__init__(size)
        self.sizes = {"full": (1000, 4000, 16_000), "quick": (500, 2000, 8000), "smoke": (20, 40)}[size]
        self.idling = {"full": 16, "quick": 5, "smoke": 0.2}[size]  # seconds; pings come every 15

    def measure(self, case, server):
        server.ensure(max(self.sizes) + self.LOGINS)
        empty, _ = memory(server)
        costs = [self._costs(server, size, empty) for size in self.sizes]
        values = {}
        for name in costs[0]:
            points = [(size, cost[name]) for size, cost in zip(self.sizes, costs)]
            values[f"{name}_exponent"] = exponent(points)
            for size, cost in points:
                values[f"{name}_{size}"] = cost
        return values

    def _costs(self, server, size, empty):
        with client("deliver", server, clients=size, sessions=server.sessions(), warm_up=0.5,
                    rate=self.receivers * 50 / size, seconds=self.seconds) as run:
            run.expect("ready")
            time.sleep(min(1, self.idling))
            full, _ = memory(server)
            login = self._login(server, size)
            idle = Cpu(server).start()
            time.sleep(self.idling)
            idle.stop()
            run.go().expect("begin")
            sending = Cpu(server).start()
            run.expect("end")
            sending.stop()
            figures = run.figures()
        seconds = {"login": login, "idle": idle.total, "message": sending.total / figures["sent"]}
        return {"memory": max(full - empty, 1),
                **{name: max(value, 1e-6) for name, value in seconds.items()}}

    def _login(self, server, size):
        """CPU seconds of one login by session, while so many are online."""
        cpu = Cpu(server).start()
        with siege("visits", server, sessions=server.sessions(size), accounts=self.LOGINS,
                   rate=150, most=50, seconds=self.LOGINS / 150) as run:
            logins = run.figures()
        cpu.stop()
        assert logins["failed"] == 0, logins
        return cpu.total / logins["logins"]


class Workers(ChatFigure):
    """As many lobby messages as there may be, with one worker and with two.

    The machine has too few cores for the clients to keep up with two workers, so what two could do is
    told from the CPU time of the busiest process: the first to have none left.
    """

    name = "workers"
    cases = ("one", "two")

    @staticmethod
    def settings(case):
        return {"workers": 1 if case == "one" else 2}

    def measure(self, case, server):
        server.ensure(self.receivers)
        return deliver(server, clients=self.receivers, senders=100, rate=0, window=100,
                       seconds=self.seconds)


FIGURES = (Private, Hop, Storm, Upload, Growth, Workers)
