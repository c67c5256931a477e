"""The siege program of tests/load/siege: slow sockets, aborted connections, honest guests."""

import json
import os
import subprocess

from .load import PROGRAM

SIEGE = os.path.join(os.path.dirname(PROGRAM), "siege")


class Siege:
    """A running siege; `figures()` waits for its end."""

    def __init__(self, what, server, **options):
        words = [SIEGE, what, "--server", f"127.0.0.1:{server.port}"]
        if server.certificate:
            words.append("--tls")
        for name, value in options.items():
            words += [f"--{name}", str(value)]
        self.process = subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                        text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.communicate()

    def until_registered(self):
        line = self.process.stderr.readline()
        assert line == "registered\n", line + self.process.stderr.read()

    def figures(self, timeout=900):
        out, errors = self.process.communicate(timeout=timeout)
        assert self.process.returncode == 0, errors
        return json.loads(out)


def run(what, server, **options):
    with Siege(what, server, **options) as siege:
        return siege.figures()
