"""Uploads by whoever means harm or has bad luck: malformed fields, races, full disks."""

import base64
import hashlib
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException

import pytest

from harness.files import code_of, new_visitor
from harness.waiting import until
from harness.wire import Wire

LENGTH = 10
CONTENT = b"0123456789"


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=2, options=["--max-open-uploads", "200"])


@pytest.fixture(scope="module")
def ann(server):
    return new_visitor(server, "ann")


def raw(visitor, line, *fields, body=b""):
    """The status of a request of tus with exactly these fields beside the necessary ones."""
    with Wire(visitor.server) as wire:
        return wire.request(f"{line} HTTP/1.1", [
            "Host: localhost", f"Authorization: Bearer {visitor.token}", "Tus-Resumable: 1.0.0",
            *fields], body).status


def sha1(content):
    return base64.b64encode(hashlib.sha1(content).digest()).decode()


NO_NUMBERS = ["", "-1", "-0", "+1", "0x1", "1e1", "1.0", "1,1", "1 1", "\xb9", "1;", "1" * 40,
              "18446744073709551616", "9223372036854775808", str((1 << 50) + 1), "NaN"]


@pytest.mark.parametrize("number", NO_NUMBERS)
def test_what_is_no_number_is_refused(ann, number):
    assert raw(ann, "POST /files/", f"Upload-Length: {number}", "Content-Length: 0") == 400
    path = ann.create(LENGTH)
    assert raw(ann, f"PATCH {path}", f"Upload-Offset: {number}", "Content-Length: 1",
               "Content-Type: application/offset+octet-stream", body=b"x") == 400
    assert ann.offset(path) == 0


TWICE = [
    ("Upload-Length: 10", "Upload-Length: 10"), ("Upload-Length: 10", "Upload-Length: 11"),
    ("Upload-Length: 10", "Upload-Metadata: filename YQ==", "Upload-Metadata: filename Yg=="),
    ("Upload-Length: 10", "Upload-Checksum: sha1 AAAA", "Upload-Checksum: sha1 AAAA"),
    ("Upload-Length: 10", "Tus-Resumable: 1.0.0"), ("Upload-Length: 10", "Content-Length: 1"),
    ("Upload-Length: 10", "Transfer-Encoding: chunked")]


@pytest.mark.parametrize("fields", TWICE, ids=" ".join)
def test_fields_that_could_be_read_in_two_ways_are_refused(ann, fields):
    assert raw(ann, "POST /files/", "Content-Length: 0", *fields) in (400, 412)


@pytest.mark.parametrize("fields, status", [
    (("Upload-Offset: 0", "Upload-Offset: 0"), 400), (("Upload-Offset: 0", "Upload-Offset: 5"), 400),
    (("Upload-Offset: 0", "Content-Type: text/plain"), 400),
    (("Upload-Offset: 0", "Upload-Checksum: sha1"), 460),
    (("Upload-Offset: 0", "Upload-Checksum: sha1 ????"), 400),
    (("Upload-Offset: 0", "Upload-Checksum: md5 AAAA"), 400),
    (("Upload-Offset: 0", "Upload-Checksum:"), 400),
    (("Upload-Offset: 0", f"Upload-Checksum: sha1 {sha1(b'lie')}"), 460),
    (("Upload-Offset: 0", f"Upload-Checksum: sha256 {sha1(CONTENT)}"), 460),
    ((f"Upload-Offset: {LENGTH}",), 409), ((f"Upload-Offset: {1 << 50}",), 409)])
def test_a_part_counts_only_when_all_of_it_is_right(ann, fields, status):
    path = ann.create(LENGTH)
    given = ["Content-Length: 10", "Content-Type: application/offset+octet-stream", *fields]
    assert raw(ann, f"PATCH {path}", *given, body=CONTENT) == status
    assert ann.offset(path) == 0
    assert ann.append(path, 0, CONTENT, upload_checksum=f"sha1 {sha1(CONTENT)}")[0].status == 204
    assert ann.fetch(path)[1] == CONTENT


@pytest.mark.parametrize("metadata, name", [
    ("", ""), (",,,,", ""), ("filename", ""), ("filename ", ""), ("other YQ==", ""),
    ("filename YQ==,filename Yg==", "a"), ("a b,filename YQ==", "a"),
    ("filename Li4vLi4vZXRjL3Bhc3N3ZA==", "../../etc/passwd"), ("filename AA==", None),
    ("filename gA==", None), ("filename YQ", None), ("filename YQ==YQ==", None),
    ("filename " + "QUFB" * 1000, "A" * 255)])
def test_names_are_text_or_refused(ann, metadata, name):
    response, data = ann.tus("POST", "/files/", CONTENT, upload_length=LENGTH, upload_metadata=metadata)
    if name is None:
        assert (response.status, code_of(data)) == (400, "bad_field")
    else:
        assert response.status == 201
        path = response.getheader("Location")
        assert ann.info(path)["name"] == name
        disposition = ann.fetch(path)[0].getheader("Content-Disposition")
        assert "/" not in disposition and "\\" not in disposition


def test_many_who_add_to_one_upload_add_each_byte_once(server, ann):
    """Over connections that both workers hold; whoever comes too late asks how far it is."""
    content = os.urandom(400_000)
    path = ann.create(len(content))
    outcomes = {}

    def add(step):
        while (answer := ann.tus("HEAD", path)[0]).status == 200:
            offset = int(answer.getheader("Upload-Offset"))
            if offset == len(content):
                return
            try:
                status = ann.append(path, offset, content[offset:offset + step])[0].status
            except (OSError, HTTPException):
                status = "broken off"
            outcomes[status] = outcomes.get(status, 0) + 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(add, [20_000, 30_000, 50_000, 70_000]))
    print(f"\n{outcomes}")
    # 404: it was complete meanwhile, and is a file now.
    assert set(outcomes) <= {204, 404, 409, 423, "broken off"}
    assert ann.info(path)["hash"] == hashlib.sha256(content).hexdigest()
    assert ann.fetch(path)[1] == content


def test_an_upload_that_is_given_up_while_it_grows_is_gone(server, ann):
    content = os.urandom(200_000)
    folder = os.path.join(server.upload, ".open")
    for _ in range(5):
        path = ann.create(len(content))

        def add():
            try:
                return ann.append(path, 0, content)[0].status
            except (OSError, HTTPException):
                return "broken off"

        with ThreadPoolExecutor(2) as pool:
            adding = pool.submit(add)
            given_up = pool.submit(lambda: ann.tus("DELETE", path)[0].status)
            outcome = adding.result(), given_up.result()
        assert outcome[0] in (204, 404, 423, "broken off", 507) and outcome[1] in (204, 404), outcome
        if outcome[1] == 204:
            assert ann.tus("HEAD", path)[0].status == 404
        assert ann.tus("DELETE", path)[0].status in (204, 404)
        assert not [name for name in os.listdir(folder) if name.startswith(path.rpartition("/")[2])]


def test_limits_hold_when_all_ask_at_once(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=2, options=["--max-open-uploads", "5"])
    ann = new_visitor(server, "ann")
    with ThreadPoolExecutor(12) as pool:
        begun = list(pool.map(lambda _: ann.tus("POST", "/files/", upload_length=5)[0].status,
                              range(24)))
    assert (begun.count(201), begun.count(429)) == (5, 19)
    assert len(os.listdir(os.path.join(server.upload, ".open"))) == 5


def test_a_full_disk_pauses_an_upload_and_loses_nothing_of_it(own_house):
    disk = own_house.small_disk()
    server = own_house.prepare(workers=1, options=["--rate-limits", "off"])
    server.upload = os.path.join(disk.path, "upload")
    server.start()
    ann = new_visitor(server, "ann")
    content = os.urandom(600_000)
    path = ann.create(len(content))
    assert ann.append(path, 0, content[:100_000])[0].status == 204
    disk.fill()
    response, data = ann.append(path, 100_000, content[100_000:])
    assert (response.status, code_of(data)) == (507, "upload_failed")
    response, data = ann.tus("POST", "/files/", b"words", upload_length=5)
    assert (response.status, code_of(data)) == (507, "upload_failed")
    assert "No space left on device" in server.log()
    disk.relieve()
    offset = ann.offset(path)
    assert 100_000 <= offset < len(content)
    assert ann.append(path, offset, content[offset:])[0].status == 204
    assert ann.info(path)["hash"] == hashlib.sha256(content).hexdigest()


def test_an_upload_folder_that_is_none_is_told_and_mended(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    ann = new_visitor(server, "ann")
    kept = ann.upload(b"kept before")
    path = ann.create(LENGTH)
    aside = server.upload + ".aside"
    os.rename(server.upload, aside)
    with open(server.upload, "w", encoding="ascii"):
        for answer in (ann.tus("POST", "/files/", b"words", upload_length=5),
                       ann.append(path, 0, CONTENT)):
            assert (answer[0].status, code_of(answer[1])) == (507, "upload_failed")
    os.unlink(server.upload)
    shutil.move(aside, server.upload)
    assert ann.fetch(kept["path"])[1] == b"kept before"
    assert ann.append(path, 0, CONTENT)[0].status == 204
    assert ann.upload(b"words")["size"] == 5
    server.check()


def test_an_expired_upload_takes_nothing_any_more(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1, options=["--upload-pause", "1s"])
    ann = new_visitor(server, "ann")
    path = ann.create(LENGTH)
    until(lambda: ann.tus("HEAD", path)[0].status == 404, "it is given up", patience=30)
    response, data = ann.append(path, 0, CONTENT)
    assert (response.status, code_of(data)) == (404, "no_such_file")
    assert ann.tus("DELETE", path)[0].status == 404
