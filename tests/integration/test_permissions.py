"""Who may do what: every request, by everybody, on both wires, against docs/permissions.md.

Each cell of that table is one request of one person: allowed, or refused with that code. Two
connections that never log in listen all the while and must hear nothing.
"""

import asyncio
import itertools
import os
import threading

import pytest

from harness import people, permissions
from harness.permissions import ALLOWED, ROLES
from test_uploads import png

LOGIN, LOGOUT, SESSION_OVER = 205, 215, 4204
NONE, OTHERS, STRANGER, MEMBER, FOUNDER, ADMIN, DISABLED = ROLES
ROWS = permissions.rows()
V1_ONLY = {number for number, v1_only in permissions.types().values() if v1_only}
TEXTS = permissions.refusals()
CELLS = [(row, wire) for row in ROWS for wire in ("msgpack", "legacy")
         if wire == "msgpack" or row.type not in V1_ONLY]
_names = itertools.count(1)


class Outsiders:
    """Two connections that never log in, one on each wire, listening in a thread of their own."""

    def __init__(self, server):
        self.server = server
        self.heard = []
        self._ready, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._listen()))

    def __enter__(self):
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_):
        self.finish()

    def finish(self):
        self._stop.set()
        self._thread.join()

    async def _listen(self):
        clients = [await people.MsgpackClient.connect(self.server.url()),
                   await people.LegacyClient.connect(self.server.url())]
        self._ready.set()
        await asyncio.get_running_loop().run_in_executor(None, self._stop.wait)
        for client in clients:
            await (await client.socket.ping())
            assert client.inbox.closed is None
            self.heard += client.inbox.frames
            await client.close()


class Person:
    def __init__(self, client):
        self.name, self.user_id = client.user["username"], client.user_id
        self.session_id = client.session_id


@pytest.fixture(scope="module")
def server(house):
    return house.chatd(redis=house.redis(), workers=2, options=["--login-timeout", "5m"])


@pytest.fixture(scope="module")
def outsiders(server):
    with Outsiders(server) as listeners:
        yield listeners


@pytest.fixture(scope="module")
def persons(server):
    async def enter():
        found = {role: Person(await people.user(server, "p")) for role in ROLES[2:]}
        uploader = await people.legacy(server, "uploader")
        found["picture"] = (await uploader.upload(png(b"permissions")))["mess"]["path"]
        server.database().hset(f"user_id:{found[ADMIN].user_id}", "role_id", 99)
        return found
    return people.run(enter())


class Scene:
    """What a request is about, made anew for each: a group, a call in it, and whoever is needed."""

    def __init__(self, server, persons):
        self.server, self.persons = server, persons
        self.group = None

    async def begin(self):
        self.founder = await self.connect(FOUNDER)
        self.member = await self.connect(MEMBER)

    async def connect(self, role, wire="msgpack"):
        client = await (people.guest if wire == "msgpack" else people.legacy_guest)(self.server)
        assert (await client.resume(self.persons[role].session_id))["type"] == LOGIN
        return client

    async def found(self):
        members = [self.persons[role].user_id for role in (MEMBER, DISABLED)]
        answer = await self.founder.ask(1100, mess={"name": "scene", "members": members})
        self.group = answer["receiver_id"]

    async def call(self, joined):
        await self.leave_calls()
        mess = {"room_id": "", "is_group": True, "video": False}
        await self.founder.ask(600, self.group, mess)
        if joined:
            await self.member.send(601, self.group, self.call_info())
            await self.member.ask(213)

    def call_info(self):
        return {"room_id": self.persons[FOUNDER].user_id, "is_group": True, "video": False}

    async def second_session(self, role):
        client = await people.guest(self.server)
        await client.enter(self.persons[role].name, people.PASSWORD)
        ids = [each["id"] for each in (await client.ask(217))["mess"] if each["current"]]
        await client.close()
        return ids[0]

    async def request(self, row, role):
        """(receiver_id, mess, further fields) of the row's request, sent by `role`."""
        await self.found()
        if row.type in (601, 602, 604):
            await self.call(joined=row.type != 601)
        if row.subject.startswith("the group's call") and row.type > 605:
            return await self.request_of_call(row, role)
        other = self.persons[FOUNDER if role == MEMBER else MEMBER].user_id
        file = {"name": "f", "path": self.persons["picture"], "size": 1}
        content = {1: "text", 4: "ymj_1.gif"}.get(row.type // 100, file)
        group, people_of = self.group, {"group_id": self.group, "members": [
            self.persons[ADMIN if role == STRANGER else STRANGER].user_id]}
        if row.subject == "oneself":
            people_of["members"] = [self.me(role).user_id]
        where = "0" if row.subject == "the lobby" else group
        match row.type:
            case 100 | 300 | 400 | 500 | 1000:
                return where, content, {}
            case 103 | 303 | 403 | 503 | 1003:
                return other, content, {}
            case 120 | 121:
                where = group if "group" in row.subject else "0"
                author = self.member if role in (NONE, OTHERS) or "member" in row.subject else None
                said = await self.say(author, role, where)
                return where, {"seq": said["seq"], "mess": "changed"}, {}
            case 204:
                return "0", None, self.credentials(role)
            case 205:
                return "0", None, {}
            case 216:
                return "0", {"old_password": people.PASSWORD, "new_password": people.PASSWORD}, {}
            case 218:
                return "0", await self.second_session(MEMBER), {}
            case 203:
                return other, None, {}
            case 209:
                victim = await people.user(self.server, "victim")
                return victim.user_id, None, {}
            case 210:
                return "0", file, {}
            case 600:
                mess = {"room_id": "", "is_group": row.subject == "a group", "video": False}
                return (group if row.subject == "a group" else other), mess, {}
            case 601 | 604:
                return group, self.call_info(), {}
            case 610:
                name = f"group:{group}" if row.subject == "a group" else f"user:{other}"
                return "0", {"conversation": name, "device": "first"}, {}
            case 622:
                return "0", {"device": "first"}, {}
            case 625:
                return "0", {"on": False}, {}
            case 602:
                return other, {"type": "offer", "description": {}}, {}
            case 800:
                return where, None, {}
            case 801:
                return other, None, {}
            case 810:
                place = {"conversation": f"group:{group}", "seq": 0, "epoch": ""}
                return "0", {"places": [place]}, {}
            case 219:
                return "0", {"ids": [other]}, {}
            case 820:
                name = "lobby" if row.subject == "the lobby" else f"group:{group}"
                return "0", {"conversation": name, "pinned": True}, {}
            case 1109:
                return "0", {"group_id": group, "name": "renamed"}, {}
            case 1110:
                return "0", {"group_id": group, "members": [self.persons[DISABLED].user_id]}, {}
            case 1100:
                members = [self.persons[each].user_id for each in (FOUNDER, MEMBER, STRANGER)]
                return "0", {"name": "new", "members": members}, {}
            case 1102 | 1103 | 1105 | 1106:
                return "0", group, {}
            case 1104 | 1107:
                return "0", people_of, {}
            case _:
                return "0", None, {}

    async def leave_calls(self):
        """Founder and member are in no call of another cell."""
        for client in (self.founder, self.member):
            for call in (await client.ask(620))["mess"]["calls"]:
                await client.send(617, mess={"call_id": call["call_id"]})
            await client.ask(213)

    @staticmethod
    async def answered(client, type, mess):
        """The state of the call, 611, that answers a request."""
        return await client.expect(611, trace_id=await client.send(type, mess=mess))

    async def request_of_call(self, row, role):
        """As `request`, about a call that the founder began in the group, by types 610 to 630."""
        await self.leave_calls()
        started = await self.answered(self.founder, 610, {"conversation": f"group:{self.group}",
                                                          "device": "founder"})
        call_id = started["mess"]["call"]["call_id"]
        if row.type not in (613, 614):
            await self.member.send(613, mess={"call_id": call_id, "device": "member"})
            await self.member.ask(213)
        stays = {MEMBER: 2, FOUNDER: 1}
        if role in stays and row.type in (616, 621):
            state = await self.answered(self.client, 613, {"call_id": call_id, "device": "third",
                                                           "move": True})
            members = state["mess"]["call"]["members"]
            stays[role] = max(each["stay"] for each in members)
        other = FOUNDER if role == MEMBER else MEMBER
        mess = {"call_id": call_id}
        match row.type:
            case 613:
                mess |= {"device": "third", "move": True}
            case 616:
                mess |= {"from_stay": stays.get(role, 3), "to_stay": stays[other], "n": 1, "signal": {}}
            case 617:
                mess["for_all"] = "for all" in row.subject
            case 619:
                mess["users"] = [self.persons[DISABLED].user_id]
            case 621:
                mess["media"] = {"muted": True}
            case 627:
                mess["users"] = [self.persons[other].user_id]
        return self.persons[other].user_id if row.type == 616 else "0", mess, {}

    async def say(self, author, role, where):
        """A message of `author`, or of whoever has the role."""
        if author is None:
            author = await self.connect(role)
        return await author.say("something", where)

    def me(self, role):
        return self.persons.get(role, self.persons[STRANGER])

    def credentials(self, role):
        name = self.persons[role].name if role == DISABLED else f"newcomer{next(_names)}"
        return {"username": name, "password": people.PASSWORD}

    async def outcome(self, row, role, wire):
        """ALLOWED, or the code of the refusal."""
        if role == NONE:
            client = await (people.guest if wire == "msgpack" else people.legacy_guest)(self.server)
        else:
            client = await self.connect(STRANGER if role == OTHERS else role, wire)
        self.client = client
        if row.type == LOGOUT and role not in (NONE, OTHERS):
            await client.enter(self.persons[role].name, people.PASSWORD)
        receiver, mess, fields = await self.request(row, role)
        if role == OTHERS:
            owner = self.persons[MEMBER]
            fields |= {"session_id": owner.session_id, "sender_id": owner.user_id}
        elif row.type == LOGIN and role != NONE:
            fields["session_id"] = self.persons[role].session_id
        account = f"user_id:{self.persons[DISABLED].user_id}"
        if role == DISABLED:
            self.server.database().hset(account, "is_active", 0)
        try:
            return await self.judge(client, row, receiver, mess, fields)
        finally:
            self.server.database().hset(account, "is_active", 1)
            await client.close()

    async def judge(self, client, row, receiver, mess, fields):
        trace = await client.send(row.type, receiver, mess, id=f"p{next(_names)}", **fields)
        marker = await client.send(213, trace_id=f"marker{next(_names)}")
        try:
            await client.inbox.take(lambda frame: frame.get("trace_id") == marker)
        except AssertionError:
            assert client.inbox.closed, "neither answered nor closed"
        if row.type == LOGOUT and client.inbox.closed:
            if client.inbox.closed[0] == SESSION_OVER:
                return ALLOWED
        for frame in client.inbox.frames:
            code = frame.get("code") or TEXTS.get((frame["type"], str(frame.get("mess", ""))))
            if frame.get("trace_id") == trace and code and code != "removed":
                return code
        return ALLOWED


def test_the_table_has_every_request_and_no_empty_cell():
    assert {row.type for row in ROWS} == permissions.request_types()
    codes = set(permissions.refusals().values()) | {ALLOWED}
    for row in ROWS:
        assert set(row.cells) == set(ROLES) and set(row.cells.values()) <= codes, row
        number, _ = permissions.types()[row.name]
        assert number == row.type, row


def test_legacy_texts_tell_refusals_apart():
    assert len(TEXTS) == len(set(TEXTS.values()))


@pytest.mark.parametrize("row, wire", CELLS, ids=[f"{row}-{wire}" for row, wire in CELLS])
async def test_request(server, outsiders, persons, row, wire):
    scene = Scene(server, persons)
    await scene.begin()
    found = {role: await scene.outcome(row, role, wire) for role in ROLES}
    if "SHOW_PERMISSIONS" in os.environ:
        print("|", row.type, "|", row.name, "|", row.subject, "|", " | ".join(found.values()), "|")
    assert found == row.cells


def test_nobody_without_a_login_heard_anything(outsiders):
    outsiders.finish()
    assert outsiders.heard == []
