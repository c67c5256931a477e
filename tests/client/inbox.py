"""What a test client received and has not looked at yet."""

import asyncio

PATIENCE = 30.0  # a login waits for its hash, which a busy machine computes last


class Inbox:
    """Frames in order of arrival; `take` waits for the first one that fits and removes it.

    Frames that do not fit stay, so a test may look at different kinds of frames in any order.
    `closed` becomes (code, reason) once the connection is over.
    """

    def __init__(self):
        self.frames = []
        self.closed = None
        self._changed = asyncio.Event()

    def put(self, frame):
        self.frames.append(frame)
        self._changed.set()

    def finish(self, code, reason):
        self.closed = (code, reason)
        self._changed.set()

    def pick(self, fits):
        """Removes and returns the first frame that fits, or None; never waits."""
        for place, frame in enumerate(self.frames):
            if fits(frame):
                return self.frames.pop(place)
        return None

    async def take(self, fits, patience=PATIENCE):
        """The first frame that fits; fails when none came within `patience` seconds."""
        deadline = asyncio.get_running_loop().time() + patience
        while (frame := self.pick(fits)) is None:
            await self._wait(deadline, "no such frame")
        return frame

    async def take_many(self, fits, count, patience=PATIENCE):
        """The first `count` frames that fit, in order of arrival."""
        deadline = asyncio.get_running_loop().time() + patience
        found = []
        while len(found) < count:
            frame = self.pick(fits)
            if frame is None:
                await self._wait(deadline, f"{len(found)} of {count} such frames")
            else:
                found.append(frame)
        return found

    async def wait_closed(self, patience=PATIENCE):
        """(code, reason) of the close; fails when the connection is still open after `patience`."""
        deadline = asyncio.get_running_loop().time() + patience
        while self.closed is None:
            self._changed.clear()
            left = deadline - asyncio.get_running_loop().time()
            try:
                await asyncio.wait_for(self._changed.wait(), left)
            except asyncio.TimeoutError:
                raise AssertionError(f"still open after {patience} s") from None
        return self.closed

    async def _wait(self, deadline, wanted):
        if self.closed is not None:
            raise AssertionError(f"{wanted}: closed {self.closed}; unread: {self.frames[-20:]}")
        self._changed.clear()
        try:
            left = deadline - asyncio.get_running_loop().time()
            await asyncio.wait_for(self._changed.wait(), left)
        except asyncio.TimeoutError:
            raise AssertionError(f"{wanted}; unread: {self.frames[-20:]}") from None
