"""Static files: types, ETags, ranges, precompressed variants, cache headers, and no way out."""

import gzip
import os
import subprocess

import pytest

from harness.wire import Wire

PAGE = b"<!doctype html><title>chat</title>" + b"<p>hello</p>" * 200
SCRIPT = b"console.log('a')\n" * 500


@pytest.fixture(scope="module")
def server(house):
    root = house.folder("html")
    files = {"index.html": PAGE, "assets/app-1a2b3c4d.js": SCRIPT,
             "assets/app-1a2b3c4d.js.gz": gzip.compress(SCRIPT), ".env": b"SECRET=1",
             "sub/.git/config": b"secret", "sub/index.html": b"sub", "a b.txt": b"blank",
             "empty.txt": b"", "big.bin": os.urandom(3_000_000)}
    for name, content in files.items():
        path = os.path.join(root, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(content)
    outside = os.path.join(house.directory, "outside.txt")
    with open(outside, "w") as file:
        file.write("outside")
    os.symlink(outside, os.path.join(root, "link.txt"))
    return house.chatd(redis=house.redis(), workers=1, options=["--html", root])


def get(server, path, *headers, method="GET"):
    with Wire(server) as wire:
        return wire.request(f"{method} {path} HTTP/1.1", ["Host: localhost", *headers])


def test_page_is_served_with_its_type(server):
    response = get(server, "/")
    assert (response.status, response.body) == (200, PAGE)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'self'" in response.headers["content-security-policy"]


def test_head_has_the_length_and_no_body(server):
    response = get(server, "/index.html", method="HEAD")
    assert response.status == 200
    assert int(response.headers["content-length"]) == len(PAGE)


def test_etag_spares_the_body(server):
    tag = get(server, "/index.html").headers["etag"]
    assert get(server, "/index.html", f"If-None-Match: {tag}").status == 304
    assert get(server, "/index.html", f'If-None-Match: "other", W/{tag}').status == 304
    assert get(server, "/index.html", "If-None-Match: *").status == 304
    assert get(server, "/index.html", 'If-None-Match: "other"').status == 200


def test_hashed_name_is_cached_for_long_and_the_page_is_not(server):
    assert "immutable" in get(server, "/assets/app-1a2b3c4d.js").headers["cache-control"]
    assert "no-cache" in get(server, "/index.html").headers["cache-control"]


def test_precompressed_variant(server):
    response = get(server, "/assets/app-1a2b3c4d.js", "Accept-Encoding: br, gzip")
    assert response.headers["content-encoding"] == "gzip"
    assert gzip.decompress(response.body) == SCRIPT
    assert "accept-encoding" in response.headers["vary"].lower()
    assert "javascript" in response.headers["content-type"]
    for refusal in ("identity", "gzip;q=0", "gzip;q=0.0, identity"):
        response = get(server, "/assets/app-1a2b3c4d.js", f"Accept-Encoding: {refusal}")
        assert "content-encoding" not in response.headers and response.body == SCRIPT


@pytest.mark.parametrize("wanted, first, last", [
    ("bytes=0-9", 0, 9), ("bytes=10-", 10, len(PAGE) - 1),
    ("bytes=-5", len(PAGE) - 5, len(PAGE) - 1),
    (f"bytes=5-{len(PAGE) * 2}", 5, len(PAGE) - 1), ("bytes=0-0", 0, 0)])
def test_range(server, wanted, first, last):
    response = get(server, "/index.html", f"Range: {wanted}")
    assert response.status == 206
    assert response.headers["content-range"] == f"bytes {first}-{last}/{len(PAGE)}"
    assert response.body == PAGE[first:last + 1]


@pytest.mark.parametrize("wanted", [f"bytes={len(PAGE)}-", "bytes=-0"])
def test_range_that_cannot_be_met(server, wanted):
    response = get(server, "/index.html", f"Range: {wanted}")
    assert response.status == 416
    assert response.headers["content-range"] == f"bytes */{len(PAGE)}"


@pytest.mark.parametrize("wanted", ["lines=0-1", "bytes=9-5", "bytes=x-y", "bytes="])
def test_range_that_makes_no_sense_is_ignored(server, wanted):
    assert get(server, "/index.html", f"Range: {wanted}").status in (200, 416)


def test_if_range_with_an_old_tag_gives_the_whole(server):
    response = get(server, "/index.html", "Range: bytes=0-9", 'If-Range: "old"')
    assert (response.status, response.body) == (200, PAGE)


def test_large_file_comes_whole(server):
    response = get(server, "/big.bin")
    assert response.status == 200 and len(response.body) == 3_000_000


def test_empty_file_and_escaped_name(server):
    assert get(server, "/empty.txt").body == b""
    assert get(server, "/a%20b.txt").body == b"blank"


@pytest.mark.parametrize("path", [
    "/../../etc/passwd", "/..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd",
    "/sub/../../outside.txt",
    "/..\\outside.txt", "/%5c..%5coutside.txt", "/....//outside.txt", "/.env", "/sub/.git/config",
    "/%2eenv", "/sub/./.git/config", "/link.txt", "/assets/", "/nothing", "/index.html/",
    "/index.html%00.txt", "//etc/passwd"])
def test_no_way_out(server, path):
    response = get(server, path)
    assert response.status in (400, 403, 404)
    assert b"root:" not in response.body and b"secret" not in response.body.lower()


def test_curl_agrees(server):
    output = subprocess.run(
        ["curl", "-sS", "--compressed", server.http("/assets/app-1a2b3c4d.js")],
        capture_output=True, check=True).stdout
    assert output == SCRIPT
