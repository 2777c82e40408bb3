"""Tells the emulator what became of messages: acknowledged, given back, or still in work. Calls carry batches."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import ParamSpec

import grpc

from emulators.forwarder.source import Source

P = ParamSpec("P")

# The emulator may be starting again. What cannot be told is delivered once more, which every consumer accepts.
_TRIES = 4
_PAUSE_S = 0.1


class Settling:
    """The outgoing half of one subscription. While one call is under way the next batch collects."""

    def __init__(self, source: Source, ack_deadline_s: int) -> None:
        self._source = source
        self._ack_deadline_s = ack_deadline_s
        self._held: set[str] = set()
        self._done: list[str] = []
        self._failed: list[str] = []
        self._told = asyncio.Event()
        self._closing = False

    def take(self, ack_id: str) -> None:
        """A message is in work: its deadline is moved until it is settled."""
        self._held.add(ack_id)

    def acknowledge(self, ack_id: str) -> None:
        """A message is done."""
        self._held.discard(ack_id)
        self._done.append(ack_id)
        self._told.set()

    def give_back(self, ack_id: str) -> None:
        """A message has failed, and is to come again."""
        self._held.discard(ack_id)
        self._failed.append(ack_id)
        self._told.set()

    def close(self) -> None:
        """Nothing follows: `run` returns when all is sent."""
        self._closing = True
        self._told.set()

    async def run(self) -> None:
        """Send what is told, until closed."""
        while not self._closing or self._done or self._failed:
            await self._told.wait()
            self._told.clear()
            done, self._done = self._done, []
            failed, self._failed = self._failed, []
            if done:
                await _insist(self._source.acknowledge, done)
            if failed:
                await _insist(self._source.extend, failed, 0)
            if self._closing:
                self._told.set()

    async def keep(self) -> None:
        """Move the deadlines of what is in work, until cancelled."""
        while True:
            await asyncio.sleep(self._ack_deadline_s / 3)
            if self._held:
                await _insist(self._source.extend, list(self._held), self._ack_deadline_s)


async def _insist(call: Callable[P, Awaitable[None]], *args: P.args, **kwargs: P.kwargs) -> None:
    """Call again while the emulator cannot be reached, for a second and a half."""
    for attempt in range(_TRIES):
        try:
            return await call(*args, **kwargs)
        except grpc.RpcError:
            await asyncio.sleep(_PAUSE_S * 2**attempt)
    return None
