"""Uploads by tus 1.0: resumed whatever died, checked, bounded, and nobody else's."""

import asyncio
import base64
import hashlib
import os
import signal
import socket

import pytest

from harness import files, people, processes
from harness.files import code_of, curl, new_visitor
from harness.http_session import HttpSession, origin_of
from harness.server import SANITIZED
from harness.waiting import until

MAX_SIZE = 300_000_000


@pytest.fixture(scope="module")
def server(house, certificate):
    return house.chatd(redis=house.redis(), certificate=certificate, workers=2, options=[
        "--max-upload-size", str(MAX_SIZE)])


@pytest.fixture(scope="module")
def ann(server):
    return new_visitor(server, "ann")


@pytest.fixture(scope="module")
def ben(server):
    return new_visitor(server, "ben")


def sha256(content):
    return hashlib.sha256(content).hexdigest()


def unfinished(server):
    """What uploads under way have on disk."""
    folder = os.path.join(server.upload, ".open")
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


def test_what_is_spoken_is_told(server, ann):
    response, _ = ann.request("OPTIONS", "/files/")
    assert response.status == 204
    assert response.getheader("Tus-Version") == "1.0.0"
    assert int(response.getheader("Tus-Max-Size")) == MAX_SIZE
    assert set(response.getheader("Tus-Extension").split(",")) == {
        "creation", "creation-with-upload", "checksum", "expiration", "termination"}
    assert "sha1" in response.getheader("Tus-Checksum-Algorithm").split(",")


def test_in_parts(ann):
    content = os.urandom(300_000)
    path = ann.create(len(content), "parts.bin")
    for begin in range(0, len(content), 70_000):
        assert ann.offset(path) == begin
        response, _ = ann.append(path, begin, content[begin:begin + 70_000])
        assert response.status == 204
        assert int(response.getheader("Upload-Offset")) == min(begin + 70_000, len(content))
    info = ann.info(path)
    assert (info["hash"], info["size"], info["name"]) == (sha256(content), 300_000, "parts.bin")
    response, data = ann.append(path, 230_000, content[230_000:])
    assert (response.status, code_of(data)) == (409, "upload_moved"), "an answer was lost, not the file"
    assert ann.offset(path) == 300_000, "also once it is finished"
    response, data = ann.fetch(path)
    assert response.status == 200 and data == content


def test_with_its_creation(ann):
    content = os.urandom(100)
    info = ann.upload(content, "at once.bin")
    assert (info["hash"], info["name"]) == (sha256(content), "at once.bin")
    assert ann.upload(b"", "empty")["size"] == 0


def test_curl(ann, tmp_path):
    file = tmp_path / "cat.bin"
    file.write_bytes(os.urandom(1_000_000))
    status, headers, _ = curl(ann, "/files/", "-X", "POST", "-H", "Tus-Resumable: 1.0.0",
                              "-H", "Upload-Length: 1000000")
    assert status == 201
    path = headers["location"]
    status, headers, _ = curl(ann, path, "-X", "PATCH", "-H", "Tus-Resumable: 1.0.0",
                              "-H", "Upload-Offset: 0", "-H",
                              "Content-Type: application/offset+octet-stream",
                              "--data-binary", f"@{file}")
    assert (status, headers["upload-offset"]) == (204, "1000000")
    status, headers, body = curl(ann, path)
    assert status == 200 and body == file.read_bytes()
    assert headers["content-disposition"].startswith("attachment")


async def test_tus_js_client_pauses_and_goes_on(server, ann, tmp_path):
    file = tmp_path / "song.bin"
    content = os.urandom(3_000_000)
    file.write_bytes(content)
    events = await files.by_tus_js(ann, file, chunk=1_000_000, stop=1_000_000)
    assert events[-1]["event"] == "stopped", events[-1]
    url = events[-1]["url"]
    path = "/" + url.split("/", 3)[3]
    assert 1_000_000 <= ann.offset(path) < 3_000_000
    events = await files.by_tus_js(ann, file, url=url, chunk=1_000_000)
    assert events[-1]["event"] == "success", events[-1]
    taken = [event["taken"] for event in events if event["event"] == "taken"]
    assert min(taken) > 1_000_000, "what was there is not sent again"
    assert ann.info(path)["hash"] == sha256(content)


@pytest.mark.parametrize("whom", ["worker", "server"])
def test_killed_in_mid_upload(own_house, whom):
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    ann = new_visitor(server, "ann")
    content = os.urandom(4_000_000)
    path = ann.create(len(content))
    connection = ann.connect()
    connection.putrequest("PATCH", path)
    for name, text in ann.headers({**files.TUS, **files.PART, "Upload-Offset": "0",
                                   "Content-Length": str(len(content))}).items():
        connection.putheader(name, text)
    connection.endheaders()
    connection.send(content[:2_500_000])
    until(lambda: ann.offset(path) == 2_500_000, "the part is on disk", patience=30)
    victim = server.workers()[0]
    server.expected_workers = None
    if whom == "server":
        os.kill(server.master, signal.SIGKILL)
        server.process.wait()
        until(lambda: processes.ended(victim), "its worker ends", patience=30)
        server.start()
    else:
        os.kill(victim, signal.SIGKILL)
        until(lambda: processes.ended(victim), "it is dead")
        server.expect_new_workers()
    connection.close()
    until(lambda: reachable(server), "it listens", patience=30)
    begin = ann.offset(path)
    assert begin == 2_500_000
    response, data = ann.append(path, begin, content[begin:])
    assert response.status == 204, data
    assert ann.info(path)["hash"] == sha256(content)
    _, data = ann.fetch(path)
    assert sha256(data) == sha256(content)


def reachable(server):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", server.port)) == 0


def test_a_connection_that_is_lost_gives_way_to_the_next(ann):
    content = os.urandom(500_000)
    path = ann.create(len(content))
    lost = ann.connect()
    lost.putrequest("PATCH", path)
    for name, text in ann.headers({**files.TUS, **files.PART, "Upload-Offset": "0",
                                   "Content-Length": "500000"}).items():
        lost.putheader(name, text)
    lost.endheaders()
    lost.send(content[:200_000])
    until(lambda: ann.offset(path) == 200_000, "the part is on disk", patience=30)

    def go_on():
        response, _ = ann.append(path, ann.offset(path), content[200_000:])
        return response.status == 204

    # On the same worker the old request is broken off; on the other one it holds on to the upload
    # until it is closed: 423.
    response, data = ann.append(path, 200_000, content[200_000:])
    assert response.status in (204, 423), data
    if response.status == 423:
        assert code_of(data) == "upload_busy"
        lost.close()
        until(go_on, "it goes on", patience=30)
    lost.close()
    assert ann.info(path)["hash"] == sha256(content)


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_checksum(ann, algorithm):
    def checksum(part):
        digest = hashlib.new(algorithm, part).digest()
        return f"{algorithm} {base64.b64encode(digest).decode()}"

    first, second = os.urandom(100_000), os.urandom(50_000)
    path = ann.create(150_000)
    assert ann.append(path, 0, first, upload_checksum=checksum(first))[0].status == 204
    response, data = ann.append(path, 100_000, second, upload_checksum=checksum(first))
    assert (response.status, code_of(data)) == (460, "bad_checksum")
    assert ann.offset(path) == 100_000, "nothing of it counts"
    assert ann.append(path, 100_000, second, upload_checksum=checksum(second))[0].status == 204
    assert ann.info(path)["hash"] == sha256(first + second)


def test_a_chunk_with_a_checksum_that_breaks_off_does_not_count(server, ann):
    content = os.urandom(400_000)
    path = ann.create(len(content))
    assert ann.append(path, 0, content[:1000])[0].status == 204
    digest = base64.b64encode(hashlib.sha1(content[1000:]).digest()).decode()
    connection = ann.connect()
    connection.putrequest("PATCH", path)
    for name, text in ann.headers({**files.TUS, **files.PART, "Upload-Offset": "1000",
                                   "Upload-Checksum": f"sha1 {digest}",
                                   "Content-Length": "399000"}).items():
        connection.putheader(name, text)
    connection.endheaders()
    connection.send(content[1000:300_000])
    on_disk = os.path.join(server.upload, ".open", path.rpartition("/")[2])
    until(lambda: os.path.getsize(on_disk) > 1000, "some of it is on disk", patience=30)
    assert ann.offset(path) == 1000
    connection.close()
    until(lambda: os.path.getsize(on_disk) == 1000, "it is taken back", patience=30)
    assert ann.append(path, 1000, content[1000:])[0].status == 204
    assert ann.info(path)["hash"] == sha256(content)


def test_an_upload_is_its_owners_alone(ann, ben):
    path = ann.create(10)
    for answer in (ben.tus("HEAD", path), ben.append(path, 0, b"12345"), ben.tus("DELETE", path),
                   ben.fetch(path), ben.fetch(path + "/info")):
        assert answer[0].status == 404
    assert ann.offset(path) == 0
    nobody = files.Visitor(ann.server)
    for answer in (nobody.tus("POST", "/files/", upload_length=5), nobody.tus("HEAD", path),
                   nobody.fetch(path)):
        assert answer[0].status == 401
    assert ann.append(path, 0, b"1234567890")[0].status == 204
    assert ben.fetch(path)[0].status == 404, "finished, but not sent"


def test_terminated(server, ann, ben):
    path = ann.create(1000)
    ann.append(path, 0, b"x" * 500)
    assert ann.tus("DELETE", path)[0].status == 204
    assert ann.tus("HEAD", path)[0].status == 404
    assert not any(path.rpartition("/")[2] in name for name in unfinished(server))
    info = ann.upload(os.urandom(100))
    assert ben.tus("DELETE", info["path"])[0].status == 404
    assert ann.tus("DELETE", info["path"])[0].status == 204
    assert ann.fetch(info["path"])[0].status == 404
    assert not os.path.exists(content_of(server, info))


def content_of(server, info):
    """Where a content is that came up as this file first."""
    return os.path.join(server.upload, ".files", info["id"][:2], info["id"])


@pytest.mark.parametrize("method, path, fields, body, status, code", [
    ("POST", "/files/", {}, None, 400, "bad_field"),
    ("POST", "/files/", {"upload_length": "-1"}, None, 400, "bad_field"),
    ("POST", "/files/", {"upload_length": "12x"}, None, 400, "bad_field"),
    ("POST", "/files/", {"upload_length": "99999999999999999999"}, None, 400, "bad_field"),
    ("POST", "/files/", {"upload_length": MAX_SIZE + 1}, None, 413, "file_too_large"),
    ("POST", "/files/", {"upload_length": 3}, b"four", 413, "file_too_large"),
    ("POST", "/files/", {"upload_length": 3, "upload_metadata": "filename ?"}, None, 400, "bad_field"),
    ("POST", "/files/", {"upload_length": 3, "content_type": "text/plain"}, b"abc", 400, "bad_field"),
    ("PATCH", "/files/" + "0" * 32, {"upload_offset": 0}, b"x", 404, "no_such_file"),
    ("PATCH", "/files/../x", {"upload_offset": 0}, b"x", 400, None),
    ("HEAD", "/files/x", {}, None, 404, None),
    ("POST", "/files/x", {"upload_length": 3}, None, 405, None),
    ("POST", "/files/", {"upload_length": 3, "tus_resumable": "0.2.2"}, None, 412, None),
])
def test_refused(ann, method, path, fields, body, status, code):
    response, data = ann.tus(method, path, body, **fields)
    assert response.status == status
    assert code is None or code_of(data) == code


def test_parts_that_do_not_fit_are_refused(ann):
    path = ann.create(10)
    for offset, body, status, code in [(1, b"x", 409, "upload_moved"),
                                       (0, b"x" * 11, 413, "file_too_large")]:
        response, data = ann.append(path, offset, body)
        assert (response.status, code_of(data)) == (status, code)
    response, data = ann.tus("PATCH", path, b"x")
    assert (response.status, code_of(data)) == (400, "bad_field"), "no Upload-Offset"
    assert ann.offset(path) == 0


def test_methods_can_be_named_in_a_field(ann):
    path = ann.create(5)
    response, _ = ann.tus("POST", path, b"12345", upload_offset=0, x_http_method_override="PATCH")
    assert response.status == 204 and ann.info(path)["size"] == 5


def test_other_pages_cannot_upload(server, certificate):
    session = HttpSession(server)
    session.login(people.new_name("web"), people.PASSWORD)

    def create(**fields):
        return files.Visitor(server, fields={"Cookie": session.cookie, **fields}).tus(
            "POST", "/files/", upload_length=5)[0].status

    assert create(Origin=origin_of(server)) == 201
    assert create(Origin="https://evil.test") == 403
    assert create() == 403, "a browser names its page"


def test_limits_of_a_user(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1, options=[
        "--max-open-uploads", "2", "--upload-quota", "10K", "--max-image-size", "1K"])
    ann = new_visitor(server, "ann")
    paths = [ann.create(1000), ann.create(1000)]
    response, data = ann.tus("POST", "/files/", upload_length=10)
    assert (response.status, code_of(data)) == (429, "too_many_uploads")
    assert ann.tus("DELETE", paths[0])[0].status == 204
    assert ann.append(paths[1], 0, os.urandom(1000))[0].status == 204
    response, data = ann.tus("POST", "/files/", upload_length=9300)
    assert (response.status, code_of(data)) == (413, "quota_exceeded")
    info = ann.upload(os.urandom(9200))
    assert ann.tus("POST", "/files/", upload_length=100)[0].status == 413
    assert ann.tus("DELETE", info["path"])[0].status == 204
    large = files.png(2, 2, extra=files.chunk(b"teXt", os.urandom(1000)))
    response, data = ann.tus("POST", "/files/", large, upload_length=len(large))
    assert (response.status, code_of(data)) == (413, "file_too_large")
    assert unfinished(server) == [], "what is refused leaves nothing"


def test_paused_for_too_long(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1, options=["--upload-pause", "1s"])
    ann = new_visitor(server, "ann")
    path = ann.create(1000)
    until(lambda: ann.tus("HEAD", path)[0].status == 404, "it is given up", patience=30)


def test_a_days_pause(own_house):
    """Half of it came a day ago, the server was restarted since, and what was given up was swept."""
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    ann, day = new_visitor(server, "ann"), 86_400
    content = os.urandom(300_000)
    path = ann.create(len(content), body=content[:120_000])
    identity = path.rpartition("/")[2]
    server.stop()
    redis, uploads = server.database(), f"uploads:user_id:{ann.user_id}"
    redis.expire(f"upload:{identity}", redis.ttl(f"upload:{identity}") - day)
    redis.zincrby(uploads, -day, identity)
    folder = os.path.join(server.upload, ".open")
    stray = os.path.join(folder, "0" * 32)
    open(stray, "wb").close()
    for name in os.listdir(folder):
        status = os.stat(os.path.join(folder, name))
        os.utime(os.path.join(folder, name), (status.st_atime - day, status.st_mtime - day))
    server.start()
    until(lambda: not os.path.exists(stray), "what nobody goes on with is swept", patience=60)
    assert ann.offset(path) == 120_000
    assert ann.append(path, 120_000, content[120_000:])[0].status == 204
    assert ann.info(path)["hash"] == sha256(content)
    assert sha256(ann.fetch(path)[1]) == sha256(content)


def test_equal_content_is_on_disk_once(server, ann, ben):
    content = os.urandom(10_000)
    first, second = ann.upload(content), ben.upload(content)
    assert first["id"] != second["id"] and first["hash"] == second["hash"]
    assert os.path.exists(content_of(server, first)) and not os.path.exists(content_of(server, second))
    assert ann.tus("DELETE", first["path"])[0].status == 204
    assert ben.fetch(second["path"])[1] == content, "it is still somebody's"
    os.unlink(content_of(server, first))
    again = ann.upload(content)
    assert ann.fetch(again["path"])[1] == content, "kept anew where it was lost"


def test_memory_stays_as_it_is(server, ann):
    """100 MB go through; a worker grows by far less."""
    before = max(processes.resident(worker) for worker in server.workers())
    size = 100_000_000
    path = ann.create(size)
    connection = ann.connect()
    connection.putrequest("PATCH", path)
    for name, text in ann.headers({**files.TUS, **files.PART, "Upload-Offset": "0",
                                   "Content-Length": str(size)}).items():
        connection.putheader(name, text)
    connection.endheaders()
    for _ in range(100):
        connection.send(b"x" * 1_000_000)
    assert connection.getresponse().status == 204
    connection.close()
    after = max(processes.resident(worker) for worker in server.workers())
    assert ann.tus("DELETE", path)[0].status == 204
    assert SANITIZED or after - before < 8_000_000, f"{(after - before) / 1e6:.1f} MB"


async def test_parallel_uploads_of_tus_js_client(server, ann, tmp_path):
    contents = [os.urandom(600_000) for _ in range(4)]
    for number, content in enumerate(contents):
        (tmp_path / f"{number}.bin").write_bytes(content)
    results = await asyncio.gather(*[
        files.by_tus_js(ann, tmp_path / f"{number}.bin", chunk=200_000) for number in range(4)])
    for content, events in zip(contents, results):
        assert events[-1]["event"] == "success", events[-1]
        path = "/" + events[-1]["url"].split("/", 3)[3]
        assert ann.info(path)["hash"] == sha256(content)
