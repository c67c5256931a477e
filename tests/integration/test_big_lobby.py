"""A full lobby: every client sees every message once, and all in the same order.

CHATD_LOAD_SCALE divides the numbers of clients and messages; servers that a sanitizer slows
(SANITIZER is set) get a tenth.
"""

import os

import pytest

from harness import load

SCALE = float(os.environ.get("CHATD_LOAD_SCALE", "10" if os.environ.get("SANITIZER") else "1"))
CLIENTS, MESSAGES = int(2000 / SCALE), int(10_000 / SCALE)
ROOMY = ["--max-connections-per-address", "10000", "--outbox-limit", "4M",
         "--logins-per-address", "10000/s"]


@pytest.fixture(scope="module", autouse=True)
def built():
    load.build()


def check(outcome, clients, messages):
    code, figures, errors = outcome
    print(figures)
    assert errors == ""
    assert figures["deliveries"] == clients * messages
    assert (figures["lost"], figures["doubled"], figures["reordered"]) == (0, 0, 0)
    assert code == 0


@pytest.mark.long
def test_two_thousand_clients_see_ten_thousand_messages_once_in_one_order(own_house):
    server = own_house.chatd(redis=own_house.redis(), workers=2, options=ROOMY)
    check(load.run([server.port], clients=CLIENTS, messages=MESSAGES, senders=50, window=200,
                   patience=60), CLIENTS, MESSAGES)


@pytest.mark.parametrize("wire", ["msgpack", "legacy"])
def test_lobby_over_tls_across_two_nodes(own_house, certificate, wire):
    redis = own_house.redis()
    nodes = [own_house.chatd(redis=redis, workers=2, certificate=certificate, options=ROOMY)
             for _ in range(2)]
    check(load.run([node.port for node in nodes], tls=True, wire=wire, clients=200, messages=1000,
                   senders=20), 200, 1000)
