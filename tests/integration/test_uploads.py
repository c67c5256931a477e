"""Uploads by BINARY frame: kept by content, sniffed, bounded, never in memory, served over HTTP."""

import asyncio
import hashlib
import io
import os
import re
import urllib.error
import urllib.request
import zipfile
import zlib

import pytest

from harness import files, people, processes
from harness.server import SANITIZED
from harness.waiting import eventually
from harness.wire import BINARY, CONTINUATION, Wire, frame

MAX_UPLOAD = 20_000_000
KEPT, REFUSED = 903, 904


@pytest.fixture(scope="module")
def server(house, certificate):
    return house.chatd(redis=house.redis(), certificate=certificate, workers=2, options=[
        "--max-upload-size", str(MAX_UPLOAD)])


def png(seed):
    """A one pixel picture; each seed makes another content."""
    def chunk(name, data):
        return (len(data).to_bytes(4, "big") + name + data
                + zlib.crc32(name + data).to_bytes(4, "big"))
    header = b"\0\0\0\1\0\0\0\1\x08\2\0\0\0"
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"tEXt", b"seed\0" + seed)
            + chunk(b"IDAT", zlib.compress(b"\0abc")) + chunk(b"IEND", b""))


def docx():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>" + " " * 100)
        archive.writestr("_rels/.rels", "<Relationships/>")
        archive.writestr("word/document.xml", "<w:document/>")
    return content.getvalue()


MP3 = b"ID3\x03\x00\x00\x00\x00\x00\x00" + (b"\xff\xfb\x90\x00" + b"\0" * 413) * 20
ACCEPTED = {
    "png": (files.png(1, 1, b"accepted"), r"/upload/image/\d{8}/\d\d/\w+\.png"),
    "gif": (b"GIF89a\1\0\1\0\x80\0\0\0\0\0\xff\xff\xff!\xf9\4\1\0\0\0\0"
            b",\0\0\0\0\1\0\1\0\0\2\2D\1\0;", r"/upload/image/\d{8}/\d\d/\w+\.gif"),
    "mp3": (MP3, r"/upload/music/\d{8}/\d\d/\w+\.mp3"),
    "text": (b"plain words\n" * 10, r"/upload/document/\d{8}/\d\d/\w+\.txt"),
    "docx": (docx(), r"/upload/document/\d{8}/\d\d/\w+\.docx"),
}
UNACCEPTED = {
    "executable": b"\x7fELF\2\1\1" + b"\0" * 60,
    "archive": b"PK\3\4" + b"\0" * 100,
    "pdf": b"%PDF-1.7\n",
    "noise": os.urandom(1000),
    "page": b"<!doctype html><html><script>alert(1)</script></html>",
    "drawing with script": b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg">'
                           b"<script>alert(1)</script></svg>",
}


def fetch(server, path):
    return urllib.request.urlopen(server.http(path), context=server.tls(), timeout=10)


@pytest.mark.parametrize("content, path", ACCEPTED.values(), ids=ACCEPTED.keys())
async def test_accepted_file_is_kept_and_served(server, content, path):
    user = await people.legacy(server, "up")
    answer = await user.upload(content)
    assert answer["type"] == KEPT, answer
    kept = answer["mess"]
    assert kept["hash"] == hashlib.sha256(content).hexdigest() and kept["size"] == len(content)
    assert re.fullmatch(path, kept["path"])
    with fetch(server, kept["path"]) as response:
        assert response.read() == content
        assert response.headers["x-content-type-options"] == "nosniff"
        if path.startswith("/upload/document"):
            assert "attachment" in response.headers["content-disposition"]


@pytest.mark.parametrize("content", UNACCEPTED.values(), ids=UNACCEPTED.keys())
async def test_other_content_is_refused_or_served_harmlessly(server, content):
    user = await people.legacy(server, "up")
    answer = await user.upload(content)
    if answer["type"] == KEPT:
        with fetch(server, answer["mess"]["path"]) as response:
            assert "html" not in response.headers["content-type"]
            assert "svg" not in response.headers["content-type"]
            assert "attachment" in response.headers["content-disposition"]
    else:
        assert answer["mess"].startswith("不支持的文件类型：")
    assert (await user.ask(213))["type"] == 213


async def test_same_content_gets_the_same_path(server):
    ann, ben = await people.legacy(server, "ann"), await people.legacy(server, "ben")
    content = png(b"same")
    first, second = await ann.upload(content), await ben.upload(content)
    assert first["mess"] == second["mess"]
    names = [name for _, _, names in os.walk(server.upload) for name in names]
    assert names.count(os.path.basename(first["mess"]["path"])) == 1


async def test_what_the_original_kept_is_served_and_found_again(server):
    content, path = b"kept by the original " + os.urandom(4).hex().encode(), "/upload/document/20180304/05/5a9b8c.txt"
    on_disk = os.path.join(server.upload, path.removeprefix("/upload/"))
    os.makedirs(os.path.dirname(on_disk))
    with open(on_disk, "wb") as file:
        file.write(content)
    server.database().hset("file:hash", hashlib.sha256(content).hexdigest(), path)
    client = await people.legacy(server, "old")
    assert (await client.upload(content))["mess"]["path"] == path
    await client.send(1000, "0", {"name": "old.txt", "path": path, "size": len(content)})
    shown = await client.expect(1000)
    assert shown["mess"]["path"] == path
    assert files.Visitor(server).fetch(path)[1] == content


async def test_lost_file_is_kept_anew(server):
    user = await people.legacy(server, "up")
    content = files.png(1, 1, b"lost")
    first = await user.upload(content)
    os.unlink(os.path.join(server.upload, os.path.relpath(first["mess"]["path"], "/upload")))
    again = await user.upload(content)
    with fetch(server, again["mess"]["path"]) as response:
        assert response.read() == content


async def test_upload_in_many_frames_with_chat_between_uploads(server):
    user = await people.legacy(server, "up")
    content = png(os.urandom(100_000).hex().encode())

    async def pieces():
        for place in range(0, len(content), 5000):
            yield content[place:place + 5000]

    await user.send_raw(pieces())
    assert (await user.expect(KEPT))["mess"]["hash"] == hashlib.sha256(content).hexdigest()
    assert (await user.ask(100, mess="and on"))["mess"] == "and on"


async def test_too_large_file_is_refused(server):
    user = await people.legacy(server, "up")
    await user.send_raw(b"x" * (MAX_UPLOAD + 1))
    outcome = await user.inbox.take(lambda frame: frame["type"] == REFUSED)
    assert outcome["mess"].startswith("文件过大")
    await eventually(lambda: leftovers(server) == [], "what is refused leaves nothing")


def leftovers(server):
    """Files of the upload folder that Redis knows nothing of."""
    redis = server.database()
    known = set(redis.hvals("file:hash"))
    for content in redis.keys("content:*"):
        name = redis.hget(content, "name")
        known.add(f"/upload/.files/{name[:2]}/{name}")
    return [name for folder, _, names in os.walk(server.upload) for name in names
            if "/upload/" + os.path.relpath(os.path.join(folder, name), server.upload)
            not in known]


async def test_upload_broken_off_leaves_nothing_behind(server):
    user = await people.legacy(server, "up")
    user.socket.transport.write(frame(BINARY, b"x" * 1_000_000, fin=False))
    await (await user.socket.ping())
    user.socket.transport.abort()
    other = await people.legacy(server, "up")
    await people.until_offline(server, user.user_id)
    await other.upload(png(b"after"))
    await eventually(lambda: leftovers(server) == [], "the broken upload is gone")


def test_upload_is_streamed(server):
    """200 MB in flight at once would show: the workers' memory grows by far less."""
    async def register():
        user = await people.legacy(server, "up")
        return user.session_id, user.user_id

    users = [people.run(register()) for _ in range(10)]
    before = sum(processes.resident(worker) for worker in server.workers())
    wires = []
    for session, user_id in users:
        wire = Wire(server).open()
        wire.send(frame(1, '{"type":205,"session_id":"%s","sender_id":"%s"}' % (session, user_id)))
        wire.send(frame(BINARY, os.urandom(64), fin=False))
        for _ in range(18):
            wire.send(frame(CONTINUATION, b"x" * 1_000_000, fin=False))
        wires.append(wire)
    after = sum(processes.resident(worker) for worker in server.workers())
    for wire in wires:
        wire.socket.close()
    assert SANITIZED or after - before < 40_000_000, f"{(after - before) / 1e6:.0f} MB for 180 MB of uploads"


async def test_a_picture_does_not_tell_of_its_maker(server):
    user = await people.legacy(server, "up")
    content = png(b"48.8584N")
    kept = (await user.upload(content))["mess"]
    assert (kept["hash"], kept["size"]) == (hashlib.sha256(content).hexdigest(), len(content))
    with fetch(server, kept["path"]) as response:
        data = response.read()
    assert b"48.8584N" not in data and data.startswith(b"\x89PNG") and data.endswith(b"IEND\xaeB`\x82")
    answer = await user.upload(content[:60])
    assert (answer["type"], answer["mess"]) == (REFUSED, "图片无法读取")


async def test_content_is_on_disk_once_however_it_came(server):
    user = await people.legacy(server, "up")
    visitor = await files.visitor(server)
    content = os.urandom(2000).hex().encode()
    info = await asyncio.to_thread(visitor.upload, content)
    kept = (await user.upload(content))["mess"]
    assert kept["hash"] == info["hash"]
    on_disk = [os.stat(os.path.join(server.upload, name)) for name in (
        f".files/{info['id'][:2]}/{info['id']}", os.path.relpath(kept["path"], "/upload"))]
    assert on_disk[0].st_ino == on_disk[1].st_ino


async def test_limits_of_a_user(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1, options=[
        "--upload-quota", "10K", "--max-image-size", "1K"])
    user = await people.legacy(server, "up")
    assert (await user.upload(b"words " * 1500))["type"] == KEPT
    assert (await user.upload(b"words " * 1500))["type"] == KEPT, "it is there already"
    answer = await user.upload(b"other " * 1500)
    assert (answer["type"], answer["mess"]) == (REFUSED, "存储空间已满")
    answer = await user.upload(png(os.urandom(500).hex().encode()))
    assert answer["type"] == REFUSED and answer["mess"].startswith("文件过大")
    assert (await user.upload(b"few words"))["type"] == KEPT
    await eventually(lambda: leftovers(server) == [], "what is refused leaves nothing")


async def test_unauthenticated_upload_is_refused(server):
    guest = await people.legacy_guest(server)
    await guest.send_raw(png(b"stranger"))
    assert (await guest.inbox.take(lambda frame: True))["type"] == 204
    assert hashlib.sha256(png(b"stranger")).hexdigest() not in server.database().hkeys("file:hash")


async def test_avatar_is_an_uploaded_picture(server):
    user = await people.user(server, "face")
    legacy = await people.legacy(server, "face")
    path = (await legacy.upload(png(b"face")))["mess"]["path"]
    answer = await user.ask(210, mess={"path": path, "size": 5})
    assert (answer["type"], answer["mess"]) == (211, path)
    assert (await legacy.ask(203, user.user_id))["user"]["avatar"] == path
    for bad in ("/etc/passwd", "/upload/../../etc/passwd", "https://evil.test/x.png", "",
                "/upload/document/20260101/00/x.txt"):
        answer = await user.ask(210, mess={"path": bad, "size": 5})
        assert (answer["type"], answer["code"]) == (212, "avatar_refused"), bad


@pytest.mark.parametrize("path", ["/upload/", "/upload/image/", "/upload/../data/", "/upload/.part",
                                  "/upload/image/..%2f..%2f..%2fetc/passwd"])
def test_upload_folder_has_no_listing_and_no_way_out(server, path):
    with pytest.raises(urllib.error.HTTPError) as error:
        fetch(server, path)
    assert error.value.code in (400, 403, 404)
