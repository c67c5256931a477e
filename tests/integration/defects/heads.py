"""Request heads that are malformed, ambiguous or too much, and the status each of them gets.

The server is given --max-header-size 4K and --max-header-count 20.
"""

MAX_HEAD, MAX_FIELDS = 4096, 20
HOST = "Host: a\r\n"
CONTROLS = [code for code in range(0x20) if code not in (0x09, 0x0A, 0x0D)] + [0x7F]


def get(fields="", target="/", method="GET", version="HTTP/1.1", host=HOST):
    return f"{method} {target} {version}\r\n{host}{fields}\r\n"


def post(fields, body="", version="HTTP/1.1"):
    return get(fields, method="POST", version=version) + body


def request_lines():
    for method in ("", " GET", "GE T", "G(T", "G\x01T", "GET\t", "GE\x7fT", "G,T", "G:T", "[GET]",
                   '"GET"', "G@T", "{}", "\xe9GET"):
        yield f"method {method!r}", get(method=method), 400
    for version in ("", "HTTP", "HTTP/", "HTTP/1", "HTTP/1.", "HTTP/.1", "HTTP/11", "HTTP/1.1.1",
                    "http/1.1", "Http/1.1", "HTTP/a.b", "HTTP/1.x", "HTTP/-1.1", "HTTP/1,1",
                    "XTTP/1.1", "HTTP 1.1", "HTTP/1.1x", "HTTP/ 1.1", "\tHTTP/1.1"):
        yield f"version {version!r}", get(version=version), 400
    for version in ("HTTP/0.9", "HTTP/2.0", "HTTP/3.0", "HTTP/9.9"):
        yield f"version {version}", get(version=version), 505
    for target in ("", "x", "index.html", "//\x01", "/a b", "/\x7f", "/\x80", "/\xff", '/"', "/<",
                   "/>", "/#", "/\\", "/%", "/%1", "/%g0", "/%0g", "/%00", "/%0a", "/%0d", "/%1f",
                   "/%7f", "/%2f", "/a/%2F/b", "/%5c", "/..", "/../", "/a/../b", "/./a", "/a/.",
                   "/%2e%2e/x", "/%2e/x", "/a/%2e%2E", "*", "?", "?a", "#", "http://",
                   "http:///x", "http://a b/", "ftp://a/", "http:/a", "://a/", "http://a:b/",
                   "http://a:999999/", "http://[/", "http://[]/", "http://[::1/", "http://[x]/",
                   "http://[::1]x/", "http://u@a/", "http://a\\b/", "javascript:1", "/\t"):
        yield f"target {target!r}", get(target=target), 400
    for target in ("", "/", "a b", "a/", "u@a", "[::1", "a:b"):
        yield f"CONNECT {target!r}", get(method="CONNECT", target=target), 400
    yield "HTTP/0.9", "GET /\r\n\r\n", 400
    for code in CONTROLS:
        yield f"control {code:#x} in the target", get(target=f"/{chr(code)}x"), 400
    yield "long target", get(target="/" + "x" * MAX_HEAD), 414
    yield "long query", get(target="/?" + "x" * MAX_HEAD), 414
    yield "long method", get(method="G" * MAX_HEAD), 414
    yield "two blank lines", "\r\n\r\n" + get(), 400


def line_ends():
    lines = get("X: 1\r\n").split("\r\n")
    for number in range(3):
        for name, end in (("LF", "\n"), ("CR", "\r"), ("CR CR LF", "\r\r\n"), ("LF CR", "\n\r"),
                          ("NUL", "\0\r\n")):
            broken = "\r\n".join(lines[:number + 1]) + end + "\r\n".join(lines[number + 1:])
            yield f"{name} behind line {number}", broken, 400
    yield "LF for the blank line", get()[:-2] + "\n", 400


def fields():
    for code in CONTROLS:
        yield f"control {code:#x} in a name", get(f"X{chr(code)}: 1\r\n"), 400
        yield f"control {code:#x} in a value", get(f"X: 1{chr(code)}2\r\n"), 400
    for char in '"(),/:;<=>?@[\\]{}\x80\xff':
        if char != ":":
            yield f"{char!r} in a name", get(f"X{char}Y: 1\r\n"), 400
    for name, field in {
            "no colon": "X\r\n", "no name": ": x\r\n", "space before the colon": "X : 1\r\n",
            "tab before the colon": "X\t: 1\r\n", "fold with a space": "X: 1\r\n 2\r\n",
            "fold with a tab": "X: 1\r\n\t2\r\n", "fold of nothing": "X: 1\r\n \r\n",
            "space in the name": "X Y: 1\r\n", "only a space": " \r\n"}.items():
        yield name, get(field), 400
    for first in (" ", "\t"):
        yield f"fold {first!r} as the first field", get(f"{first}X: 1\r\n", host=""), 400
    yield "long value", get(f"X: {'x' * MAX_HEAD}\r\n"), 431
    yield "long name", get(f"{'X' * MAX_HEAD}: 1\r\n"), 431
    yield "many fields", get("X: 1\r\n" * MAX_FIELDS), 431
    yield "many short fields", get("X:\r\n" * MAX_FIELDS), 431
    yield "many long fields", get(f"X: {'x' * 200}\r\n" * 30), 431
    yield "many different fields", get("".join(f"X{n}: 1\r\n" for n in range(500))), 431


def hosts():
    yield "no host", get(host=""), 400
    yield "two hosts", get(host=HOST * 2), 400
    yield "two hosts in two cases", get(host="Host: a\r\nHOST: b\r\n"), 400
    for host in ("a b", "a,b", "a/b", "a@b", "a:b", "a:", ":80", "[", "[]", "[::1", "[x]", "[::1]:x",
                 "[::1]80", "a:999999", "a?b", "a#b", "a\\b", "\xe9", "a%20b", "<a>", '"a"', "(a)",
                 "a;b", "a=b", "a|b", "http://a", "a:80:80", "*", "a\tb", "{a}", "^"):
        if host == "a:":
            continue  # an empty port is allowed (RFC 3986 section 3.2.3)
        yield f"host {host!r}", get(host=f"Host: {host}\r\n"), 400


def framing():
    """Where two readers could see another end of the body: request smuggling."""
    chunked = "Transfer-Encoding: chunked\r\n"
    for length in ("", "+5", "-5", "0x5", "5 ", "5a", "a", "5,5", "5, 5", "5;", "5.0", "1e1", "٥",
                   "5 5", "\t5 6", "0b1", "5_0", '"5"', "5\x0b", "''"):
        if length.strip(" \t") != "5":
            yield f"length {length!r}", post(f"Content-Length: {length}\r\n".encode().decode(
                "latin-1"), "12345"), 400
    for length in (2**63, 2**64, 2**64 + 5, 10**30, 10**300):
        yield f"length {length:.3g}", post(f"Content-Length: {length}\r\n"), 413
    for first, second in (("5", "5"), ("5", "6"), ("0", "5"), ("5", "0"), ("5", "x")):
        yield (f"lengths {first} and {second}",
               post(f"Content-Length: {first}\r\nContent-Length: {second}\r\n", "12345"), 400)
        yield (f"lengths {first} and {second} in two cases",
               post(f"Content-Length: {first}\r\ncontent-length: {second}\r\n", "12345"), 400)
    for coding in ("chunked", "Chunked", "identity", "gzip", "x", "chunked, chunked"):
        field = f"Transfer-Encoding: {coding}\r\n"
        yield f"CL.TE {coding}", post(f"Content-Length: 6\r\n{field}", "0\r\n\r\nG"), 400
        yield f"TE.CL {coding}", post(f"{field}Content-Length: 4\r\n", "5c\r\nGPOST"), 400
        yield f"TE.TE {coding}", post(f"{field}Transfer-Encoding: chunked\r\n"), 400
        yield f"TE {coding} in HTTP/1.0", post(field, version="HTTP/1.0"), 400
    for coding in ("chunked, gzip", "chunked,", "chunked, identity", "gzip, chunked, gzip",
                   "chunked;x=1, gzip", "", ","):
        yield f"coding {coding!r}", post(f"Transfer-Encoding: {coding}\r\n"), (400, 501)
    for coding in ("xchunked", "chunked;q=1", "chunkedx", '"chunked"', "gzip", "gzip, chunked",
                   "identity", "deflate", "\xa0chunked", "chunke"):
        yield f"coding {coding!r}", post(f"Transfer-Encoding: {coding}\r\n"), (400, 501)
    for space in (" ", "\t", "\x0b", "\x0c", "\xa0", "\0", "\r", "\n"):
        yield (f"{space!r} before the colon of the coding",
               post(f"Transfer-Encoding{space}: chunked\r\n"), 400)
        if space not in " \t\xa0":
            yield (f"{space!r} before the coding",
                   post(f"Transfer-Encoding:{space}chunked\r\n"), 400)
    yield "folded coding", post("Transfer-Encoding:\r\n chunked\r\n"), 400
    yield "length behind a fold", post("X: 1\r\n Content-Length: 5\r\n"), 400
    yield "coding behind a bare LF", post("X: 1\nTransfer-Encoding: chunked\r\n"), 400
    yield "coding behind a bare CR", post("X: 1\rTransfer-Encoding: chunked\r\n"), 400
    yield "chunks nobody takes", post(chunked, "0\r\n\r\n"), (404, 405, 411)
    yield "body nobody takes", post("Content-Length: 1000000\r\n"), (404, 405, 413)
    for expectation in ("200-ok", "100-continue, 100-continue", "", "101-continue", "x"):
        yield f"expect {expectation!r}", get(f"Expect: {expectation}\r\n"), 417


def methods():
    for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "get", "Get", "BREW",
                   "PROPFIND", "G", "GETT", "HEADX", "!", "~"):
        yield f"method {method}", get(method=method), (404, 405)
    yield "CONNECT", get(method="CONNECT", target="a:1"), 405
    yield "OPTIONS *", get(method="OPTIONS", target="*"), 405


def not_http():
    for name, data in {
            "TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "SSL 2": b"\x80\x2e\x01",
            "HTTP/2 settings": b"\x00\x00\x00\x04\x00\x00\x00\x00\x00", "frame": b"\x81\x85",
            "SSH": b"SSH-2.0-x\r\n", "SMTP": b"EHLO a\r\n", "Redis": b"*1\r\n$4\r\nPING\r\n",
            "SOCKS": b"\x05\x01\x00", "PROXY": b"PROXY TCP4 1.1.1.1 1.1.1.1 1 1\r\n",
            "PROXY 2": b"\r\n\r\n\0\r\nQUIT\n", "NULs": bytes(64), "0xff": b"\xff" * 64}.items():
        yield name, data + b"\r\n\r\n", 400
    yield "HTTP/2 preface", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", (400, 505)


def table():
    cases = {}
    for part in (request_lines, line_ends, fields, hosts, framing, methods, not_http):
        for name, data, status in part():
            data = data.encode("latin-1", "replace") if isinstance(data, str) else data
            cases[f"{part.__name__}: {name}"] = (data, status)
    return cases


def cut_short():
    """A whole request, cut behind each of its bytes: no answer, and no connection left."""
    whole = get("X: 1\r\nContent-Length: 0\r\n").encode()
    return {f"head of {size} bytes": whole[:size] for size in range(1, len(whole))}
