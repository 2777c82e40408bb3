"""All push subscriptions of a project in one process and one thread.

Measured against Google's hand-written subscriber with a thread for each request, on two cores shared with the emulator
and the endpoint: 4,000 to 4,500 messages a second instead of 640 to 1,260 (1,030 instead of 590 where the endpoint
takes 20 ms), 0.2 to 0.35 ms of CPU a message instead of 0.6 to 0.75, and 13 ms from publish to push instead of 38.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from typing import Any

from emulators.forwarder.config import Target
from emulators.forwarder.pusher import Log, Pusher
from emulators.forwarder.source import Source, make_channel
from emulators.oidc import TokenSigner


def to_stderr(line: dict[str, Any]) -> None:
    """One JSON object on a line."""
    print(json.dumps(line), file=sys.stderr, flush=True)


class Forwarder:
    """The push half of the Pub/Sub emulator at `host` (`127.0.0.1:port`)."""

    def __init__(self, targets: Sequence[Target], host: str, signer: TokenSigner, *, log: Log = to_stderr) -> None:
        self._targets = targets
        self._host = host
        self._signer = signer
        self._log = log
        self._pushers: list[Pusher] = []

    async def run(self, stop: asyncio.Event) -> None:
        """Forward until `stop` is set; requests under way may then end. Raises what broke, which is a bug."""
        async with make_channel(self._host) as channel:
            self._pushers = [
                Pusher(target, Source(channel, target.subscription), self._signer, poke=self._poke, log=self._log)
                for target in self._targets
            ]
            async with asyncio.TaskGroup() as group:
                waiting = group.create_task(self._stop_after(stop))
                running = [group.create_task(pusher.run()) for pusher in self._pushers]
                await asyncio.wait(running)
                waiting.cancel()

    async def _stop_after(self, stop: asyncio.Event) -> None:
        await stop.wait()
        for pusher in self._pushers:
            pusher.stop()

    def _poke(self) -> None:
        for pusher in self._pushers:
            pusher.wake()
