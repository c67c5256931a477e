"""Files over HTTP: what they are is told by their bytes, and nothing in them runs."""

import base64
import re
import urllib.parse

import pytest

from harness import files, hostile
from harness.files import new_visitor

SHOWN = {"image/png", "image/jpeg", "image/gif", "image/webp", "audio/mpeg", "audio/mp4", "audio/ogg",
         "audio/flac", "audio/wav", "audio/aac", "audio/webm", "video/mp4", "video/webm"}
SAVED = "application/octet-stream"
MP3 = b"ID3\x03\x00\x00\x00\x00\x00\x00" + (b"\xff\xfb\x90\x00" + b"\0" * 413) * 20
WEBM = b"\x1a\x45\xdf\xa3\x9f\x42\x86\x81\x01\x42\xf7\x81\x01\x42\xf2\x81\x04\x42\xf3\x81\x08\x42\x82\x84webm"


@pytest.fixture(scope="module")
def server(house, certificate):
    return house.chatd(redis=house.redis(), certificate=certificate, workers=2)


@pytest.fixture(scope="module")
def ann(server):
    return new_visitor(server, "ann")


def saved_name(response):
    """The name under which a browser saves it, as RFC 8187 writes it."""
    field = response.getheader("Content-Disposition")
    return urllib.parse.unquote(re.search(r"filename\*=UTF-8''(\S*)$", field)[1], errors="strict")


@pytest.mark.parametrize("what, name, content", hostile.FILES, ids=[file[0] for file in hostile.FILES])
def test_hostile_file_neither_runs_nor_escapes(server, ann, what, name, content):
    response, data = ann.tus("POST", "/files/", content, upload_length=len(content),
                             upload_metadata="filename " + base64_of(name))
    if response.status != 201:
        assert response.status == 415 and files.code_of(data) == "bad_picture"
        return
    response, data = ann.fetch(response.getheader("Location"))
    assert response.status == 200
    kind = response.getheader("Content-Type")
    assert kind in SHOWN or kind == SAVED
    disposition = response.getheader("Content-Disposition")
    assert disposition.startswith("attachment" if kind == SAVED else "inline")
    assert response.getheader("X-Content-Type-Options") == "nosniff"
    policies = response.headers.get_all("Content-Security-Policy")
    assert "default-src 'none'; sandbox" in policies
    assert response.getheader("Cross-Origin-Resource-Policy") == "same-origin"
    assert response.getheader("Set-Cookie") is None
    safe_name = saved_name(response)
    assert not re.search(r'[\x00-\x1f\x7f/\\:\u202a-\u202e\u2066-\u2069]', safe_name) and safe_name
    assert not safe_name.startswith(".")
    if kind != SAVED:
        assert safe_name.endswith("." + {"jpeg": "jpg"}.get(kind[6:], kind[6:]))


def base64_of(name):
    return base64.b64encode(name.encode()).decode()


def test_there_are_forty():
    assert len(hostile.FILES) == len({file[0] for file in hostile.FILES}) == 40


@pytest.mark.parametrize("content, kind, mime", [
    (files.png(4, 4, b"kind"), "image", "image/png"),
    (hostile.GIF, "image", "image/gif"),
    (MP3, "audio", "audio/mpeg"),
    (WEBM + b"\0" * 50 + b"A_OPUS" + b"\0" * 100, "audio", "audio/webm"),
    (WEBM + b"\0" * 50 + b"V_VP9 A_OPUS" + b"\0" * 100, "video", "video/webm"),
    (b"plain text\n", "file", SAVED),
    (b"%PDF-1.7\n", "file", SAVED),
    (hostile.SVG, "file", SAVED),
], ids=["png", "gif", "mp3", "webm sound", "webm film", "text", "pdf", "svg"])
def test_the_bytes_tell_what_it_is(ann, content, kind, mime):
    info = ann.upload(content, "misleading.name")
    assert (info["kind"], info["type"]) == (kind, mime)
    assert info["name"] == "misleading.name"
    response, _ = ann.fetch(info["path"])
    assert response.getheader("Content-Type") == mime


def test_ranges_and_conditions(ann):
    content = bytes(range(256)) * 100
    path = ann.upload(content)["path"]
    response, data = ann.fetch(path)
    etag = response.getheader("ETag")
    assert response.getheader("Accept-Ranges") == "bytes" and data == content
    assert response.getheader("Cache-Control") == "private, no-cache"
    response, data = ann.fetch(path, range="bytes=1000-1999")
    assert response.status == 206 and data == content[1000:2000]
    assert response.getheader("Content-Range") == f"bytes 1000-1999/{len(content)}"
    response, data = ann.fetch(path, range="bytes=-5", if_range=etag)
    assert response.status == 206 and data == content[-5:]
    assert ann.fetch(path, range=f"bytes={len(content)}-")[0].status == 416
    response, data = ann.fetch(path, if_none_match=etag)
    assert response.status == 304 and data == b""
    response, data = ann.request("HEAD", path)
    assert response.status == 200 and data == b""
    assert int(response.getheader("Content-Length")) == len(content)


def test_names_in_every_script(ann):
    for name in ("привет.txt", "猫 的.txt", 'a "quoted" name.txt', "50 % off.txt", "🐈.txt", "a'b.txt"):
        path = ann.upload(b"words in " + name.encode(), name)["path"]
        response, _ = ann.fetch(path)
        assert saved_name(response) == name
        field = response.getheader("Content-Disposition")
        assert field.isascii() and re.fullmatch(r'attachment; filename="[^"\\%]*"; filename\*=\S+', field)


@pytest.mark.parametrize("path", ["/files/", "/files/x", "/files/" + "0" * 32, "/files/.open",
                                  "/files/" + "0" * 32 + "/info", "/files/%2e%2e/x", "/upload/.files/",
                                  "/upload/.open/"])
def test_there_is_nothing_else(ann, path):
    assert ann.fetch(path)[0].status in (400, 404)


def test_contents_are_not_to_be_had_another_way(server, ann):
    info = ann.upload(b"secret " * 10)
    identity = info["id"]
    for path in (f"/upload/.files/{identity[:2]}/{identity}", f"/files/{identity[:2]}/{identity}",
                 f"/upload/{identity}", f"/{identity}"):
        response, data = ann.fetch(path)
        assert b"secret" not in data
