"""The short form of `make chaos`: random faults under load, and nothing lost, doubled, out of order or stale."""

import os
import re
import subprocess
import sys

import pytest

from harness.server import CHATD, ROOT

RUN = os.path.join(ROOT, "tests/chaos/run.py")


@pytest.mark.long
def test_random_faults_lose_nothing(tmp_path):
    outcome = subprocess.run(
        [sys.executable, RUN, "--clients", "60", "--processes", "2", "--groups", "3", "--faults",
         "20", "--deliveries", "10000", "--pause", "0.8"],
        env={**os.environ, "CHATD": CHATD}, capture_output=True, text=True, timeout=240, check=False)
    print(outcome.stdout, outcome.stderr)
    figures = re.search(r"lost (\d+), doubled (\d+), out of order (\d+), changed \d+, stale (\d+)", outcome.stdout)
    assert figures, outcome.stderr
    assert figures.groups() == ("0", "0", "0", "0")
    assert outcome.returncode == 0
