#!/usr/bin/env python3
"""Runs the suites that `make test` names, each under a heading, and sums what they counted.

Every suite builds what it needs by calling make, runs to its end whatever fails in it, and yields an
Outcome. Printed last are a line for each thing that failed and the sum, `N passed, N failed`. The exit
code is 0 when nothing failed and something passed.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SANITIZERS = "address,undefined"
FUZZ_RUNS = 100_000
# More failures than these are no accident of a busy machine.
SECOND_TRIES = 3
# What says that a server broke, which no second try excuses.
HARM = re.compile(r"Sanitizer|runtime error:|workers changed")
TEST = re.compile(r"(\w+\.)*(?P<file>test_\w+)\.(?P<test>test_\w+(\[.*?\])?): ")


@dataclass
class Outcome:
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    failures: list = field(default_factory=list)  # a line each: what failed, and how it says so
    unsteady: list = field(default_factory=list)  # the same of what passed when it was run again

    def __add__(self, other):
        return Outcome(
            self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped,
            self.failures + other.failures, self.unsteady + other.unsteady,
        )

    def __str__(self):
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        unsteady = f", {len(self.unsteady)} of them at the second try" if self.unsteady else ""
        return f"{self.passed} passed{unsteady}, {self.failed} failed{skipped}"


@dataclass
class Options:
    build: Path
    jobs: int
    fuzz_seconds: int


def run(*command, folder=ROOT, **settings):
    """Runs a command, from the top of the tree unless told, with its output shown; true when it succeeds."""
    sys.stdout.flush()
    return subprocess.run([str(part) for part in command], cwd=folder, **settings).returncode == 0


def make(options, *arguments):
    return run("make", f"-j{options.jobs}", "-Otarget", f"BUILD={options.build}", *arguments)


def single(succeeded, name):
    """The outcome of something that counts as one test."""
    return Outcome(passed=1) if succeeded else Outcome(failed=1, failures=[name])


def junit(report, succeeded):
    """Reads the counts of a JUnit report. A runner that failed without one counts as a failure."""
    if not report.exists():
        return single(False, f"{report.stem} (no report)")
    outcome = Outcome()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        failures = [found for kind in ("failure", "error") for found in case.findall(kind)]
        if failures:
            outcome.failed += 1
            message = " ".join((failures[0].get("message") or failures[0].text or "").split())
            outcome.failures.append(f"{case.get('classname')}.{case.get('name')}: {message[:300]}")
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            outcome.skipped += 1
        else:
            outcome.passed += 1
    if not succeeded and outcome.failed == 0:
        return outcome + single(False, report.stem)
    return outcome


def fresh_report(options, name):
    report = ROOT / options.build / "reports" / f"{name}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    return report


def pytest(options, name, *arguments, **settings):
    report = fresh_report(options, name)
    succeeded = run(
        sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}",
        *arguments, **settings,
    )
    return junit(report, succeeded)


def lint(options):
    return pytest(options, "lint", "tests/lint")


def generated(options):
    return single(make(options, "check-generated"), "check-generated")


def tidy(options):
    return single(make(options, "--keep-going", "tidy"), "clang-tidy")


def unit(options):
    if not make(options, "--keep-going", "unit-programs"):
        return single(False, "building the unit tests")
    programs = sorted((ROOT / options.build / "bin").glob("unit-*"))
    with ThreadPoolExecutor(options.jobs) as pool:
        return sum(pool.map(lambda program: unit_program(options, program), programs), Outcome())


def unit_program(options, program):
    report = fresh_report(options, program.name)
    return junit(report, run(program, "--gtest_brief=1", f"--gtest_output=xml:{report}"))


def integration(options, *arguments):
    """Three test files at a time: most tests wait more than they compute. A few that failed are tried
    once more, alone: they start real servers and load, and a machine that others use can be too slow
    for a test's patience. They are named in the summary; a server that broke stays a failure."""
    if not make(options, "all", "load-client"):
        return single(False, "building the server")
    environment = server_environment(options)
    first = pytest(options, "integration", "-n", "3", "--dist", "loadfile", *arguments,
                   "tests/integration", env=environment)
    names = [TEST.match(failure) for failure in first.failures]
    if (not 0 < first.failed <= SECOND_TRIES or not all(names)
            or any(map(HARM.search, first.failures))):
        return first
    print("\nOnce more, alone:", *first.failures, sep="\n  ", flush=True)
    tests = [f"tests/integration/{name['file']}.py::{name['test']}" for name in names]
    second = pytest(options, "integration-again", *tests, env=environment)
    return Outcome(first.passed + second.passed, second.failed, first.skipped, second.failures,
                   unsteady=[] if second.failed else first.failures)


def client(options):
    if not make(options, "all"):
        return single(False, "building the server and the client")
    types = single(run(ROOT / "tools" / "node", "node_modules/vue-tsc/bin/vue-tsc.js", "--noEmit",
                       folder=ROOT / "html"), "the client's types")
    return types + vitest(options, "client", "--config", "vite.config.ts")


def browser(options):
    if not make(options, "all"):
        return single(False, "building the server and the client")
    return vitest(options, "browser", "--config", "vitest.browser.config.ts")


def vitest(options, name, *arguments):
    report = fresh_report(options, name)
    succeeded = run(
        ROOT / "tools" / "node", "node_modules/vitest/vitest.mjs", "run", *arguments, "--reporter=default",
        "--reporter=junit", f"--outputFile.junit={report}",
        folder=ROOT / "html", env=server_environment(options),
    )
    return junit(report, succeeded)


def docker(options):
    return pytest(options, "docker", "tests/docker")


def fuzz(options):
    if not make(options, "fuzz-programs"):
        return single(False, "building the fuzz targets")
    targets = sorted(
        path for path in (ROOT / options.build / "fuzz").glob("*_fuzz") if os.access(path, os.X_OK)
    )
    with ThreadPoolExecutor(options.jobs + 1) as pool:
        outcomes = pool.map(lambda target: fuzz_one(options, target), targets)
        return sum(outcomes, Outcome())


def fuzz_one(options, target):
    """Fuzzes one target from its seeds; what it finds new stays in the build folder. Without a time,
    the inputs are the same ones every run: a change is judged by them, not by luck."""
    name = target.name.removesuffix("_fuzz")
    seeds = ROOT / "tests" / "fuzz" / "corpus" / name
    if options.fuzz_seconds:
        found, effort = target.with_name(f"{name}.corpus"), [f"-max_total_time={options.fuzz_seconds}"]
    else:
        found, effort = target.with_name(f"{name}.same"), ["-seed=1", f"-runs={FUZZ_RUNS}"]
        shutil.rmtree(found, ignore_errors=True)
    found.mkdir(exist_ok=True)
    log = target.with_name(f"{name}.log")
    with log.open("wb") as output:
        succeeded = run(
            target, *effort, "-timeout=10", "-rss_limit_mb=2048",
            f"-artifact_prefix={target.parent}/{name}-", "-print_final_stats=1",
            found, *([seeds] if seeds.is_dir() else []),
            stdout=output, stderr=subprocess.STDOUT,
        )
    text = log.read_text(errors="replace")
    if succeeded:
        executed = re.search(r"number_of_executed_units: (\d+)", text)
        covered = re.findall(r"cov: (\d+)", text)
        print(f"{name}: {executed and executed[1]} inputs, {covered[-1] if covered else '?'} edges")
    else:
        print(f"{name}: FAILED\n{text[-6000:]}")
    return single(succeeded, f"{target.name}: see {log.relative_to(ROOT)}")


def sanitizers(options):
    """The unit and integration suites again, compiled with sanitizers; without the longest tests,
    whose load says more about speed than about memory."""
    os.environ["SANITIZER"] = SANITIZERS
    try:
        sanitized = Options(Path("build") / SANITIZERS.replace(",", "-"), options.jobs, 0)
        return unit(sanitized) + integration(sanitized, "-m", "not long")
    finally:
        del os.environ["SANITIZER"]


def server_environment(options):
    return {**os.environ, "CHATD": str(ROOT / options.build / "chatd")}


SUITES = {
    "lint": ("Lints", lint),
    "generated": ("Generated files", generated),
    "tidy": ("clang-tidy", tidy),
    "unit": ("Unit tests", unit),
    "client": ("The web client", client),
    "browser": ("The web client in Chromium", browser),
    "integration": ("Integration", integration),
    "docker": ("Docker files", docker),
    "fuzz": ("Fuzzing", fuzz),
    "sanitizers": (f"Unit tests and integration with {SANITIZERS}", sanitizers),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", type=Path, default=Path("build"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--fuzz-seconds", type=int, help="look for new inputs, so long a target")
    parser.add_argument("suites", nargs="+", choices=SUITES)
    arguments = parser.parse_args()
    # The suites call make again: how the make above this program works in parallel is not theirs.
    for name in ("MAKEFLAGS", "MFLAGS", "MAKELEVEL"):
        os.environ.pop(name, None)
    options = Options(arguments.build, arguments.jobs, arguments.fuzz_seconds)

    lines, total = [], Outcome()
    for name in arguments.suites:
        title, suite = SUITES[name]
        print(f"\n=== {title} " + "=" * max(0, 74 - len(title)), flush=True)
        begin = time.monotonic()
        outcome = suite(options)
        total += outcome
        lines.append(f"  {title:<48} {time.monotonic() - begin:6.0f} s  {outcome}")

    print("\n=== Summary " + "=" * 67)
    print("\n".join(lines))
    print("".join(f"\nUNSTEADY {failure}" for failure in total.unsteady), end="")
    print("".join(f"\nFAILED {failure}" for failure in total.failures))
    print(f"{total}", flush=True)
    return 0 if total.failed == 0 and total.passed > 0 else 1


if __name__ == "__main__":
    sys.exit(main())
