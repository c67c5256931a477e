"""One `chatd` under test: started with its own port and folders, watched, and ended by its id."""

import contextlib
import itertools
import os
import re
import signal
import socket
import subprocess

import redis

from . import processes
from .waiting import until

ROOT = os.path.abspath(os.path.join(os.path.dirname(__file__), "../../.."))
CHATD = os.path.abspath(os.environ.get("CHATD", os.path.join(ROOT, "build/chatd")))
SANITIZED = os.path.exists(CHATD) and b"__asan_init" in open(CHATD, "rb").read()
SANITIZER_REPORT = re.compile(r"(Address|Leak|Undefined\w*|Thread)Sanitizer|runtime error:")
# Below the ports that the kernel gives to clients, and far from where other test processes look.
_ports = itertools.cycle(range(10_000, 32_000))
for _ in range(os.getpid() * 7919 % 22_000):
    next(_ports)


def text_of(path):
    """The content of a file; nothing when it is not there."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read()
    except FileNotFoundError:
        return ""


def free_port():
    """A TCP port that nobody listens on, and that no earlier caller was given."""
    for port in _ports:
        with socket.socket() as probe:
            try:
                probe.bind(("", port))
            except OSError:
                continue
            return port


def environment(**variables):
    """This process' environment for a server: without what the tests themselves are told by."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith("CHATD_")}
    return {**kept, **variables}


class Chatd:
    """A server process.

    directory: its own folder, made if missing. redis: a RedisServer, or None for managed Redis.
    certificate: a Certificate for TLS, or None for plain. options: further command line words.
    """

    def __init__(self, directory, redis=None, certificate=None, workers=2, options=(), config=None):
        self.directory = directory
        self.redis = redis
        self.certificate = certificate
        self.worker_count = workers
        self.options = list(options)
        self.config = config
        self.port = free_port()
        self.program = CHATD
        self.environment = None
        self.process = None
        self.master = None
        self.expected_workers = None
        self.killed = set()
        self.upload = os.path.join(directory, "upload")
        self.data = os.path.join(directory, "data")
        self.output = os.path.join(directory, "output.log")
        self.log_file = self.output
        if "--log-file" in self.options:
            self.log_file = self.options[self.options.index("--log-file") + 1]
        self._log_before = 0
        os.makedirs(self.upload, exist_ok=True)

    def command(self):
        words = [self.program, "-p", str(self.port), "-n", str(self.worker_count), "--data", self.data,
                 "--upload", self.upload]
        if self.redis:
            words += ["--redis", self.redis.url]
        if self.certificate:
            words += ["--tls-cert", self.certificate.cert, "--tls-key", self.certificate.key]
        if self.config:
            words += ["-c", self.config]
        if os.geteuid() != 0 and "--core-dumps" not in self.options:
            words += ["--core-dumps", "on"]  # so that the tests can look into the processes
        if "--reconnect-jitter" not in self.options:
            words += ["--reconnect-jitter", "300ms"]
        return words + self.options

    def launch(self):
        """Starts the process and waits for nothing."""
        self._log_before = len(self.log())
        output = open(self.output, "ab")
        self.process = subprocess.Popen(
            self.command(), cwd=self.directory, stdin=subprocess.DEVNULL, stdout=output,
            stderr=output, env=self.environment or environment())
        output.close()
        self.master = self.process.pid
        return self

    def start(self):
        """Starts the process and waits until all its workers say that they are ready."""
        self.launch()
        until(self._ready, f"chatd is ready; its output:\n{self.log()}", patience=30)
        self.expected_workers = set(self.workers())
        return self

    def workers(self):
        """Process ids of the workers, lowest first."""
        return sorted(child for child in processes.children(self.master)
                      if processes.name(child).startswith("chatd-w"))

    def managed_redis(self):
        """Process id of the private Redis, or None."""
        pid = int(text_of(os.path.join(self.data, "redis/redis.pid")) or 0)
        return pid if (processes.name(pid) or "").startswith("redis") else None

    def upgrade(self, patience=30):
        """Has the server replaced by USR2 and returns the master that was; it still drains."""
        before, old = len(self.log()), self.master
        self.signal(signal.SIGUSR2)
        until(lambda: " listens on " in self.log()[before:], "the new server listens", patience)
        self.master = int(re.search(r"process (\d+) takes over", self.log()[before:])[1])
        self.expected_workers = set(self.workers())
        return old

    def worker_of(self, client_port):
        """Process id of the worker that holds the connection from this client port, or None."""
        return self.workers_of([client_port])[0]

    def workers_of(self, client_ports):
        """The same for many connections."""
        inodes = processes.tcp_connections(self.port)
        holders = {inode: worker for worker in self.workers()
                   for inode in processes.sockets(worker)}
        return [holders.get(inodes.get(port)) for port in client_ports]

    def database(self, number=15):
        """A client of the server's Redis, managed or not, that may do all."""
        if self.redis:
            return self.redis.connect(number)
        return self.managed_database("admin", number)

    def managed_database(self, user, number=15):
        """A client of the managed Redis: `chatd` has the server's own rights, `admin` all."""
        folder = os.path.join(self.data, "redis")
        return redis.Redis(
            unix_socket_path=os.path.join(folder, "redis.sock"), db=number, username=user,
            password=text_of(os.path.join(folder, f"{user}.password")).strip(),
            decode_responses=True)

    def url(self, path="/ws", host="127.0.0.1"):
        return f"{'wss' if self.certificate else 'ws'}://{host}:{self.port}{path}"

    def http(self, path="/", host="127.0.0.1"):
        return f"{'https' if self.certificate else 'http'}://{host}:{self.port}{path}"

    def tls(self):
        return self.certificate.context if self.certificate else None

    def log(self):
        """What the server has said so far, in its log file and on standard error."""
        return "".join(text_of(path) for path in dict.fromkeys([self.log_file, self.output]))

    def signal(self, number):
        if not processes.ended(self.master):
            os.kill(self.master, number)

    def wait(self, patience=15):
        """The exit code; fails when the server is still there after `patience` seconds."""
        return self.process.wait(patience)

    def stop(self):
        """Ends the server at once, with all it started; the exit code."""
        if self.process is None:
            return None
        self.signal(signal.SIGTERM)
        self.signal(signal.SIGINT)
        try:
            until(self._ended, "the server ends", patience=15)
        except AssertionError:
            for pid in [self.master, *processes.children(self.master), self.process.pid]:
                if not processes.ended(pid):
                    os.kill(pid, signal.SIGKILL)
            self.process.wait()
            raise AssertionError(f"chatd did not stop:\n{self.log()[-4000:]}") from None
        return self.process.returncode

    def check(self):
        """Fails when a worker died unasked or a sanitizer reported something."""
        assert not SANITIZER_REPORT.search(self.log()), self.log()[-20000:]
        running = self.process and not self._ended()
        if running and self.expected_workers is not None:
            now = set(self.workers())
            assert now == self.expected_workers, (
                f"workers changed from {self.expected_workers} to {now}:\n{self.log()[-4000:]}")

    def kill_worker(self, worker):
        """Kills one worker, which this test may; `expect_new_workers` is to follow."""
        self.killed.add(worker)
        with contextlib.suppress(ProcessLookupError):  # one that has ended since it was listed
            os.kill(worker, signal.SIGKILL)

    def replaced(self):
        """Whether all workers are there and none of them is one that was killed and still ends."""
        now = set(self.workers())
        return now if len(now) == self.worker_count and not now & self.killed else None

    def expect_new_workers(self):
        """Waits until every killed worker is replaced, and tells `check` that the new ones stay."""
        self.expected_workers = until(self.replaced, "all workers are there", patience=60)

    def _ended(self):
        self.process.poll()  # reaps it
        return processes.ended(self.master)

    def _ready(self):
        log = self.log()[self._log_before:]
        assert self.process.poll() is None, f"chatd ended at once:\n{log}"
        return " listens on " in log
