#!/usr/bin/env python3
"""Walks the Dockerfile where there is no Docker engine: does each stage's own COPY and RUN steps in a
fresh Debian 12, then starts the redis and chatd images as compose would, as their ordinary users, and
asks their own health checks. Needs root and debootstrap.

    tests/docker/walk.py            every stage, then the check
"""

import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "docker"
BARE = ROOT / "tests" / "bare"
PASSWORD = "walked"
PATIENCE_SECONDS = 60


class Stage:
    """One stage of the Dockerfile, done in a folder of its own."""

    def __init__(self, name):
        self.name = name
        self.root = WORK / name
        self.folder = "/"
        self.user = "root"
        self.start = []
        self.health = []

    def inside(self, command, environment=None, **settings):
        """Starts a command in the stage's root, as its user, in its folder."""
        variables = [f"{name}={value}" for name, value in (environment or {}).items()]
        identity = [] if self.user == "root" else [
            "setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--init-groups", "--no-new-privs",
        ]
        script = f"cd {shlex.quote(self.folder)} && exec {shlex.join(['env', *variables, *identity, *command])}"
        return subprocess.Popen([BARE / "inside", self.root, "sh", "-c", script], **settings)

    def run(self, command, **settings):
        process = self.inside(command, **settings)
        if process.wait() != 0:
            sys.exit(f"{self.name}: failed: {shlex.join(command)}")

    def copy(self, words, stages):
        sources, target = words[:-1], words[-1]
        origin = ROOT
        if sources[0].startswith("--from="):
            origin = stages[sources.pop(0).removeprefix("--from=")].root
        inside = self.root / os.path.join(self.folder, target).lstrip("/")
        for source in sources:
            path = origin / source.lstrip("/")
            if source == ".":
                copy_context(inside)
            elif path.is_dir():
                shutil.copytree(path, inside, symlinks=True, dirs_exist_ok=True)
            else:
                into = inside / path.name if target.endswith("/") else inside
                into.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(path, into)


def copy_context(target):
    """What `COPY . .` takes: everything but what .dockerignore names."""
    ignored = shutil.ignore_patterns(
        *[line.rsplit("/", 1)[-1] for line in (ROOT / ".dockerignore").read_text().split()]
    )
    shutil.copytree(ROOT, target, ignore=ignored, symlinks=True, dirs_exist_ok=True)


def instructions():
    text = (ROOT / "docker" / "Dockerfile").read_text()
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if line and not line.startswith("#"):
            yield line.split(" ", 1)


def walk():
    stages = {}
    stage = None
    for word, rest in instructions():
        print(f"{stage.name if stage else ''}: {word} {rest}", flush=True)
        if word == "FROM":
            stage = Stage(rest.split(" AS ")[1])
            stages[stage.name] = stage
            shutil.rmtree(stage.root, ignore_errors=True)
            subprocess.run([BARE / "debian-root", stage.root], check=True)
        elif word == "WORKDIR":
            stage.folder = rest
            (stage.root / rest.lstrip("/")).mkdir(parents=True, exist_ok=True)
        elif word == "COPY":
            stage.copy(rest.split(), stages)
        elif word == "RUN":
            stage.run(["sh", "-c", rest])
        elif word == "USER":
            stage.user = rest
        elif word in ("CMD", "ENTRYPOINT"):
            stage.start = json.loads(rest)
        elif word == "HEALTHCHECK":
            stage.health = json.loads(rest[rest.index("CMD ") + 4:])
        elif word not in ("EXPOSE", "VOLUME", "STOPSIGNAL"):
            sys.exit(f"this walk does not know {word}")
    return stages


def wait_until_healthy(stage, process, environment):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        if process.poll() is not None:
            sys.exit(f"{stage.name}: ended with {process.returncode}")
        check = stage.inside(stage.health, environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if check.wait() == 0:
            print(f"{stage.name}: healthy, as {stage.user}", flush=True)
            return
        if time.monotonic() > deadline:
            sys.exit(f"{stage.name}: not healthy after {PATIENCE_SECONDS} s")
        time.sleep(0.5)


def serve(stages):
    running = []
    try:
        for name, environment in (
            ("redis", {"REDIS_PASSWORD": PASSWORD}),
            ("chatd", {"CHATD_REDIS": f"redis://:{PASSWORD}@127.0.0.1:6379/15"}),
        ):
            process = stages[name].inside(stages[name].start, environment, start_new_session=True)
            running.append(process)
            wait_until_healthy(stages[name], process, environment)
    finally:
        for process in reversed(running):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
                process.wait()


if __name__ == "__main__":
    walked = walk()
    serve(walked)
    print("1 passed, 0 failed")
