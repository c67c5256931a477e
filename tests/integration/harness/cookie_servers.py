"""The servers of the tests about the session's cookie: one with TLS, one without, on one Redis."""

import pytest


@pytest.fixture(scope="module")
def server(house, certificate):
    return house.chatd(redis=house.redis(), workers=2, certificate=certificate)


@pytest.fixture(scope="module")
def plain(house, server):
    return house.chatd(redis=server.redis, workers=1)
