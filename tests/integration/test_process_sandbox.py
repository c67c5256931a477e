"""What the server's processes give up: privileges, system calls, core dumps, files for others."""

import os
import re
import resource
import shutil
import subprocess

import pytest

from harness import people, processes
from harness.server import ROOT, SANITIZED, text_of
from harness.waiting import until

NOBODY = 65534
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can change its user")
filtered = pytest.mark.skipif(SANITIZED, reason="sanitizers make system calls of their own")


def status(pid):
    """The fields of /proc/PID/status."""
    return dict(re.findall(r"^(\w+):\s*(.*)$", text_of(f"/proc/{pid}/status"), re.M))


def threads(pid):
    return [int(name) for name in os.listdir(f"/proc/{pid}/task")]


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(workers=2)


def everyone(server):
    return [server.process.pid, server.managed_redis(), *server.workers()]


def test_nobody_gains_privileges(server):
    assert {status(pid)["NoNewPrivs"] for pid in everyone(server)} == {"1"}


def test_workers_hold_no_capabilities(server):
    for worker in server.workers():
        fields = status(worker)
        held = [fields[f"Cap{kind}"] for kind in ("Inh", "Prm", "Eff", "Amb")]
        assert {int(mask, 16) for mask in held} == {0}, fields
        if os.geteuid() == 0:
            assert int(fields["CapBnd"], 16) == 0


@filtered
def test_every_thread_of_a_worker_is_filtered(server):
    for worker in server.workers():
        modes = {text_of(f"/proc/{worker}/task/{thread}/status").split("Seccomp:\t")[1][0]
                 for thread in threads(worker)}
        assert modes == {"2"} and len(threads(worker)) > 2
    assert status(server.process.pid)["Seccomp"] == "0"


@filtered
async def test_filter_can_be_turned_off(own_house):
    server = own_house.chatd(redis=own_house.redis(), options=["--system-call-filter", "off"])
    assert status(server.workers()[0])["Seccomp"] == "0"
    assert (await (await people.user(server, "free")).ask(213))["type"] == 213


def core_limit(pid):
    return text_of(f"/proc/{pid}/limits").split("Max core file size")[1].split()[0]


@filtered
def test_no_core_dumps(server):
    for pid in everyone(server):
        assert core_limit(pid) == "0"
    for pid in [server.process.pid, *server.workers()]:
        # The files of a process that may not be dumped belong to root, whoever runs it.
        assert os.stat(f"/proc/{pid}/maps").st_uid == 0


@as_root
@filtered
def test_core_dumps_can_be_asked_for(own_house):
    server = own_house.chatd(redis=own_house.redis(), options=["--core-dumps", "on"])
    own = resource.getrlimit(resource.RLIMIT_CORE)[1]
    assert core_limit(server.workers()[0]) == ("unlimited" if own < 0 else str(own))


def open_folder(path):
    """Makes `path` and lets everybody pass through what is above it."""
    os.makedirs(path)
    while path != "/tmp" and path != "/":
        os.chmod(path, 0o755)
        path = os.path.dirname(path)


@as_root
async def test_root_becomes_the_user(own_house):
    folder = own_house.folder("nobody")
    open_folder(folder)
    server = own_house.prepare(workers=1, options=[
        "--user", "nobody", "--rate-limits", "off", "--log-level", "debug"])
    for path in (server.upload, server.data):
        shutil.rmtree(path, ignore_errors=True)
    server.data, server.upload = os.path.join(folder, "data"), os.path.join(folder, "upload")
    server.start()
    for pid in everyone(server):
        fields = status(pid)
        assert set(fields["Uid"].split()) == {str(NOBODY)}, fields
        assert "0" not in fields["Groups"].split()
        assert int(fields["CapEff"], 16) == int(fields["CapBnd"], 16) == 0
    if not SANITIZED:
        other = subprocess.run(
            ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", "cat",
             f"/proc/{server.workers()[0]}/environ"], capture_output=True, text=True)
        assert other.returncode != 0 and "ermission denied" in other.stderr
    assert (await (await people.user(server, "served")).ask(213))["type"] == 213


async def test_files_are_nobody_elses(server):
    client = await people.legacy(server, "uploader")
    kept = await client.upload(b"plain words\n" * 10)
    path = server.upload + kept["mess"]["path"].removeprefix("/upload")
    assert os.stat(path).st_mode & 0o777 == 0o640, "for the user and the group of the server"
    made = [os.path.join(folder, name) for top in (server.upload, server.data)
            for folder, _, names in os.walk(top) for name in names]
    assert made
    for path in made:
        assert os.stat(path).st_mode & 0o007 == 0, path


@filtered
async def test_worker_that_breaks_out_is_killed_and_named(own_house):
    """A debugger of root's makes a worker call what no worker does."""
    gdb = shutil.which("gdb")
    if not gdb or os.geteuid() != 0:
        pytest.skip("needs gdb and root")
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    worker = server.workers()[0]
    subprocess.run([gdb, "-p", str(worker), "-batch", "-nx", "-ex", "call (int)fork()"],
                   capture_output=True, timeout=60)
    until(lambda: re.search(r"was killed by SIGSYS: it called clone\w*, which no worker does; "
                            r"starting it again", server.log()),
          "the log names the call", patience=20)
    until(lambda: processes.state(worker) in (None, "Z"), "the worker is killed")
    server.expect_new_workers()


def test_unit_is_confined(tmp_path):
    if not shutil.which("systemd-analyze"):
        pytest.skip("needs systemd-analyze, of the package systemd")
    with open(os.path.join(ROOT, "conf/chatd.service.in"), encoding="utf-8") as file:
        unit = file.read().replace("@PREFIX@", "/usr/local").replace("@SYSCONFDIR@", "/etc")
    path = tmp_path / "chatd.service"
    path.write_text(unit)
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", "--no-pager", path],
        capture_output=True, text=True)
    exposure = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    print(exposure[0])
    assert done.returncode == 0 and float(exposure[1]) <= 2.0, done.stdout
