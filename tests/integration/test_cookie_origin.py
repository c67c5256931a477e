"""Cross-site WebSocket hijacking: whose page may act with the session's cookie.

A browser adds the cookie to whatever connects to this server and names the page in Origin. Only the
server's own pages, or those of the list of an operator, may come with it.
"""

import json

import pytest

from harness.cookie_servers import plain, server  # noqa: F401
from harness.http_session import HttpSession
from harness.wire import TEXT, Wire, frame
from harness import people

MSGPACK = "Sec-WebSocket-Protocol: chat.msgpack.v1"


@pytest.fixture(scope="module")
def listed(house, server, certificate):
    return house.chatd(redis=server.redis, workers=1, certificate=certificate, options=[
        "--client-name", "app.example,chat.example:8443"])


@pytest.fixture(scope="module")
def cookie(server):
    session = HttpSession(server)
    assert session.login(people.new_name("victim"), people.PASSWORD)[0] == 200
    return session.cookie


def upgrade(server, cookie, origins, host, protocol=MSGPACK):
    """The status of an upgrade with these Origin fields and that cookie, if any."""
    headers = [f"Origin: {origin}" for origin in origins]
    headers += [f"Cookie: {cookie}"] if cookie else []
    headers += [protocol] if protocol else []
    with Wire(server) as wire:
        return wire.upgrade(headers=headers, host=host).status


def login(server, cookie, origins, host):
    """The status of GET /session with these Origin fields, the one request that may do without."""
    headers = [f"Host: {host}", f"Cookie: {cookie}", *(f"Origin: {each}" for each in origins)]
    with Wire(server) as wire:
        return wire.request("GET /session HTTP/1.1", headers).status


# Of a page at https://chat.example:8443; what is said behind each is what an attacker hopes for.
HOST = "chat.example:8443"
ALIEN = [
    "null",                                     # a sandboxed frame, a data: or file: page
    "NULL", "", " ", "*", "about:blank", "data:text/html,x", "file://", "blob:https://chat.example:8443",
    "https://evil.test", "https://evil.test:8443",
    "http://chat.example:8443",                 # no TLS: a man in the middle wrote that page
    "https://chat.example", "https://chat.example:443", "https://chat.example:80",
    "https://chat.example:84430", "https://chat.example:8442", "https://chat.example:08443",
    "https://chat.example:8443:443", "https://chat.example:", "https://chat.example:+8443",
    "https://CHAT.EXAMPLE:8443", "https://Chat.example:8443", "HTTPS://chat.example:8443",
    "https://chat.example.:8443", "https://.chat.example:8443",           # another name in DNS
    "https://chat.example.evil.test:8443", "https://evil-chat.example:8443",
    "https://evilchat.example:8443", "https://sub.chat.example:8443", "https://example:8443",
    "https://chat.example:8443.evil.test",
    "https://chat.example:8443@evil.test", "https://evil.test@chat.example:8443",
    "https://user:secret@chat.example:8443", "https://chat.example%3A8443@evil.test",
    "https://chat.example:8443/", "https://chat.example:8443/path", "https://chat.example:8443?x",
    "https://chat.example:8443#x", "https://evil.test/https://chat.example:8443",
    "https://evil.test?https://chat.example:8443", "https://evil.test#chat.example:8443",
    "https:chat.example:8443", "https:/chat.example:8443", "https:///chat.example:8443",
    "//chat.example:8443", "chat.example:8443", "wss://chat.example:8443", "ftp://chat.example:8443",
    "https://chat.example:8443, https://evil.test", "https://evil.test, https://chat.example:8443",
    "https://chat.example:8443 https://evil.test",
    "https://ch\u00e4t.example:8443", "https://xn--cht-qla.example:8443", "https://chat\u3002example:8443",
    "https://chat.example\t:8443", "https://chat.example%2e:8443", "https://chat%2eexample:8443",
    "https://[::1]:8443", "https://[::ffff:127.0.0.1]:8443", "https://127.0.0.1:8443",
    "https://127.1:8443", "https://0x7f000001:8443", "https://2130706433:8443",
    "chrome-extension://chat.example:8443", "moz-extension://chat.example:8443", "javascript:alert(1)",
]


def test_there_are_fifty_of_them_at_least():
    assert len(set(ALIEN)) == len(ALIEN) >= 50


@pytest.mark.parametrize("origin", ALIEN)
def test_no_other_page_comes_in_with_the_cookie(server, cookie, origin):
    origin = origin.encode().decode("latin-1")
    assert upgrade(server, cookie, [origin], HOST) in (400, 403)
    assert login(server, cookie, [origin], HOST) in (400, 403)


@pytest.mark.parametrize("origin", ALIEN[:12])
def test_no_other_page_logs_anybody_in_or_out(server, cookie, origin):
    for method in ("POST", "DELETE"):
        session = HttpSession(server, headers={"Host": HOST, "Origin": origin})
        session.cookie = cookie
        message = {"username": "x", "password": "y"} if method == "POST" else None
        assert session.ask(method, message)[0] == 403
    assert login(server, cookie, [], HOST) == 200, "the session goes on"


@pytest.mark.parametrize("host, origin", [
    (HOST, "https://chat.example:8443"), ("chat.example", "https://chat.example"),
    ("chat.example:443", "https://chat.example"), ("127.0.0.1:8443", "https://127.0.0.1:8443"),
    ("[::1]:8443", "https://[::1]:8443"), ("xn--cht-qla.example", "https://xn--cht-qla.example"),
    ("chat.example.:8443", "https://chat.example.:8443")])
def test_the_servers_own_page_comes_in(server, cookie, host, origin):
    assert upgrade(server, cookie, [origin], host) == 101
    assert login(server, cookie, [origin], host) == 200


@pytest.mark.parametrize("host, origin, status", [
    ("chat.example:8080", "http://chat.example:8080", 101), ("chat.example", "http://chat.example", 101),
    ("chat.example:80", "http://chat.example", 101), ("chat.example", "http://chat.example:80", 403),
    ("chat.example", "https://chat.example", 403), ("chat.example:443", "http://chat.example", 403),
    ("chat.example:8080", "http://chat.example", 403)])
def test_without_tls_the_scheme_is_http(plain, cookie, host, origin, status):
    token = cookie.split("=")[1]
    assert upgrade(plain, f"chatd={token}", [origin], host) == status
    assert upgrade(plain, f"__Host-chatd={token}", [origin], host) == status, "a proxy had the TLS"


@pytest.mark.parametrize("origins", [
    [], ["https://chat.example:8443"] * 2, ["https://chat.example:8443", "https://evil.test"],
    ["https://evil.test", "https://chat.example:8443"], ["", "https://chat.example:8443"]])
def test_with_the_cookie_there_is_exactly_one_origin(server, cookie, origins):
    assert upgrade(server, cookie, origins, HOST) in (400, 403)


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_changes_something_with_the_cookie_names_its_page(server, cookie, method):
    session = HttpSession(server, headers={})
    session.cookie = cookie
    message = {"username": "x", "password": "y"} if method == "POST" else None
    assert session.ask(method, message)[0] == 403


@pytest.mark.parametrize("origin, status", [
    ("https://app.example", 101), ("https://chat.example:8443", 101), ("http://app.example", 403),
    ("https://chat.example", 403), ("https://evil.test", 403), ("null", 403)])
def test_a_list_alone_says_who_comes_in(listed, cookie, origin, status):
    assert upgrade(listed, cookie, [origin], "server.example") == status


def test_a_list_takes_the_place_of_the_servers_own_name(listed, cookie):
    assert upgrade(listed, cookie, ["https://server.example"], "server.example") == 403


@pytest.mark.parametrize("origins", [[], ["null"], ["https://evil.test"]])
def test_without_the_cookie_everybody_connects_as_ever(server, origins):
    for cookie in (None, "other=1", "chatd=x", "__host-chatd=x", "x__Host-chatd=1; __Host-chatdx=2"):
        assert upgrade(server, cookie, origins, HOST) == 101


@pytest.mark.parametrize("origins", [[], ["null"], ["https://evil.test"]])
def test_on_the_legacy_wire_the_cookie_means_nothing(server, cookie, origins):
    assert upgrade(server, cookie, origins, HOST, protocol=None) == 101


def test_a_legacy_socket_with_the_cookie_is_nobodys(server, cookie):
    with Wire(server) as wire:
        wire.open(headers=[f"Cookie: {cookie}"])
        for number in (205, 213):
            wire.send(frame(TEXT, json.dumps({"type": number, "sender_id": "0"})))
            assert json.loads(wire.frame().payload)["type"] == 204


@pytest.mark.parametrize("pairs", [
    "{0}; {0}x", "{0}x; {0}", "a=b; {0}; {1}=other", "{1}=; {0}"])
async def test_two_different_cookies_of_the_name_open_nothing(server, cookie, pairs):
    name = cookie.split("=")[0]
    session = HttpSession(server)
    session.cookie = pairs.format(cookie, name)
    assert session.who()[0] == 401


@pytest.mark.parametrize("pairs", ["a=b; {0}", "{0};a=b", " {0} ; {0}", "a; {0}; =x; ;"])
async def test_the_cookie_is_found_among_others(server, cookie, pairs):
    session = HttpSession(server)
    session.cookie = pairs.format(cookie)
    assert session.who()[0] == 200
