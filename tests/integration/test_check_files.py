"""`chatd --check-files`: what the upload folder and Redis do not have in common is told and mended."""

import os
import re
import subprocess

import pytest

from harness import files, people
from harness.files import new_visitor
from harness.server import CHATD, environment
from test_user_commands import command

UNFIT = 5


@pytest.fixture(scope="module")
def server(house):
    """A server with three files, one of them a picture with a preview, one of the legacy wire."""
    server = house.chatd(redis=house.redis(), workers=1)
    server.ann = new_visitor(server, "ann")

    async def upload():
        old = await people.legacy(server, "old")
        return (await old.upload(b"plain words\n"))["mess"]

    server.text = server.ann.upload(os.urandom(5000), "noise.bin")
    server.picture = server.ann.upload(files.png(700, 10, b"wide"), "wide.png")
    server.old = people.run(upload())
    return server


def check(server, *words):
    """(exit code, findings, the last line)"""
    code, said, errors = command(server, "--check-files", *words)
    assert errors == ""
    *findings, looked, last = said.splitlines()
    assert re.fullmatch(r"looked at: \d+ files, \d+ contents, \d+ unfinished uploads, \d+ old paths", looked)
    return code, findings, last


def told_and_mended(server, finding):
    """What is wrong is told, told again, mended, and then all fits."""
    for _ in range(2):
        code, findings, last = check(server)
        assert (code, last) == (UNFIT, "to put it right: the same with --mend"), findings
        assert len(findings) == 1 and re.fullmatch(finding, findings[0]), findings
    code, findings, last = check(server, "--mend")
    assert (code, last, len(findings)) == (0, "all of it is mended", 1)
    fits(server)


def fits(server):
    assert check(server) == (0, [], "all of it fits")


def content_of(server, info):
    return os.path.join(server.upload, ".files", info["id"][:2], info["id"])


def test_all_fits(server):
    path = server.ann.create(100, body=b"half")
    fits(server)
    code, said, _ = command(server, "--check-files")
    assert "looked at: 3 files, 3 contents, 1 unfinished uploads, 1 old paths\n" in said
    assert server.ann.tus("DELETE", path)[0].status == 204


def test_a_content_that_is_lost(server):
    info = server.ann.upload(os.urandom(3000))
    os.unlink(content_of(server, info))
    told_and_mended(server, f"content {info['hash']} is not on disk: .*{info['id']}")
    assert not server.database().exists(f"file:{info['id']}")


def test_a_preview_that_is_lost(server):
    os.unlink(content_of(server, server.picture) + "-preview")
    told_and_mended(server, f"the preview of content {server.picture['hash']} is not on disk")
    assert server.database().hget(f"content:{server.picture['hash']}", "preview") == "0"
    assert server.ann.fetch(server.picture["path"])[0].status == 200


def test_a_content_that_no_file_is(server):
    stray = os.path.join(server.upload, ".files", "00", "0" * 32)
    os.makedirs(os.path.dirname(stray), exist_ok=True)
    with open(stray, "wb") as file:
        file.write(b"nobody's")
    told_and_mended(server, f"no file is it: {re.escape(stray)}")
    assert not os.path.exists(stray)


def test_an_upload_whose_bytes_are_lost(server):
    path = server.ann.create(100, body=b"half")
    identity = path.rpartition("/")[2]
    os.unlink(os.path.join(server.upload, ".open", identity))
    told_and_mended(server, f"upload {identity} is not on disk")
    assert server.ann.tus("HEAD", path)[0].status == 404


def test_an_upload_that_redis_lost_and_no_server_runs(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1)
    identity = new_visitor(server, "ben").create(100, body=b"half").rpartition("/")[2]
    server.stop()  # which would remove it in its own time
    server.database().delete(f"upload:{identity}")
    fits(server)  # one that was just begun looks like that
    on_disk = os.path.join(server.upload, ".open", identity)
    os.utime(on_disk, (0, 0))
    told_and_mended(server, f"{identity} is an upload that nobody goes on with")
    assert not os.path.exists(on_disk)


def test_a_path_of_the_legacy_wire_that_leads_to_nothing(server):
    os.unlink(os.path.join(server.upload, os.path.relpath(server.old["path"], "/upload")))
    told_and_mended(server, f"the path of content {server.old['hash']} leads to nothing: {server.old['path']}")
    assert server.old["hash"] not in server.database().hgetall("file:hash")


def test_bytes_that_were_counted_wrongly(server):
    redis = server.database()
    right = int(redis.hget("files:bytes", server.ann.user_id))
    redis.hset("files:bytes", server.ann.user_id, 1)
    told_and_mended(server, f"user {server.ann.user_id}: 1 bytes are counted, {right} are there")
    redis.hdel("files:bytes", server.ann.user_id)
    told_and_mended(server, f"user {server.ann.user_id}: 0 bytes are counted, {right} are there")
    assert int(redis.hget("files:bytes", server.ann.user_id)) == right


@pytest.mark.parametrize("spoil, finding", [
    (lambda redis, info: redis.zrem("files:due", info["id"]),
     "file {id} is shown by nothing, and would stay"),
    (lambda redis, info: redis.sadd(f"content_files:{info['hash']}", "f" * 32),
     "content {hash} lists file " + "f" * 32 + ", which is none"),
    (lambda redis, info: redis.zadd("files:due", {"f" * 32: 1e12}),
     "file " + "f" * 32 + " is to go, but is none"),
], ids=["for ever", "listed", "to go"])
def test_records_that_do_not_fit(server, spoil, finding):
    spoil(server.database(), server.text)
    told_and_mended(server, finding.format(**server.text))
    assert server.ann.fetch(server.text["path"])[0].status == 200


PICTURE, RECALL, AVATAR = 300, 121, 210


def test_places_that_were_counted_wrongly(server):
    """Who may see a file, and how long it is kept, is counted by the messages that show it."""
    async def send():
        ann, ben = await files.visitor(server, "ann"), await files.visitor(server, "ben")
        info = ann.upload(files.png(5, 5, os.urandom(8)))
        mess = {"name": "a.png", "path": info["path"], "size": info["size"]}
        await ann.client.post(PICTURE, "0", mess)
        taken_back = await ann.client.post(PICTURE, "0", mess)
        await ann.client.post(RECALL, "0", {"seq": taken_back["seq"]})
        await ann.client.post(303, ben.user_id, mess)
        await ann.client.ask(AVATAR, mess={"path": info["path"], "size": 5})
        return info, ann, ben

    info, ann, ben = people.run(send())
    redis, key = server.database(), f"file_places:{info['id']}"
    between = "message:users:[{},{}]".format(*sorted((ann.user_id, ben.user_id)))
    right = {"message:common_id:0": "1", between: "1", "open": "1"}
    assert redis.hgetall(key) == right
    fits(server)
    for place, count in right.items():
        said = re.escape(f"file {info['id']} is shown {count} times in {place}, ")
        redis.hset(key, place, 7)
        told_and_mended(server, said + "7 are noted")
        redis.hdel(key, place)
        told_and_mended(server, said + "0 are noted")
        assert redis.hgetall(key) == right
    redis.hset(key, "message:common_id:1", 1)
    told_and_mended(server, f"file {info['id']} is shown 0 times in message:common_id:1, 1 are noted")
    assert redis.hgetall(key) == right and redis.zscore("files:due", info["id"]) is None
    assert ben.fetch(info["path"])[0].status == 200


def test_a_place_of_nothing(server):
    info, redis = server.ann.upload(os.urandom(100)), server.database()
    redis.hset(f"file_places:{info['id']}", "message:common_id:0", 1)
    redis.zrem("files:due", info["id"])
    told_and_mended(server, f"file {info['id']} is shown 0 times in message:common_id:0, 1 are noted")
    assert redis.zscore("files:due", info["id"]), "it goes in its time"
    redis.hset("file_places:" + "f" * 32, "message:common_id:0", 1)
    told_and_mended(server, "file " + "f" * 32 + " is noted in message:common_id:0, but is none")


def test_records_without_a_content(server):
    info = server.ann.upload(os.urandom(2000))
    server.database().delete(f"content:{info['hash']}")
    code, findings, _ = check(server)
    assert code == UNFIT
    assert findings == [f"file {info['id']} has no content", f"no file is it: {content_of(server, info)}"]
    assert check(server, "--mend")[0] == 0
    fits(server)
    assert not os.path.exists(content_of(server, info))


def test_managed_redis_is_found(own_house):
    server = own_house.chatd(workers=1)
    info = new_visitor(server, "cat").upload(b"words of a cat")
    fits(server)
    os.unlink(content_of(server, info))
    told_and_mended(server, f"content {info['hash']} is not on disk: .*{info['id']}")


def test_another_folder_is_not_taken_for_it(server):
    given = server.command()[1:]
    given[given.index("--upload") + 1] = server.directory
    done = subprocess.run([CHATD, *given, "--check-files", "--mend"], capture_output=True, text=True,
                          timeout=60, env=environment())
    assert (done.returncode, done.stdout) == (1, "")
    assert "is no server's upload folder: name that with --upload" in done.stderr
    fits(server)
