"""The far end of a push subscription, and the forwarder in a thread of the test's process."""

from __future__ import annotations

import asyncio
import contextlib
import json
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from typing import Any, Self

import grpc
from google.api_core.exceptions import DeadlineExceeded
from google.protobuf.duration_pb2 import Duration
from google.pubsub_v1 import types
from google.pubsub_v1.services.publisher import PublisherClient
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport
from google.pubsub_v1.services.subscriber import SubscriberClient
from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcTransport

from emulators.forwarder.config import Target
from emulators.forwarder.forwarder import Forwarder
from emulators.oidc import TokenSigner
from tests.support.kept_connections import KeptConnectionsServer


@dataclass(frozen=True, slots=True)
class Pushed:
    """One push request."""

    body: bytes
    path: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def envelope(self) -> dict[str, Any]:
        """The whole body."""
        parsed: dict[str, Any] = json.loads(self.body)
        return parsed

    @property
    def message(self) -> dict[str, Any]:
        """The message in it."""
        message: dict[str, Any] = self.envelope["message"]
        return message

    @property
    def attempt(self) -> int | None:
        """The delivery attempt, if it was sent."""
        return self.envelope.get("deliveryAttempt")


class PushTarget:
    """An HTTP server. `answer` gives the status of each push; it runs in the request's own thread, and may block."""

    def __init__(self, answer: Callable[[Pushed], int], port: int = 0) -> None:
        self.answer = answer
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def port(self) -> int:
        return self._server.server_port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def hang_up(self) -> None:
        """End every connection, as a process that dies does."""
        self._server.hang_up()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()


class _Server(KeptConnectionsServer):
    def __init__(self, address: tuple[str, int], target: PushTarget) -> None:
        self.target = target
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.target.answer(Pushed(body, self.path, dict(self.headers.items())))
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's own name for it
        """Requests are kept, not printed."""


class Running:
    """A forwarder that runs; `lines` is what it logged."""

    def __init__(self, targets: Sequence[Target], host: str, signer: TokenSigner) -> None:
        self.lines: list[dict[str, Any]] = []
        self._forwarder = Forwarder(targets, host, signer, log=self.lines.append)
        self._started: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = Future()
        self._ended: Future[None] = Future()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        self._loop, self._stop = self._started.result(10)

    def ask_to_stop(self) -> None:
        """Returns when it has heard."""
        heard = threading.Event()

        def tell() -> None:
            self._stop.set()
            self._loop.call_soon(heard.set)  # runs after what the event has woken

        with contextlib.suppress(RuntimeError):  # its loop is closed when it broke; `join` raises why
            self._loop.call_soon_threadsafe(tell)
            heard.wait(10)

    def join(self) -> None:
        """Wait for the end; what broke in it is raised here."""
        self._thread.join()
        self._ended.result(0)

    def _serve(self) -> None:
        async def forward() -> None:
            stop = asyncio.Event()
            self._started.set_result((asyncio.get_running_loop(), stop))
            await self._forwarder.run(stop)

        try:
            self._ended.set_result(asyncio.run(forward()))
        except BaseException as error:  # noqa: BLE001 - carried over to the test's thread
            self._ended.set_exception(error)


@contextmanager
def forwarding(host: str, targets: Sequence[Target], signer: TokenSigner) -> Iterator[Running]:
    """Run a forwarder in a thread."""
    running = Running(targets, host, signer)
    try:
        yield running
    finally:
        running.ask_to_stop()
        running.join()


class Emulated:
    """A project on the Pub/Sub emulator, by short names."""

    def __init__(self, host: str, project: str) -> None:
        self.host = host
        self.project = project
        self._channel = grpc.insecure_channel(host)
        self._publisher = PublisherClient(transport=PublisherGrpcTransport(channel=self._channel))
        self._subscriber = SubscriberClient(transport=SubscriberGrpcTransport(channel=self._channel))

    def close(self) -> None:
        """Close the connection."""
        self._channel.close()

    def topic(self, name: str) -> str:
        """The full name."""
        return f"projects/{self.project}/topics/{name}"

    def subscription(self, name: str) -> str:
        """The full name."""
        return f"projects/{self.project}/subscriptions/{name}"

    def create_topic(self, name: str) -> None:
        """Create a topic."""
        self._publisher.create_topic(name=self.topic(name))

    def subscribe(
        self, name: str, topic: str, *, dead_letter_topic: str = "", minimum_backoff_s: int = 0, ordered: bool = False
    ) -> None:
        """Create a pull subscription; five attempts if it has a dead-letter topic.

        The emulator cannot do both: ordered and with a dead-letter topic, it fails inside once a message is exhausted.
        """
        retry = types.RetryPolicy(
            minimum_backoff=Duration(seconds=minimum_backoff_s), maximum_backoff=Duration(seconds=minimum_backoff_s)
        )
        dead_letter = types.DeadLetterPolicy(dead_letter_topic=self.topic(dead_letter_topic), max_delivery_attempts=5)
        self._subscriber.create_subscription(
            request=types.Subscription(
                name=self.subscription(name),
                topic=self.topic(topic),
                ack_deadline_seconds=10,
                enable_message_ordering=ordered,
                retry_policy=retry if minimum_backoff_s else None,
                dead_letter_policy=dead_letter if dead_letter_topic else None,
            )
        )

    def publish(self, topic: str, data: bytes, ordering_key: str = "", **attributes: str) -> str:
        """Publish one message; returns its id."""
        message = types.PubsubMessage(data=data, attributes=attributes, ordering_key=ordering_key)
        return str(self._publisher.publish(topic=self.topic(topic), messages=[message]).message_ids[0])

    def publish_many(self, topic: str, data: Sequence[bytes]) -> list[str]:
        """Publish in one call."""
        messages = [types.PubsubMessage(data=one) for one in data]
        return list(self._publisher.publish(topic=self.topic(topic), messages=messages).message_ids)

    def lease(self, name: str) -> list[str]:
        """Pull the next messages of a subscription, waiting for them until a deadline; returns their ack ids."""
        received = self._pull(name)
        return [one.ack_id for one in received]

    def take(self, name: str, *, within_s: float = 30.0) -> list[types.PubsubMessage]:
        """Pull and acknowledge the next messages of a subscription; waits for them until a deadline."""
        received = self._pull(name, within_s)
        if received:
            ack_ids = [one.ack_id for one in received]
            self._subscriber.acknowledge(subscription=self.subscription(name), ack_ids=ack_ids)
        return [one.message for one in received]

    def _pull(self, name: str, within_s: float = 30.0) -> Sequence[types.ReceivedMessage]:
        try:
            answer = self._subscriber.pull(
                subscription=self.subscription(name), max_messages=100, timeout=within_s, retry=None
            )
        except DeadlineExceeded:
            return []
        return answer.received_messages
