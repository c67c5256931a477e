"""The load client of tests/load."""

import json
import os
import subprocess

from .server import CHATD, ROOT

BUILD = os.path.relpath(os.environ.get("LOAD_BUILD", os.path.dirname(CHATD)), ROOT)
PROGRAM = os.path.join(ROOT, BUILD, "bin/load")


def build(target="load-client"):
    """Builds the load client beside the server under test, when its sources are newer."""
    done = subprocess.run(["make", f"BUILD={BUILD}", target], cwd=ROOT, capture_output=True,
                          text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def run(ports, tls=False, timeout=600, **options):
    """Runs the load client against local servers; (exit code, its figures, what it complained of).

    Options are the program's own, as `text_size=100` for `--text-size 100`.
    """
    words = [PROGRAM, *(["--tls"] if tls else [])]
    for port in ports:
        words += ["--server", f"127.0.0.1:{port}"]
    for name, value in options.items():
        words += [f"--{name.replace('_', '-')}", str(value)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=timeout)
    figures = json.loads(done.stdout) if done.stdout else None
    return done.returncode, figures, done.stderr
