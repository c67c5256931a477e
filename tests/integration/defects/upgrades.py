"""Upgrades to WebSocket that are refused, and extension offers that come to nothing."""

KEY = "AAECAwQFBgcICQoLDA0ODw=="
GOOD = {"Host": "localhost", "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Key": KEY, "Sec-WebSocket-Version": "13"}


def upgrade(changes=(), more="", method="GET", version="HTTP/1.1"):
    fields = {**GOOD, **dict(changes)}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
    return f"{method} /ws {version}\r\n{head}{more}\r\n".encode("latin-1")


def refused():
    for version in ("12", "14", "8", "7", "0", "", "013", "13 13", "13,13", "13;", "x", "-13",
                    "1 3", "+13", "13.0", "130", "1"):
        yield f"version {version!r}", upgrade({"Sec-WebSocket-Version": version}), (400, 426)
    for key in ("", "x", KEY[:-1], KEY + "=", KEY[:-2], "A" * 22, "A" * 24, "A" * 23 + "=",
                "!" + KEY[1:], KEY[:5] + " " + KEY[6:], KEY.replace("=", "A"), "====" * 6,
                "-" + KEY[1:], "_" + KEY[1:], KEY * 2, KEY + "," + KEY, '"' + KEY + '"', "\xe9" * 24):
        yield f"key {key!r}", upgrade({"Sec-WebSocket-Key": key}), 400
    for name in GOOD:
        status = (400, 426, 404)
        yield f"without {name}", upgrade({name: None}), status
        yield f"two of {name}", upgrade(more=f"{name}: {GOOD[name]}\r\n"), (
            (101,) if name in ("Upgrade", "Connection") else (400,))
    for value in ("close", "keep-alive", "", "Upgrad", "Upgrade2", "x-upgrade", "Up grade",
                  '"Upgrade"', "Upgrade;q=1", "upgrade/1"):
        yield f"connection {value!r}", upgrade({"Connection": value}), 400
    for value in ("h2c", "", "websockets", "web socket", "websocket/13", '"websocket"', "x"):
        yield f"upgrade {value!r}", upgrade({"Upgrade": value}), (400, 404, 426)
    for length in ("1", "5", "00", "100000"):
        yield f"body of {length}", upgrade({"Content-Length": length}), 400
    yield "chunked body", upgrade({"Transfer-Encoding": "chunked"}), 400
    for method in ("POST", "HEAD", "PUT", "OPTIONS", "get"):
        yield f"method {method}", upgrade(method=method), 405
    yield "HTTP/1.0", upgrade(version="HTTP/1.0"), (400, 426)
    for offer in ("a b", "a;b", "(x)", '"a"', "a=b", "a/b", "\xe9", "chat.msgpack.v1 x", "a, b c",
                  "@", "a\tb", "chat.msgpack.v1;", "[a]"):
        yield f"subprotocol {offer!r}", upgrade({"Sec-WebSocket-Protocol": offer}), 400
    for offer in ("; =", "permessage-deflate; =", "permessage-deflate;", "permessage-deflate; a=",
                  "permessage-deflate; ;", "permessage-deflate a", "(x)", '"permessage-deflate"',
                  'x; a="', 'x; a="b', 'x; a="b c"', 'x; a=""', "x; a==b", "x; a=b=c", "x y",
                  "permessage-deflate; client_max_window_bits=", "x;a b", "=", ";", "x; =y", "@",
                  "x; a=(b)", "permessage-deflate, ;", "a, b; =", "x; a=\"b\"c", "x/1"):
        yield f"extension {offer!r}", upgrade({"Sec-WebSocket-Extensions": offer}), 400


def declined():
    """Well formed offers that the server cannot meet: it upgrades without the extension."""
    deflate = "permessage-deflate"
    for parameters in ("server_max_window_bits=7", "server_max_window_bits=16",
                       "server_max_window_bits=8", "server_max_window_bits=08",
                       "server_max_window_bits=015", "server_max_window_bits=x",
                       "server_max_window_bits=0", "server_max_window_bits=99999999999999999999",
                       "server_max_window_bits", "server_max_window_bits=-15",
                       "server_max_window_bits=1.5", "client_max_window_bits=7",
                       "client_max_window_bits=16", "client_max_window_bits=09",
                       "client_max_window_bits=x", "server_no_context_takeover=1",
                       "client_no_context_takeover=true", "unknown", "unknown=1",
                       "server_no_context_takeover; server_no_context_takeover",
                       "client_no_context_takeover; client_no_context_takeover",
                       "client_max_window_bits; client_max_window_bits=15",
                       "server_max_window_bits=10; server_max_window_bits=10",
                       "SERVER_NO_CONTEXT_TAKEOVER"):
        yield f"deflate with {parameters!r}", f"{deflate}; {parameters}"
    for offer in ("x-webkit-deflate-frame", "permessage-bzip2", "Permessage-Deflate", "a, b, c",
                  "permessage-deflate2", "x-" + "y" * 3000, ", ".join(["x; a=1"] * 300),
                  "mux; max-channels=4; flow-control", "permessage-foo; bar, permessage-baz",
                  "x" + "; a=1" * 600):
        yield f"extension {offer[:40]!r}", offer


def table():
    cases = {f"upgrade: {name}": (data, status) for name, data, status in refused()}
    cases |= {f"declined: {name}": (upgrade({"Sec-WebSocket-Extensions": offer}), (101,))
              for name, offer in declined()}
    return cases
