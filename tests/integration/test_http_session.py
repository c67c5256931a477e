"""Logging in over HTTP: the browser holds the session in a cookie, the page never sees it."""

import asyncio
import json
import os
import re
import signal

import pytest

from harness import people
from harness.cookie_servers import plain, server  # noqa: F401
from harness.http_session import HttpSession, origin_of
from harness.server import SANITIZED
from harness.waiting import eventually

SESSION_OVER = 4204


def browser(server, prefix="web"):
    """A browser whose user was registered just now."""
    session = HttpSession(server)
    status, message = session.login(people.new_name(prefix), people.PASSWORD)
    assert (status, message["type"]) == (200, 205), message
    session.user = message["user"]
    return session


async def socket_of(session, **options):
    """The WebSocket that a page in that browser opens."""
    return await people.guest(session.server, origin=origin_of(session.server),
                              extra_headers={"Cookie": session.cookie}, **options)


async def ask(function, *arguments):
    """A blocking request, while the loop goes on."""
    return await asyncio.get_running_loop().run_in_executor(None, function, *arguments)


def test_the_cookie_is_for_this_host_over_tls_and_for_the_server_alone(server, plain):
    session = browser(server)
    name, *attributes = session.set_cookie.split("; ")
    assert re.fullmatch(r"__Host-chatd=[0-9a-v]{32}", name)
    assert set(attributes) == {"Path=/", "Secure", "HttpOnly", "SameSite=Strict", "Max-Age=2592000"}
    session = browser(plain)
    name, *attributes = session.set_cookie.split("; ")
    assert re.fullmatch(r"chatd=[0-9a-v]{32}", name)
    assert set(attributes) == {"Path=/", "HttpOnly", "SameSite=Strict", "Max-Age=2592000"}


def test_the_answer_is_the_message_without_the_secret(server):
    session = HttpSession(server)
    name = people.new_name("json")
    status, message = session.login(name, people.PASSWORD)
    assert status == 200 and "session_id" not in message
    assert message["user"]["username"] == name and message["user"]["is_active"] is True
    assert "reg_time" in message["user"]
    assert session.token not in str(message)
    status, message = session.who()
    assert (status, message["user"]["username"]) == (200, name)
    response, data = session.request("GET")
    assert response.getheader("Content-Type") == "application/json"
    assert response.getheader("Cache-Control") == "no-store"
    assert session.token.encode() not in data


async def test_a_socket_logs_in_by_the_cookie_and_sees_no_secret(server):
    session = browser(server)
    client = await socket_of(session)
    answer = await client.enter_by_cookie()
    assert answer["type"] == 205 and answer["user"]["user_id"] == session.user["user_id"]
    assert "session_id" not in answer and session.token not in str(answer)
    assert (await client.say("by cookie")).get("code") is None


@pytest.mark.parametrize("cookie", ["", "x", "!", "x" * 300, "0" * 32, "a; __Host-chatd=b"])
async def test_a_cookie_that_opens_nothing(server, cookie):
    session = HttpSession(server)
    session.cookie = f"__Host-chatd={cookie}"
    assert (await ask(session.who))[1]["code"] == "login_required"
    client = await socket_of(session)
    assert (await client.enter_by_cookie())["code"] == "login_required"
    assert (await client.enter(people.new_name("then"), people.PASSWORD))["type"] == 205


async def test_over_tls_the_other_name_is_no_session(server):
    session = browser(server)
    session.cookie = f"chatd={session.token}"
    assert await ask(session.who) == (204, None)
    client = await socket_of(session)
    assert (await client.enter_by_cookie())["code"] == "login_required"


async def test_logout_over_http_closes_every_socket_of_the_session(server):
    session = browser(server)
    clients = [await socket_of(session) for _ in range(4)]
    for client in clients:
        await client.enter_by_cookie()
    other = HttpSession(server)
    await ask(other.login, session.user["username"], people.PASSWORD)
    spared = await socket_of(other)
    await spared.enter_by_cookie()
    cookie = session.cookie
    assert await ask(session.logout) == (204, None)
    assert "Max-Age=0" in session.set_cookie and session.cookie is None
    for client in clients:
        assert (await client.inbox.wait_closed(3.0 if SANITIZED else 1.0))[0] == SESSION_OVER
    assert (await spared.ask(213))["type"] == 213
    session.cookie = cookie
    assert (await ask(session.who))[0] == 401
    assert (await ask(session.logout))[0] == 204, "as often as one likes"


async def test_logout_by_message_ends_the_cookies_session(server):
    session = browser(server)
    client = await socket_of(session)
    await client.enter_by_cookie()
    await client.send(215)
    assert (await client.inbox.wait_closed())[0] == SESSION_OVER
    assert (await ask(session.who))[0] == 401


async def test_a_new_login_ends_the_browsers_session_so_far(server):
    session = browser(server)
    client = await socket_of(session)
    await client.enter_by_cookie()
    first = session.token
    assert (await ask(session.login, session.user["username"], people.PASSWORD))[0] == 200
    assert session.token != first
    assert (await client.inbox.wait_closed())[0] == SESSION_OVER


@pytest.mark.parametrize("name, password, fields, status, code", [
    ("", "x", {}, 401, "login_required"), ("someone", "", {}, 401, "login_required"),
    ("x" * 33, "x", {}, 400, "invalid_name"), ("someone", "x" * 257, {}, 400, "invalid_password"),
    ("nobody-there", "x", {"login_only": True}, 401, "wrong_password"),
    ("x" * 33, "x", {"login_only": True}, 401, "wrong_password"),
    ("someone", "x", {"login_only": "maybe"}, 400, "bad_field"),
    ({"a": 1}, "x", {}, 400, "bad_field")])
def test_refused_logins_have_a_status_and_a_code(server, name, password, fields, status, code):
    session = HttpSession(server)
    answer = session.login(name, password, **fields)
    assert (answer[0], answer[1]["code"]) == (status, code)
    assert session.set_cookie is None


def test_wrong_password_and_disabled(server):
    session = browser(server)
    other = HttpSession(server)
    assert other.login(session.user["username"], "no")[1]["code"] == "wrong_password"
    server.database().hset(f"user_id:{session.user['user_id']}", "is_active", 0)
    status, message = other.login(session.user["username"], people.PASSWORD)
    assert (status, message["type"], message["code"]) == (403, 206, "disabled")
    assert session.who()[0] == 403


@pytest.mark.parametrize("body, status", [
    (b"", 400), (b"{", 400), (b"[]", 400), (b"7", 400), (b'{"username":"a","username":"b"}', 400),
    (b"{}", 401), (b'{"username":"a"}', 401), (b'{"type":209,"username":"","password":"x"}', 401),
    (b'\xef\xbb\xbf{"username":"bom","password":"x"}', 400), (b"[" * 4000, 400), (b'{"username":"\xff","password":"x"}', 400), (b" " * 20_000, 413)])
def test_bodies_that_are_no_login(server, body, status):
    response, data = HttpSession(server).request(
        "POST", body=body, headers={"Content-Type": "application/json"})
    assert response.status == status and response.getheader("Set-Cookie") is None
    if status == 400:
        assert json.loads(data)["code"] in ("bad_format", "bad_field")


@pytest.mark.parametrize("kind", [
    None, "text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x",
    "application/jsonp", "text/json", "application/json, text/plain", ""])
def test_only_json_is_read_which_no_form_can_send(server, kind):
    headers = {"Content-Type": kind} if kind is not None else {}
    response, _ = HttpSession(server).request(
        "POST", body=b'{"username":"form","password":"form"}', headers=headers)
    assert response.status == 415


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "Application/JSON"])
def test_json_has_parameters_and_any_case(server, kind):
    response, _ = HttpSession(server).request(
        "POST", body=b'{"username":"","password":""}', headers={"Content-Type": kind})
    assert response.status == 401


@pytest.mark.parametrize("method", ["PUT", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods(server, method):
    response, _ = HttpSession(server).request(method)
    assert response.status in (405, 501)
    assert response.getheader("Access-Control-Allow-Origin") is None


def test_registering_and_guessing_have_the_limits_of_the_message(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=2, limits=True, options=[
        "--registrations-per-address", "3/h", "--logins-per-address", "20/m"])
    session = HttpSession(server)
    name = people.new_name("limit")
    assert session.login(name, people.PASSWORD)[0] == 200
    assert session.login(people.new_name("limit"), people.PASSWORD)[0] == 200
    assert session.login(people.new_name("limit"), people.PASSWORD)[0] == 200
    response, data = session.request(
        "POST", {"username": people.new_name("limit"), "password": people.PASSWORD})
    assert response.status == 429 and b"login_limited" in data
    assert 1000 < int(response.getheader("Retry-After")) <= 1200
    statuses = [session.login(name, f"guess {number}", login_only=True) for number in range(5)]
    assert [status for status, _ in statuses[:3]] == [401] * 3
    assert statuses[-1][0] == 429 and statuses[-1][1]["retry_after"] >= 1
    assert HttpSession(server, source="127.0.0.2").login(name, people.PASSWORD)[0] == 200, "the owner"


def test_asking_and_ending_have_a_limit_of_their_own(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=2, limits=True, options=[
        "--session-requests-per-address", "4/m"])
    session = browser(server)
    assert [session.who()[0] for _ in range(3)] == [200] * 3
    assert HttpSession(server).logout()[0] == 204
    for method in ("GET", "DELETE"):
        response, data = session.request(method)
        assert response.status == 429 and b'"rate_limited"' in data
        assert 1 <= int(response.getheader("Retry-After")) <= 60
        assert response.getheader("Set-Cookie") is None, "the session goes on"
    other = HttpSession(server, source="127.0.0.2")
    other.cookie = session.cookie
    assert other.who()[0] == 200, "another address does not wait"
    assert session.login(session.user["username"], people.PASSWORD)[0] == 200


async def test_a_reload_changes_whose_pages_log_in(own_house):
    folder = own_house.folder("conf")
    os.makedirs(folder)
    config = os.path.join(folder, "chatd.toml")

    def allow(names):
        with open(config, "w", encoding="utf-8") as file:
            file.write(f'[http]\nclient_name = "{names}"\n')

    allow("")
    server = own_house.chatd(redis=own_house.redis(), workers=1, config=config)
    session = browser(server)
    allow("app.example")
    server.signal(signal.SIGHUP)
    await eventually(lambda: session.who()[0] == 403, "the list alone counts")
    session.headers = {"Origin": "http://app.example"}
    assert session.who()[0] == 200


async def test_no_secret_is_logged(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=1, options=["--log-level", "debug"])
    session = browser(server)
    token = session.token
    client = await socket_of(session)
    await client.enter_by_cookie()
    other = await people.user(server, "byname")
    password = "a secret of the log test"
    session.login(session.user["username"], password)
    session.ask("POST", body=f'{{"username":"x","password":"{password}"', headers={
        "Content-Type": "application/json"})
    pair = {"old_password": people.PASSWORD, "new_password": password}
    assert (await other.ask(216, mess=pair))["type"] == 216
    session.logout()
    log = server.log()
    assert "wrong_password" in log and "bad_format" in log
    for secret in (token, other.session_id, people.PASSWORD, password):
        assert secret not in log


def test_without_redis_a_login_is_told_to_come_again(own_house):
    redis = own_house.redis()
    server = own_house.chatd(redis=redis, workers=1, options=["--redis-timeout", "300ms"])
    session = browser(server)
    redis.stop()
    for answer in (session.login("someone", "x"), session.who(), session.logout()):
        assert (answer[0], answer[1]["code"]) == (503, "storage_unavailable")
    response, _ = session.request("GET")
    assert int(response.getheader("Retry-After")) >= 1
