"""What /proc tells of a server's processes."""

import ctypes
import os
import re


def children(pid):
    """Process ids of the direct children that have not ended."""
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            ids = [int(word) for word in file.read().split()]
    except FileNotFoundError:
        return []
    return [child for child in ids if state(child) not in (None, "Z")]


def adopt_orphans():
    """From now on processes whose parent ends become children of this one: it can wait for them."""
    set_child_subreaper = 36
    ctypes.CDLL(None).prctl(set_child_subreaper, 1, 0, 0, 0)


def ended(pid):
    return state(pid) in (None, "Z")


def state(pid):
    """R, S, Z…, or None when there is no such process."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def parent(pid):
    with open(f"/proc/{pid}/stat") as file:
        return int(file.read().rpartition(")")[2].split()[1])


def name(pid):
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except FileNotFoundError:
        return None


def everybody():
    """Process ids of all that run."""
    return [int(entry) for entry in os.listdir("/proc") if entry.isdigit()]


def command(pid):
    """The words that a process was started with; none when it has ended."""
    try:
        with open(f"/proc/{pid}/cmdline") as file:
            return file.read().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return []


def user(pid):
    """The user id that a process runs as."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Uid:"))


def sockets(pid):
    """Inodes of the sockets that a process holds."""
    found = set()
    try:
        for entry in os.scandir(f"/proc/{pid}/fd"):
            match = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(entry.path))
            if match:
                found.add(int(match[1]))
    except FileNotFoundError:
        pass
    return found


def tcp_connections(server_port):
    """{client's port: inode of the server's end} of the connections to a local port."""
    found = {}
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table) as lines:
            next(lines)
            for line in lines:
                fields = line.split()
                if int(fields[1].rpartition(":")[2], 16) == server_port and fields[3] == "01":
                    found[int(fields[2].rpartition(":")[2], 16)] = int(fields[9])
    return found


def most_resident(pid):
    """The most that it was, since the process began or that was forgotten, in bytes."""
    with open(f"/proc/{pid}/status") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmHWM:"))


def resident(pid):
    """Resident memory in bytes."""
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
