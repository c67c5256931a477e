"""The command line: what is wrong is said in one clear line, with an exit code for scripts."""

import os
import pwd
import re
import signal
import socket
import subprocess

import pytest

from harness import people, processes
from harness.certificate import Certificate
from harness.server import CHATD, SANITIZER_REPORT, environment, free_port
from harness.waiting import until


def run(*words, env=None, cwd=None):
    """Runs chatd to its end; (exit code, standard output, standard error)."""
    done = subprocess.run([CHATD, *words], capture_output=True, text=True, timeout=30, cwd=cwd,
                          env=environment(**(env or {})))
    assert not SANITIZER_REPORT.search(done.stderr), done.stderr
    return done.returncode, done.stdout, done.stderr


as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
BAD_OPTION, PORT_IN_USE, NO_REDIS = 1, 2, 3


def refused(*words, code=BAD_OPTION, **options):
    """What chatd says when it must not start: one line, and this exit code."""
    ended_with, output, errors = run(*words, **options)
    lines = [line for line in (output + errors).splitlines() if line.strip()]
    assert (ended_with, len(lines)) == (code, 1), (ended_with, lines)
    return lines[0]


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path)


def written(folder, text, name="chatd.toml"):
    path = os.path.join(folder, name)
    with open(path, "w") as file:
        file.write(text)
    return path


def test_version_and_help():
    code, output, _ = run("--version")
    assert code == 0 and re.fullmatch(r"chatd \d+\.\d+\.\d+\S*\n", output)
    code, output, _ = run("--help")
    assert code == 0
    for flag in ("-d", "-p", "-n", "-c", "--bind", "--tls-cert", "--tls-key", "--redis", "--data",
                 "--upload", "--html", "--pid-file", "--log-file", "--log-level", "--test-config",
                 "--print-config", "--version", "--echo", "--rate-limits", "--user",
                 "--drain-timeout"):
        assert flag in output, flag


@pytest.mark.parametrize("words, named", [
    (["-p", "0"], "port"), (["-p", "65536"], "port"), (["-p", "http"], "port"),
    (["-n", "0"], "workers"), (["-n", "-1"], "workers must be from 1 to 256"), (["--max-message-size", "1"],
                                                          "max-message-size"),
    (["--nonsense", "1"], "nonsense"), (["stray"], "stray"), (["--log-level", "loud"], "log-level"),
    (["--redis", "mysql://x"], "redis"), (["--redis", "unix:///" + "x" * 120], "redis"),
    (["--tls-cert", "only.pem"], "tls-key"), (["--tls-key", "only.pem"], "tls-cert"),
    (["-d", "--echo", "on"], "echo"), (["-d", "--rate-limits", "off"], "rate-limits"),
    (["--log-file", "/nowhere/log"], "log-file"), (["--pid-file", "/nowhere/pid"], "pid-file"),
    (["-c", "/nowhere/chatd.toml"], "/nowhere/chatd.toml")])
def test_bad_option_is_named(words, named, folder):
    line = refused(*words, cwd=folder)
    assert named in line or named.replace("-", "_") in line, line


@pytest.mark.parametrize("text, named, line_number", [
    ("[server]\nport = 99999\n", "port", 2), ("[server]\n\nprot = 1\n", "prot", 3),
    ("[nonsense]\nport = 1\n", "nonsense", 2), ("[server]\nport = \n", "port", 2),
    ("[server]\nworkers = -1\n", "workers must be from 1 to 256", 2),
    ("[log]\nlog_level = debug\n", 'text in double quotes: log_level = "debug"', 2),
    ("[server\n", "section", 1), ("[server]\nport = 1\nport = 2\n", "port", 3)])
def test_bad_config_is_named_with_file_and_line(folder, text, named, line_number):
    path = written(folder, text)
    line = refused("--test-config", "-c", path, cwd=folder)
    assert named in line and f"{path}:{line_number}" in line, line


def test_order_is_file_then_environment_then_flags(folder):
    path = written(folder, "[server]\nport = 1001\nworkers = 3\n[limits]\nmax_devices = 2\n")
    code, output, _ = run("--print-config", "-c", path, "-p", "1003",
                          env={"CHATD_PORT": "1002", "CHATD_WORKERS": "5"})
    assert code == 0
    found = dict(re.findall(r"^(\w+) *= *\"?([^\"\s#]*)", output, re.MULTILINE))
    assert (found["port"], found["workers"], found["max_devices"]) == ("1003", "5", "2")


def test_bad_environment_variable_is_named(folder):
    assert "CHATD_PORT" in refused("--test-config", env={"CHATD_PORT": "x"}, cwd=folder)


def test_an_unknown_variable_is_refused_when_tested_and_warned_of_else(own_house):
    known = {"CHATD_PROT": "80", "CHATD": "x", "CHATD_LOG_LEVEL": "info"}
    said = refused("--test-config", env=known, cwd=own_house.directory)
    assert "CHATD_PROT is no option: unset it; did you mean CHATD_PORT?" in said
    server = own_house.prepare(redis=own_house.redis())
    server.environment = environment(**known)
    warned = [line for line in server.start().log().splitlines() if "CHATD_PROT" in line]
    assert len(warned) == 1 and '"level":"warn"' in warned[0] and "is ignored" in warned[0]


@pytest.mark.parametrize("words, said", [
    (["--html", "--test-config"], "--html needs a value: --html PATH"),
    (["--server-name", "-d"], "--server-name needs a value"),
    (["-p"], "--port needs a value: --port NUM"), (["-c"], "--config needs a value: --config FILE"),
    (["-p", "1", "--port=2"], "--port is given twice: leave one out"),
    (["--test-config=no"], '--test-config takes no value: leave "no" out'),
    (["-d=no"], '"-d=no" is no option'), (["--port="], 'whole number, not ""'),
    (["--prot", "80"], '"--prot" is no option; did you mean --port? (chatd --help lists all)'),
    (["--wrokers=2"], "did you mean --workers?"), (["--"], '"--" is no option'),
    (["-"], '"-" is no option'), ([""], '"" is no option'), (["---port", "1"], "did you mean --port?"),
    (["--PORT", "80"], '"--PORT" is no option'), (["--echo", "maybe"], 'on or off, not "maybe"'),
    (["a\nb\x1b[2J"], '"a?b?[2J" is no option'), (["--port", "8\n0"], 'not "8?0"'),
    (["x" * 5000], "x..."), (["start", "--port", "80"], '"start" is no option')])
def test_a_wrong_command_line_is_one_line_that_says_what_to_do(folder, words, said):
    line = refused(*words, cwd=folder)
    assert line.startswith("chatd: ") and said in line and len(line) < 250, line


def test_printed_config_can_be_read_again(folder):
    code, output, _ = run("--print-config", "-n", "7", cwd=folder)
    path = written(folder, output)
    code, again, errors = run("--print-config", "-c", path, cwd=folder)
    assert code == 0, errors
    assert re.search(r"^workers = 7", again, re.MULTILINE)


def test_shipped_config_is_accepted(folder):
    shipped = os.path.join(os.path.dirname(__file__), "../../conf/chatd.toml")
    code, _, errors = run("--test-config", "-c", os.path.abspath(shipped), cwd=folder)
    assert code == 0, errors


def test_local_ini_of_the_original(folder, certificate):
    path = written(folder, "; the original's file\nbandwidth = 5\n[ssl]\n"
                   f"local_cert = {certificate.cert}\nlocal_pk = {certificate.key}\nca_file =\n"
                   "[security]\nserver_name = chat.example, localhost\n"
                   "client_name = chat.example\n", "local.ini")
    code, output, errors = run("--print-config", "-c", path, cwd=folder)
    assert code == 0, errors
    assert certificate.cert in output and certificate.key in output
    assert re.search(r"^server_name = .*chat\.example", output, re.MULTILINE)
    assert re.search(r"^client_name = .*chat\.example", output, re.MULTILINE)


async def test_server_runs_from_a_local_ini(own_house, certificate):
    folder = own_house.folder("ini")
    os.makedirs(folder)
    path = written(folder, f"[ssl]\nlocal_cert = {certificate.cert}\n"
                   f"local_pk = {certificate.key}\n", "local.ini")
    server = own_house.chatd(redis=own_house.redis(), config=path)
    server.certificate = certificate
    user = await people.user(server, "ini")
    assert (await user.say("hello"))["type"] == 110


def test_port_in_use(own_house):
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        line = refused("-p", str(port), "--redis", own_house.redis().url, code=PORT_IN_USE,
                       cwd=own_house.directory)
    assert str(port) in line and "in use" in line


def test_unreadable_key(own_house, certificate):
    for key in ("/nowhere/key.pem", certificate.cert):
        line = refused("--tls-cert", certificate.cert, "--tls-key", key, "--redis",
                       own_house.redis().url, cwd=own_house.directory)
        assert key in line


def test_key_of_another_certificate(own_house, certificate, tmp_path_factory):
    other = Certificate(str(tmp_path_factory.mktemp("other")), "other")
    line = refused("--tls-cert", certificate.cert, "--tls-key", other.key, "--redis",
                   own_house.redis().url, cwd=own_house.directory)
    assert other.key in line or certificate.cert in line


@pytest.mark.parametrize("url", ["unix:///nowhere/redis.sock?db=15", "redis://127.0.0.1:1/15"])
def test_unreachable_redis(folder, url):
    line = refused("--redis", url, "--redis-timeout", "500ms", "-p", str(free_port()),
                   code=NO_REDIS, cwd=folder)
    assert url in line


def test_a_redis_host_that_has_no_address_is_told(folder):
    line = refused("--redis", "redis://no-such-host.invalid:6379/15", "-p", str(free_port()),
                   code=NO_REDIS, cwd=folder)
    assert re.search(r"does not answer \(.*[Nn]ame.*\): start it, or change --redis", line), line


def test_unusable_folder(folder):
    blocked = written(folder, "", "file")
    line = refused("--upload", os.path.join(blocked, "upload"), cwd=folder)
    assert "upload" in line


@as_root
@pytest.mark.parametrize("make", [
    lambda folder: ["--user", "no-such-user"],
    lambda folder: ["--user", "nobody", "--data", os.path.join(closed(folder), "var")],
    lambda folder: ["--user", "nobody", "--upload", closed(folder)],
    lambda folder: ["--user", "nobody", "--html", closed(folder)],
    lambda folder: ["--user", "nobody", "--log-file", os.path.join(closed(folder), "log")]],
    ids=["user", "data", "upload", "html", "log"])
def test_test_config_says_what_the_start_says(own_house, make):
    """Of a server that is to become a user: nothing of it is found only when it starts."""
    os.chmod(own_house.directory, 0o755)
    words = ["--redis", own_house.redis().url, "-p", str(free_port()), *make(own_house.directory)]
    tested = refused("--test-config", *words, cwd=own_house.directory)
    assert refused(*words, cwd=own_house.directory) == tested


def closed(folder):
    """A folder for root alone."""
    path = os.path.join(folder, "closed")
    os.makedirs(path, mode=0o700)
    return path


@as_root
async def test_missing_folders_are_made_for_the_user(own_house):
    os.chmod(own_house.directory, 0o755)
    server = own_house.prepare(options=["--user", "nobody"])
    server.data = os.path.join(own_house.directory, "not", "there", "data")
    server.upload = os.path.join(own_house.directory, "nor", "here", "upload")
    code, _, errors = run(*server.command()[1:], "--test-config", cwd=server.directory)
    assert code == 0, errors
    assert not os.path.exists(os.path.join(own_house.directory, "not"))
    server.start()
    assert (await (await people.user(server, "first")).say("hello"))["type"] == 110
    for made in (server.data, os.path.dirname(server.data), os.path.dirname(server.upload)):
        assert os.stat(made).st_uid == pwd.getpwnam("nobody").pw_uid, made


def test_background_with_pid_file(own_house):
    server = own_house.prepare(redis=own_house.redis())
    pid_file = os.path.join(own_house.directory, "chatd.pid")
    log = os.path.join(own_house.directory, "daemon.log")
    try:
        done = subprocess.run([*server.command(), "-d", "--pid-file", pid_file, "--log-file", log],
                              cwd=server.directory, capture_output=True, timeout=30)
        assert done.returncode == 0, done.stderr
        pid = pid_in(pid_file)
        socket.create_connection(("127.0.0.1", server.port), 5).close()
        assert processes.name(pid) == "chatd"
        assert os.getsid(pid) != os.getsid(0)
        assert len(processes.children(pid)) == server.worker_count
        line = refused(*server.command()[1:], "-d", "--pid-file", pid_file, code=PORT_IN_USE,
                       cwd=server.directory)
        assert str(pid) in line or str(server.port) in line
    finally:
        if os.path.exists(pid_file):
            os.kill(pid_in(pid_file), signal.SIGTERM)
    until(lambda: processes.state(pid) in (None, "Z"), "the daemon has ended")
    assert not os.path.exists(pid_file)


def pid_in(path):
    with open(path) as file:
        return int(file.read())


@pytest.mark.parametrize("address, yes, no", [
    ("127.0.0.1", ["127.0.0.1"], ["::1"]), ("::1", ["::1"], ["127.0.0.1"]),
    ("*", ["127.0.0.1", "::1"], [])])
def test_bind(own_house, address, yes, no):
    server = own_house.prepare(redis=own_house.redis(), options=["--bind", address]).launch()
    for host in yes:
        until(lambda: reachable(host, server.port), f"{host} answers")
    assert not any(reachable(host, server.port) for host in no)


def reachable(host, port):
    try:
        socket.create_connection((host, port), 1).close()
        return True
    except OSError:
        return False


@as_root
def test_root_drops_to_a_user(own_house):
    os.chmod(own_house.directory, 0o755)
    server = own_house.prepare(options=["--user", "nobody"])
    nobody = pwd.getpwnam("nobody")
    os.chown(server.upload, nobody.pw_uid, nobody.pw_gid)
    server.start()
    for pid in [*server.workers(), server.managed_redis()]:
        assert os.stat(f"/proc/{pid}").st_uid != 0
        with open(f"/proc/{pid}/status") as status:
            fields = dict(line.rstrip("\n").split(":\t", 1) for line in status if ":\t" in line)
        assert fields["Uid"].split() != ["0"] * 4 and "0" not in fields["Groups"].split()
