"""Upgrades that are held where a test wants them, to break something there."""

import asyncio
import os
import re
import shutil
import signal

from . import processes
from .server import CHATD
from .waiting import eventually, until

PATIENCE = 30


def short(**options):
    """Options of a server whose upgrades do not take long."""
    return ["--rate-limits", "off", "--upgrade-drain", options.get("drain", "1s")]


async def upgraded(server):
    """Upgrades the server and waits for the end of the old one."""
    old = await asyncio.to_thread(server.upgrade)
    await eventually(lambda: processes.ended(old), "the old server ends", patience=30)
    return old


class HeldUpgrade:
    """The next new master of a server: it runs up to a gate, and from there when it is told.

    `stubborn`: at the gate it does not care for TERM, as a program that hangs.
    """

    def __init__(self, server, folder, stubborn=False):
        self.server = server
        self.gate = os.path.join(folder, "gate")
        self.new = None
        self.old = None
        server.program = shutil.copy(CHATD, folder)
        self._stubborn = "trap '' TERM\n" if stubborn else ""

    def _put(self, script):
        draft = self.server.program + ".new"
        with open(draft, "w") as file:
            file.write(script)
        os.chmod(draft, 0o755)
        os.rename(draft, self.server.program)

    def begin(self):
        """Sends USR2 and waits until the new master is at the gate."""
        at_gate = self.gate + ".reached"
        self._put(f"#!/bin/sh\n{self._stubborn}: > {at_gate}\n"
                  f"while [ ! -e {self.gate} ]; do sleep 0.02; done\nexec {CHATD} \"$@\"\n")
        self.old = self.server.master
        before = len(self.server.log())
        self.server.signal(signal.SIGUSR2)
        until(lambda: os.path.exists(at_gate), "the new master is at the gate", PATIENCE)
        self.new = int(until(
            lambda: re.search(r"starts as process (\d+)", self.server.log()[before:]), "it is told")[1])
        os.unlink(at_gate)
        return self

    def go_on(self):
        with open(self.gate, "w"):
            pass

    def ready_unheard(self):
        """The old master is stopped, and the new one is ready but for its word."""
        os.kill(self.old, signal.SIGSTOP)
        before = self.server.log().count(" is ready")
        self.go_on()
        until(lambda: self.server.log().count(" is ready") == before + self.server.worker_count,
              "the new workers are ready", PATIENCE)

    def wake_old(self):
        os.kill(self.old, signal.SIGCONT)

    def workers(self):
        """Process ids of the new workers."""
        return [child for child in processes.children(self.new)
                if processes.name(child).startswith("chatd-w")]


def left_of(server):
    """(process id, command) of all that runs of a server, its Redis included."""
    found = []
    for pid in processes.everybody():
        words = processes.command(pid)
        if any(server.directory in word for word in words) and not processes.ended(pid):
            found.append((pid, " ".join(words[:4])))
    return found
