"""Waiting for a condition, never for a time."""

import asyncio
import time


def until(condition, what, patience=10.0, pause=0.01):
    """Polls `condition` until it is true and returns its value; fails after `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience} s: {what}")
        time.sleep(pause)


async def eventually(condition, what, patience=10.0, pause=0.02):
    """As `until`, while the test's own clients go on reading."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {patience} s: {what}")
        await asyncio.sleep(pause)
