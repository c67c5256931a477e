"""`make bench` in its smallest form: every figure is measured, and the results become table and plot."""

import json
import os
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

import pytest

from harness import load
from harness.server import CHATD, ROOT, SANITIZED

BENCH = os.path.join(ROOT, "tests/bench")
FIGURES = ["connect", "idle", "deliver", "private", "hop", "storm", "upload", "growth", "workers", "files",
           "downloads"]


def bench(build, *words):
    return subprocess.run(
        [sys.executable, os.path.join(BENCH, "run.py"), "--smoke", "--build", str(build), *words],
        env={**os.environ, "CHATD": CHATD, "LOAD_BUILD": os.path.join(ROOT, load.BUILD)}, capture_output=True,
        text=True, timeout=240, check=False)


@pytest.fixture(scope="module", autouse=True)
def built():
    load.build("bench-programs")


@pytest.mark.long
def test_every_figure_is_measured_and_shown(tmp_path, monkeypatch):
    outcome = bench(tmp_path, "--peers", "chatd,floor")
    print(outcome.stdout[-6000:], outcome.stderr)
    assert outcome.returncode == 0
    with open(tmp_path / "bench/results.json", encoding="utf-8") as file:
        report = json.load(file)
    assert list(report["figures"]) == FIGURES
    for cases in report["figures"].values():
        for peers in cases.values():
            assert all(value is not None for values in peers.values() for value in values.values())
    assert set(report["figures"]["deliver"]["tls 50k/s"]) == {"chatd", "floor"}

    monkeypatch.syspath_prepend(BENCH)
    import plot
    import table
    header, rows = table.build(report)
    assert header[1:] == ["chatd", "chatd-json", "floor", "target"]
    assert len(rows) > 30 and all(any(row[1:4]) for row in rows)
    bars = ElementTree.fromstring(plot.svg(report)).iter("{http://www.w3.org/2000/svg}rect")
    assert len(list(bars)) == 1 + 2 * 8


def test_unknown_figure_is_refused(tmp_path):
    outcome = bench(tmp_path, "--figures", "happiness")
    assert outcome.returncode == 2 and "no such figure: happiness" in outcome.stderr
