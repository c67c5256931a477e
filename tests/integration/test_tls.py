"""TLS as the server offers it, asked by OpenSSL's own client: versions, ciphers, tickets."""

import os
import re
import socket
import subprocess
import time

import pytest

from harness.server import ROOT, free_port
from harness.waiting import until
from harness.wire import Wire

WEAKEST = "ALL:eNULL:@SECLEVEL=0"


@pytest.fixture(scope="module")
def server(house, certificate):
    return house.chatd(redis=house.redis(), certificate=certificate, workers=2)


def client(server, *options, text="Q\n"):
    """What `openssl s_client` says about a connection."""
    done = subprocess.run(
        ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-CAfile",
         server.certificate.cert, *options],
        input=text, capture_output=True, text=True, timeout=30)
    return done.stdout + done.stderr


def connected(answer):
    return re.search(r"Cipher is (?!\(NONE\))\S+", answer) is not None


@pytest.mark.parametrize("version", ["tls1", "tls1_1", "ssl3"])
def test_old_version_is_refused(server, version):
    answer = client(server, f"-{version}", "-cipher", WEAKEST)
    if "unknown option" in answer.lower():
        pytest.skip("this OpenSSL does not know the version either")
    assert not connected(answer) and re.search(r"alert|unsupported protocol|no protocols", answer)


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
def test_present_version_is_spoken(server, version):
    answer = client(server, f"-{version}")
    assert connected(answer) and "Verify return code: 0 (ok)" in answer


def offered(pattern):
    """The TLS 1.2 ciphers of the client's library."""
    listed = subprocess.run(["openssl", "ciphers", "-s", "-tls1_2", pattern],
                            capture_output=True, text=True, check=True)
    return set(listed.stdout.strip().split(":"))


def test_only_ciphers_with_forward_secrecy_and_authentication(server):
    def is_strong(name):
        return name.startswith("ECDHE-") and ("GCM" in name or "CHACHA20" in name)

    everything = offered(WEAKEST)
    weak = {name for name in everything if not is_strong(name)}
    assert len(weak) > 20
    # All the weak ones in one offer: none of them is good enough.
    assert not connected(client(server, "-tls1_2", "-cipher", ":".join(weak) + ":@SECLEVEL=0"))
    for name in ("AES128-SHA", "ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384", "NULL-SHA",
                 "AECDH-AES128-SHA", "ADH-AES128-SHA", "PSK-AES128-CBC-SHA"):
        assert not connected(client(server, "-tls1_2", "-cipher", f"{name}:@SECLEVEL=0")), name
    for name in ("ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305",
                 "ECDHE-ECDSA-AES256-GCM-SHA384"):
        assert f"Cipher is {name}" in client(server, "-tls1_2", "-cipher", name)


@pytest.mark.parametrize("group, taken", [
    ("X25519", True), ("P-256", True), ("P-384", True), ("P-521", False), ("ffdhe2048", False)])
def test_groups(server, group, taken):
    assert connected(client(server, "-tls1_3", "-groups", group)) is taken


def test_nothing_is_compressed(server):
    assert "Compression: NONE" in client(server, "-tls1_2", "-comp")


def test_renegotiation_is_refused(server):
    answer = client(server, "-tls1_2", text="R\n")
    assert "RENEGOTIATING" in answer and "no renegotiation" in answer


def test_early_data_is_not_taken(server, tmp_path):
    """What may be replayed by others is nothing to act upon."""
    session, early = tmp_path / "session", tmp_path / "early"
    early.write_text("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    asked = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    client(server, "-tls1_3", "-ign_eof", "-sess_out", str(session), text=asked)
    answer = client(server, "-tls1_3", "-sess_in", str(session), "-early_data", str(early))
    assert "Reused, TLSv1.3" in answer and "Early data was accepted" not in answer


BROKEN = {
    "a record longer than any": b"\x16\x03\x01\xff\xff" + bytes(70_000),
    "a message longer than any": b"\x16\x03\x01\x40\x00\x01\xff\xff\xff" + bytes(16_380),
    "empty records": b"\x16\x03\x01\x00\x00" * 10_000,
    "warnings": b"\x15\x03\x01\x00\x02\x01\x00" * 10_000,
    "changes of cipher": b"\x14\x03\x03\x00\x01\x01" * 10_000,
    "data before keys": b"\x17\x03\x03\x40\x00" + bytes(16_384),
    "SSL 2": b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10" + bytes(37),
    "noise": bytes(range(256)) * 64,
}


@pytest.mark.parametrize("what", BROKEN)
def test_broken_handshake_is_ended_at_once(server, what):
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as peer:
        try:
            peer.sendall(BROKEN[what])
            while peer.recv(65536):
                pass
        except ConnectionError:
            pass
    assert time.monotonic() - begun < 9, "not by the timeout of handshakes"
    assert connected(client(server))
    server.check()


def test_application_protocol(server):
    assert "ALPN protocol: http/1.1" in client(server, "-alpn", "h2,http/1.1")
    assert not connected(client(server, "-alpn", "h2"))


class Resumed:
    """A connection of s_client that stays open, from a port of its own."""

    def __init__(self, server, version, *options):
        self.port = free_port()
        self.process = subprocess.Popen(
            ["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-bind",
             f"127.0.0.1:{self.port}", f"-{version}", *options],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        self.said = ""
        while "Verify return code" not in self.said:
            line = self.process.stdout.readline()
            assert line, self.said
            self.said += line

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.communicate("Q\n", timeout=10)

    @property
    def reused(self):
        return "Reused, TLSv" in self.said


@pytest.mark.parametrize("version", ["tls1_2", "tls1_3"])
def test_ticket_of_one_worker_is_good_for_the_others(server, version, tmp_path):
    session = str(tmp_path / "session")
    with Resumed(server, version, "-sess_out", session) as first:
        assert not first.reused
        giver = server.worker_of(first.port)
        until(lambda: os.path.exists(session), "a ticket has come")
    takers = set()
    for _ in range(60):
        with Resumed(server, version, "-sess_in", session) as again:
            assert again.reused, again.said
            takers.add(server.worker_of(again.port))
        if takers >= set(server.workers()):
            break
    assert giver in takers and takers == set(server.workers())


def key_name(server):
    """The first 16 bytes of a ticket name the key that sealed it."""
    answer = client(server, "-tls1_2")
    return re.search(r"TLS session ticket:\s+0000 - ([0-9a-f -]{47})", answer)[1]


def test_ticket_keys_rotate_for_all_workers(own_house, certificate, tmp_path):
    server = own_house.chatd(redis=own_house.redis(), certificate=certificate, workers=2,
                             options=["--tls-ticket-lifetime", "2s"])
    session = str(tmp_path / "session")
    client(server, "-tls1_2", "-sess_out", session)
    names = []

    def rotated_twice():
        name = key_name(server)
        # Workers with keys of their own would take turns.
        assert name not in names[:-1], "a key is in use again"
        if name not in names:
            names.append(name)
        return len(names) == 3

    until(rotated_twice, "the third key is in use", patience=20)
    assert "Reused" not in client(server, "-tls1_2", "-sess_in", session)


def test_certificate_made_by_default_is_ecdsa(tmp_path):
    subprocess.run([os.path.join(ROOT, "tools/certificate"), str(tmp_path)], check=True,
                   capture_output=True)
    text = subprocess.run(["openssl", "x509", "-in", str(tmp_path / "cert.pem"), "-noout", "-text"],
                          check=True, capture_output=True, text=True).stdout
    assert "id-ecPublicKey" in text and "prime256v1" in text
    assert os.stat(tmp_path / "key.pem").st_mode & 0o077 == 0


def test_plain_http_on_the_tls_port_is_no_answer(server):
    plain = type("Plain", (), {"port": server.port, "certificate": None})
    with Wire(plain) as wire:
        wire.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"HTTP/1.1 2" not in wire.rest()
