"""Who may fetch a file: those it was sent to, as long as they belong there, and nobody else."""

import asyncio
import hashlib
import os
import time

import pytest

from harness import files, people
from harness.files import code_of, visitor
from harness.waiting import eventually, until

IMAGE, MUSIC, FILE = 300, 500, 1000
IMAGE_PRIVATE, IMAGE_SELF, IMAGE_OTHER = 303, 301, 302
GROUP_CREATE, GROUP_EXIT, GROUP_REMOVE, RECALL = 1100, 1105, 1110, 121


@pytest.fixture(scope="module")
def server(house, certificate):
    return house.chatd(redis=house.redis(), certificate=certificate, workers=2)


async def in_thread(function, *arguments, **fields):
    """A blocking request, while the clients go on reading."""
    return await asyncio.get_running_loop().run_in_executor(None, lambda: function(*arguments, **fields))


async def status_for(someone, path):
    response, _ = await in_thread(someone.fetch, path)
    return response.status


async def until_status(someone, path, status):
    """On every worker; one to which neither of two people is connected may remember for ten seconds."""
    answers, deadline = [], time.monotonic() + 60
    while answers[-6:] != [status] * 6:
        assert time.monotonic() < deadline, answers[-6:]
        answers.append(await status_for(someone, path))
        await asyncio.sleep(0.05)


async def uploaded(someone, content=None, name="cat.png"):
    return await in_thread(someone.upload, content or files.png(3, 2, os.urandom(8)), name)


async def sent(someone, info, type=IMAGE, receiver="0", **fields):
    mess = {"name": info["name"], "path": info["path"], "size": info["size"]}
    return await someone.client.post(type, receiver, mess, **fields)


async def group_of(*members):
    """A group of these people; the first is its administrator."""
    ann = members[0]
    await ann.client.send(GROUP_CREATE, mess={
        "name": people.new_name("group"), "members": [member.user_id for member in members[1:]]})
    created = await ann.client.expect(GROUP_CREATE)
    return created["receiver_id"]


async def test_in_the_lobby_everybody_logged_in_may(server):
    ann, ben = await visitor(server), await visitor(server)
    info = await uploaded(ann)
    assert await status_for(ben, info["path"]) == 404
    ack = await sent(ann, info)
    assert ack.get("code") is None, ack
    shown = await ben.client.expect(IMAGE)
    assert shown["mess"]["path"] == info["path"]
    assert await status_for(ben, info["path"]) == 200
    nobody = files.Visitor(server)
    assert await status_for(nobody, info["path"]) == 401


async def test_the_message_says_what_the_server_knows(server):
    ann, ben = await visitor(server), await visitor(server)
    info = await uploaded(ann, files.png(800, 600, b"large"), "harbour.png")
    mess = {"name": "my boat.png", "path": info["path"], "size": 5, "kind": "video", "width": 9}
    await ann.client.post(IMAGE, "0", mess)
    mess = (await ben.client.expect(IMAGE))["mess"]
    assert mess["name"] == "my boat.png"
    assert (mess["size"], mess["kind"], mess["type"]) == (info["size"], "image", "image/png")
    assert (mess["width"], mess["height"]) == (800, 600)
    assert mess["preview"] == info["path"] + "/preview" and mess["placeholder"]
    history = await ben.client.history(count=1)
    assert history["mess"][-1]["mess"] == mess


@pytest.mark.parametrize("type, content, fits", [
    (IMAGE, files.png(2, 2, b"fits"), True), (IMAGE, b"text", False), (FILE, b"text", True),
    (MUSIC, b"ID3\x03\x00\x00\x00\x00\x00\x00" + (b"\xff\xfb\x90\x00" + b"\0" * 413) * 20, True),
    (MUSIC, b"text", False), (FILE, files.png(2, 2, b"fits"), True)])
async def test_the_type_must_fit(server, type, content, fits):
    ann = await visitor(server)
    info = await uploaded(ann, content)
    answer = await sent(ann, info, type)
    assert answer.get("code") == (None if fits else "bad_field")


async def test_in_a_group_its_members_may_as_long_as_they_are(server):
    ann, ben, cat, dan = [await visitor(server) for _ in range(4)]
    group = await group_of(ann, ben, cat)
    info = await uploaded(ann)
    await sent(ann, info, receiver=group)
    await ben.client.expect(IMAGE)
    for member in (ann, ben, cat):
        assert await status_for(member, info["path"]) == 200
    assert await status_for(dan, info["path"]) == 404
    await ben.client.ask(GROUP_EXIT, mess=group)
    await ann.client.ask(GROUP_REMOVE, mess={"group_id": group, "members": [cat.user_id]})
    for former in (ben, cat):
        await until_status(former, info["path"], 404)
    assert await status_for(ann, info["path"]) == 200, "it is still theirs"


async def test_between_two_only_they_may(server):
    ann, ben, cat = [await visitor(server) for _ in range(3)]
    info = await uploaded(ann)
    await sent(ann, info, IMAGE_PRIVATE, ben.user_id)
    shown = await ben.client.expect(IMAGE_OTHER)
    assert shown["mess"]["path"] == info["path"]
    assert await status_for(ben, info["path"]) == 200
    assert await status_for(cat, info["path"]) == 404


async def test_forwarding_grants_anew_and_only_to_who_may_see(server):
    ann, ben, cat, dan = [await visitor(server) for _ in range(4)]
    info = await uploaded(ann)
    await sent(ann, info, IMAGE_PRIVATE, ben.user_id)
    assert (await sent(cat, info, IMAGE_PRIVATE, dan.user_id))["code"] == "no_such_file"
    assert await status_for(dan, info["path"]) == 404
    assert (await sent(ben, info, IMAGE_PRIVATE, cat.user_id)).get("code") is None
    assert await status_for(cat, info["path"]) == 200
    assert await status_for(dan, info["path"]) == 404


async def test_taking_a_message_back_takes_its_file_back(server):
    ann, ben = await visitor(server), await visitor(server)
    info = await uploaded(ann)
    first = await sent(ann, info, IMAGE_PRIVATE, ben.user_id)
    second = await sent(ann, info, IMAGE_PRIVATE, ben.user_id)
    assert await status_for(ben, info["path"]) == 200
    await ann.client.post(RECALL, ben.user_id, {"seq": first["seq"]})
    assert await status_for(ben, info["path"]) == 200, "the other message still shows it"
    await ann.client.post(RECALL, ben.user_id, {"seq": second["seq"]})
    await ben.client.expect(RECALL)
    await until_status(ben, info["path"], 404)
    response, _ = await in_thread(ann.tus, "DELETE", info["path"])
    assert response.status == 204, "nothing shows it any more"


async def test_a_file_that_was_sent_is_not_discarded(server):
    ann = await visitor(server)
    info = await uploaded(ann)
    await sent(ann, info)
    response, data = await in_thread(ann.tus, "DELETE", info["path"])
    assert (response.status, code_of(data)) == (403, "not_allowed")


async def test_what_is_not_there_cannot_be_sent(server):
    ann = await visitor(server)
    for path in ("/files/" + "0" * 32, "/files/x", "/files/" + "0" * 32 + "/preview", "/etc/passwd"):
        answer = await sent(ann, {"name": "a", "path": path, "size": 1}, FILE)
        assert answer["code"] in ("no_such_file", "bad_field")
    unfinished = await in_thread(ann.create, 100)
    answer = await sent(ann, {"name": "a", "path": unfinished, "size": 1}, FILE)
    assert answer["code"] == "no_such_file"


async def test_legacy_clients_get_an_address_that_opens_it(server):
    ann, old = await visitor(server), await people.legacy(server, "old")
    content = files.png(5, 5, b"for the old")
    info = await uploaded(ann, content)
    await sent(ann, info)
    mess = (await old.expect(IMAGE))["mess"]
    assert set(mess) == {"name", "path", "size"}
    path, _, query = mess["path"].partition("?")
    assert path == info["path"] and query.startswith("until=")
    nobody = files.Visitor(server)
    response, data = await in_thread(nobody.fetch, mess["path"])
    assert response.status == 200
    assert hashlib.sha256(data).hexdigest() == hashlib.sha256((await in_thread(ann.fetch, path))[1]).hexdigest()
    page = await old.ask(800, mess="")
    again = page["mess"][-1]["mess"]
    assert await status_for(nobody, again.pop("path")) == 200
    assert again == {"name": mess["name"], "size": mess["size"]}
    other = await uploaded(ann)
    for bad in (path, other["path"] + "?" + query, mess["path"] + "0", mess["path"][:-1],
                mess["path"].replace("until=", "until=9")):
        assert await status_for(nobody, bad) in (401, 404), bad
    private = await uploaded(ann)
    await sent(ann, private, IMAGE_PRIVATE, old.user_id)
    mess = (await old.expect(IMAGE_OTHER))["mess"]
    assert await status_for(nobody, mess["path"]) == 200


async def test_what_was_taken_back_has_no_address(server):
    ann, old = await visitor(server), await people.legacy(server, "old")
    info = await uploaded(ann)
    sent_one = await sent(ann, info, IMAGE_PRIVATE, old.user_id)
    address = (await old.expect(IMAGE_OTHER))["mess"]["path"]
    nobody = files.Visitor(server)
    assert await status_for(nobody, address) == 200
    await ann.client.post(RECALL, old.user_id, {"seq": sent_one["seq"]})
    assert await status_for(nobody, address) == 404


async def test_a_legacy_client_forwards_by_the_address_it_got(server):
    ann, old = await visitor(server), await people.legacy(server, "old")
    info = await uploaded(ann)
    await sent(ann, info)
    mess = (await old.expect(IMAGE))["mess"]
    await old.send(IMAGE, "0", mess)
    shown = await ann.client.expect(IMAGE, sender_id=old.user_id)
    assert shown["mess"]["path"] == info["path"]


async def test_an_avatar_is_seen_by_everybody(server):
    ann, ben = await visitor(server), await visitor(server)
    info, next_info = await uploaded(ann), await uploaded(ann)
    answer = await ann.client.ask(210, mess={"path": info["path"], "size": 5})
    assert (answer["type"], answer["mess"]) == (211, info["path"])
    nobody = files.Visitor(server)
    assert await status_for(nobody, info["path"]) == 200
    assert (await ben.client.ask(203, ann.user_id))["user"]["avatar"] == info["path"]
    await ann.client.ask(210, mess={"path": next_info["path"], "size": 5})
    await until_status(nobody, info["path"], 401)
    for bad in (await uploaded(ben), await uploaded(ann, b"text")):
        answer = await ann.client.ask(210, mess={"path": bad["path"], "size": 5})
        assert answer["code"] == "avatar_refused"


async def test_a_file_that_nothing_shows_goes(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1, options=["--unsent-file-age", "1s"])
    ann, ben = await visitor(server), await visitor(server)
    content = os.urandom(1000)
    kept, unsent = await uploaded(ann, content, "kept.bin"), await uploaded(ben, content, "unsent.bin")
    await sent(ann, kept, FILE)
    gone = await uploaded(ben, b"of no use")
    await eventually(lambda: files.Visitor(server, ben.token).fetch(unsent["path"])[0].status == 404,
                     "what was not sent is gone", patience=40)
    assert await status_for(ben, kept["path"]) == 200, "its content is somebody else's, too"
    names = [name for _, _, names in os.walk(os.path.join(server.upload, ".files")) for name in names]
    until(lambda: not any(gone["id"] in name for name in names) or not os.path.exists(
        os.path.join(server.upload, ".files", gone["id"][:2], gone["id"])), "its content is gone")
    assert int(server.database().hget("files:bytes", ben.user_id)) == 0
