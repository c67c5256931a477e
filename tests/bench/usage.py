"""What a server costs: the CPU time and the memory of all its processes together."""

import os

from harness import processes

TICK = os.sysconf("SC_CLK_TCK")


def tree(pid):
    """A process and all below it."""
    found = [pid]
    for child in processes.children(pid):
        found += tree(child)
    return found


def trees(pids):
    return sorted({each for pid in pids for each in tree(pid)})


def cpu_seconds(pid):
    """User and system time so far; 0 for a process that is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK
    except (FileNotFoundError, ProcessLookupError):
        return 0.0


def pss(pid):
    """Proportional set size in bytes: pages that several processes share count once in all."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("Pss:"))


class Cpu:
    """CPU seconds spent between start() and stop() by the processes of a server."""

    def __init__(self, server):
        self.server = server

    def start(self):
        self.before = self._now()
        return self

    def stop(self):
        now = self._now()
        self.spent = {pid: now[pid] - self.before.get(pid, 0.0) for pid in now}
        return self

    def _now(self):
        return {pid: cpu_seconds(pid) for pid in trees(self.server.pids())}

    @property
    def total(self):
        return sum(self.spent.values())

    @property
    def redis(self):
        return sum(spent for pid, spent in self.spent.items()
                   if (processes.name(pid) or "").startswith("redis"))

    @property
    def busiest(self):
        """Of one process: the one that is the first to have no time left."""
        return max(self.spent.values())


def memory(server):
    """(bytes of all processes, bytes of Redis among them)."""
    sizes = {pid: pss(pid) for pid in trees(server.pids())}
    return sum(sizes.values()), sum(
        size for pid, size in sizes.items() if (processes.name(pid) or "").startswith("redis"))
