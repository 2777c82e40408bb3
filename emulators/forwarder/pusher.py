"""One push subscription: pull what there is room for, drop what the filter refuses, push, and settle.

As many messages again as may be in flight are pulled ahead: pulls then carry several messages, which saves a third of
what a message costs here and in the emulator. They are ours while they wait, and go back when the forwarder stops.

What the real service does and this does as well: at most `in_flight_max` requests at a time; a request that is not
answered within the acknowledgement deadline has failed; 102, 200, 201, 202 and 204 acknowledge, everything else gives
the message back, to come again after the subscription's back-off or to go to its dead-letter topic (the emulator keeps
both, and counts the attempts). An ordering key is sent, but pushes of one key may overlap: no subscription here is
ordered.

While a function is down a message is held here, and its request repeated every 0.1 to 1 s for up to the
acknowledgement deadline, before it is given back. Cloud Run queues requests while instances start, so there a restart
spends no delivery attempts either; without this, five refused connections within seconds would dead-letter a message.
A connection that ends without an answer is repeated once only in one attempt: a backlog that dies with its server is
worth it, but a message that kills its function must run out of attempts.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable, Coroutine
from typing import Any

import grpc

from emulators.forwarder.config import Target
from emulators.forwarder.connection import HungUpError
from emulators.forwarder.endpoint import Endpoint, RefusedError
from emulators.forwarder.settling import Settling
from emulators.forwarder.source import Source
from emulators.oidc import TokenSigner
from shared.adapters.pubsub.envelope import ACKNOWLEDGING, push_body
from shared.adapters.pubsub.filters import compile_filter

# Looks for messages: at once after a push that succeeded, since that published most of what comes next; otherwise every
# 50 ms, as the emulator itself does, or every 200 ms when nothing has happened for 10 s. When there was nothing, never
# again within 10 ms.
_IDLE_S, _QUIET_S, _QUIET_AFTER_S = 0.05, 0.2, 10.0
_GAP_S = 0.01
# Ends of the pause between two tries at an endpoint or an emulator that is down.
_PAUSE_MIN_S, _PAUSE_MAX_S = 0.1, 1.0
# How long requests under way may take to end after a stop; shorter than the five seconds that a supervisor grants.
_DRAIN_S = 4.0

Log = Callable[[dict[str, Any]], None]


class Pusher:
    """`poke` is called after each push that was acknowledged; `log` gets one line for each that was not."""

    def __init__(
        self, target: Target, source: Source, signer: TokenSigner, *, poke: Callable[[], None], log: Log
    ) -> None:
        self._target = target
        self._source = source
        self._signer = signer
        self._poke = poke
        self._log = log
        self._matches = compile_filter(target.filter)
        self._endpoint = Endpoint(target.endpoint)
        self._settling = Settling(source, target.ack_deadline_s)
        self._pushes: set[asyncio.Task[None]] = set()
        self._ahead: deque[Any] = deque()
        self._awake = asyncio.Event()
        self._quiet_from = 0.0
        self._stopping = asyncio.Event()
        self._down = False
        self._broken: BaseException | None = None

    def wake(self) -> None:
        """There may be something to pull."""
        self._quiet_from = asyncio.get_running_loop().time() + _QUIET_AFTER_S
        self._awake.set()

    def stop(self) -> None:
        """Pull no more; `run` returns when what is under way has ended."""
        self._stopping.set()
        self._awake.set()

    async def run(self) -> None:
        """Push until stopped."""
        settling = self._watched(self._settling.run())
        keeping = self._watched(self._settling.keep())
        try:
            await self._pull()
            await self._drain()
            self._settling.close()
            await settling
        finally:
            for task in (settling, keeping, *self._pushes):
                task.cancel()
            await asyncio.gather(settling, keeping, *self._pushes, return_exceptions=True)
            self._endpoint.close()
        if self._broken is not None:
            raise self._broken

    async def _pull(self) -> None:
        pause_s = 0.0
        while not self._stopping.is_set():
            self._awake.clear()
            if self._ahead:
                await self._awake.wait()
                continue
            room = 2 * self._target.in_flight_max - len(self._pushes)
            try:
                received = await self._source.pull(room)
            except grpc.RpcError as error:
                if not pause_s:  # once, not once a second
                    self._log({"event": "pull_failed", "subscription": self._target.subscription, "code": _code(error)})
                pause_s = min(_PAUSE_MAX_S, pause_s * 2 or _PAUSE_MIN_S)
                await self._nap(pause_s)
                continue
            pause_s = 0.0
            for one in received:
                self._accept(one)
            if not received:
                await asyncio.sleep(_GAP_S)
                quiet = asyncio.get_running_loop().time() > self._quiet_from
                await self._nap(_QUIET_S if quiet else _IDLE_S)

    def _accept(self, received: Any) -> None:
        if not self._matches(received.message.attributes):
            self._settling.acknowledge(received.ack_id)
            return
        self._settling.take(received.ack_id)
        self._ahead.append(received)
        self._push_next()

    def _push_next(self) -> None:
        if self._ahead and len(self._pushes) < self._target.in_flight_max and not self._stopping.is_set():
            task = self._watched(self._push(self._ahead.popleft()))
            self._pushes.add(task)
            task.add_done_callback(self._pushed)

    def _pushed(self, task: asyncio.Task[None]) -> None:
        self._pushes.discard(task)
        self._push_next()
        self._awake.set()

    def _watched(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Work on the side, whose failure is a bug and ends the whole: it must not stop quietly."""
        task = asyncio.create_task(work)
        task.add_done_callback(self._check)
        return task

    def _check(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            self._broken = error
            self.stop()

    async def _push(self, received: Any) -> None:
        message, target = received.message, self._target
        body = push_body(
            subscription=target.subscription,
            message_id=message.message_id,
            publish_time=message.publish_time.ToJsonString(),
            data=message.data,
            attributes=message.attributes,
            ordering_key=message.ordering_key,
            attempt=received.delivery_attempt,
        )
        outcome = await self._post(body)
        if outcome in ACKNOWLEDGING:
            self._settling.acknowledge(received.ack_id)
            self._poke()
            return
        self._settling.give_back(received.ack_id)
        self._log(
            {
                "event": "push_failed",
                "subscription": target.subscription,
                "message_id": message.message_id,
                "attempt": received.delivery_attempt,
                "attempts_max": target.max_delivery_attempts,
                "status": outcome,
            }
        )

    async def _post(self, body: bytes) -> int | str:
        """The status of the answer, or a word for why there is none."""
        deadline_s, pause_s, hung_up = self._target.ack_deadline_s, _PAUSE_MIN_S, 0
        until = asyncio.get_running_loop().time() + deadline_s
        while True:
            try:
                async with asyncio.timeout(deadline_s):
                    status = await self._endpoint.post(body, self._token())
            except TimeoutError:
                return "timeout"
            except RefusedError:
                problem = "refused"
                self._endpoint_down()
            except HungUpError:
                problem, hung_up = "hung up", hung_up + 1
            else:
                self._down = False
                return status
            over = asyncio.get_running_loop().time() + pause_s > until
            if over or hung_up > 1 or self._stopping.is_set():
                return problem
            with contextlib.suppress(TimeoutError):  # the usual end of the pause
                await asyncio.wait_for(self._stopping.wait(), pause_s)
            pause_s = min(_PAUSE_MAX_S, pause_s * 2)

    def _endpoint_down(self) -> None:
        if not self._down:  # one line for each outage
            self._log(
                {
                    "event": "endpoint_down",
                    "subscription": self._target.subscription,
                    "endpoint": self._target.endpoint,
                }
            )
        self._down = True

    def _token(self) -> str:
        target = self._target
        return self._signer.token(target.audience, target.service_account) if target.service_account else ""

    async def _drain(self) -> None:
        for received in self._ahead:
            self._settling.give_back(received.ack_id)
        self._ahead.clear()
        if self._pushes:
            await asyncio.wait(self._pushes, timeout=_DRAIN_S)

    async def _nap(self, duration_s: float) -> None:
        """Until woken, at most so long."""
        timer = asyncio.get_running_loop().call_later(duration_s, self._awake.set)
        await self._awake.wait()
        timer.cancel()


def _code(error: grpc.RpcError) -> str:
    return error.code().name if isinstance(error, grpc.aio.AioRpcError) else type(error).__name__
