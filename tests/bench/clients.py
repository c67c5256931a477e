"""The programs that play the clients: build/bin/bench-client and build/bin/siege."""

import json
import os
import resource
import subprocess
import tempfile
import threading

BUILD = os.environ.get("LOAD_BUILD", "build")
SPARE_DESCRIPTORS = 200


def most_connections():
    """As many as one process may hold."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard - SPARE_DESCRIPTORS


def words_for(servers, **options):
    """The command line for clients of these servers, which are all alike."""
    words = ["--wire", servers[0].wire] + (["--tls"] if servers[0].tls else [])
    for server in servers:
        words += ["--server", f"127.0.0.1:{server.port}"]
    for name, value in options.items():
        if value is True:
            words.append(f"--{name.replace('_', '-')}")
        elif value is not None:
            words += [f"--{name.replace('_', '-')}", str(value)]
    return words


class Program:
    """One of them, running. Killed after `limit` seconds, and at the end of the `with`."""

    def __init__(self, name, words, limit=180):
        self.errors = tempfile.TemporaryFile("w+")
        self.process = subprocess.Popen(
            [os.path.join(BUILD, "bin", name), *words], text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=self.errors)
        self.timer = threading.Timer(limit, self.process.kill)
        self.timer.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.timer.cancel()
        self.process.kill()
        self.process.communicate()
        self.errors.close()

    def line(self):
        line = self.process.stdout.readline().strip()
        if not line:
            self.process.wait()
            self.errors.seek(0)
            raise RuntimeError(f"{' '.join(self.process.args)}: {self.errors.read()[-500:]}")
        return line

    def expect(self, word):
        line = self.line()
        assert line == word, line
        return self

    def go(self):
        self.process.stdin.write("go\n")
        self.process.stdin.flush()
        return self

    def figures(self):
        return json.loads(self.line())


def client(what, *servers, **options):
    """A bench-client that has everybody logged in."""
    return Program("bench-client", [what, *words_for(servers, **options)])


def siege(what, server, **options):
    return Program("siege", [what, *words_for([server], **options)])


class Held:
    """Idle connections of the accounts from `skip` to `count`, in as many processes as it takes."""

    def __init__(self, server, count, skip=0):
        share = most_connections()
        self.programs = [
            client("hold", server, clients=min(share, count - first), sessions=server.sessions(first))
            for first in range(skip, count, share)]

    def __enter__(self):
        for program in self.programs:
            program.expect("ready")
        return self

    def __exit__(self, *_):
        for program in self.programs:
            program.__exit__()
